import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { ReplayOverview } from '#core/ipc/snapshot-contract'
import type { ProcessKey } from '#core/process-key'
import { toKeyText } from '#core/process-key'
import type { VerdictDifference } from '#core/snapshot/verdict-difference'
import type { Verdict } from '#core/verdict/verdict'
import { useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'

/** Between two moments that are asked for while the slider is dragged. */
const seekEveryMs = 40

export interface ShownVerdict {
  verdict: Verdict | null
  difference: VerdictDifference | null
}

/** At which moment each recorded stretch is looked at, and what is known of all of it. */
export const useReplayStore = defineStore('replay', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
  const cursors = shallowReactive(new Map<string, number>())
  const overviews = shallowReactive(new Map<string, ReplayOverview>())
  /** By target and process. */
  const verdicts = shallowReactive(new Map<string, ShownVerdict>())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  backend.on('target', ({ id, replay }) => {
    if (replay === null || cursors.has(id)) return
    cursors.set(id, replay.toMs)
    void backend.call('replay.overview', { targetId: id }).then(
      (overview) => void (cursors.has(id) && overviews.set(id, overview)),
      (error: unknown) => void (cursors.has(id) && notices.addError('replay.notice.open', error)),
    )
    send(id)
  })

  /** What comes of it later is of no use to anybody. */
  function forget(targetId: string): void {
    cursors.delete(targetId)
    overviews.delete(targetId)
    for (const id of [...verdicts.keys()]) if (id.startsWith(`${targetId}\n`)) verdicts.delete(id)
  }
  backend.on('targetClosed', ({ targetId }) => forget(targetId))
  // The backend held them in its memory only.
  backend.onConnected((isReconnect) => {
    if (isReconnect) for (const targetId of [...cursors.keys()]) forget(targetId)
  })

  /** The newest wish only: whoever drags does not wait for the moments between. */
  function send(targetId: string): void {
    if (timers.has(targetId)) return
    const atMs = cursors.get(targetId)
    if (atMs === undefined) return
    timers.set(
      targetId,
      setTimeout(() => {
        timers.delete(targetId)
        if (cursors.get(targetId) !== atMs) send(targetId)
      }, seekEveryMs),
    )
    backend.call('replay.seek', { targetId, atMs }).catch(() => undefined)
  }

  function seek(targetId: string, atMs: number): void {
    const overview = overviews.get(targetId)
    if (!cursors.has(targetId) || !Number.isFinite(atMs)) return
    const { fromMs, toMs } = overview ?? { fromMs: -Infinity, toMs: Infinity }
    cursors.set(targetId, Math.min(toMs, Math.max(fromMs, atMs)))
    send(targetId)
  }

  /** What the numbers of a process meant at the cursor. */
  async function judge(targetId: string, key: ProcessKey): Promise<void> {
    const atMs = cursors.get(targetId)
    if (atMs === undefined) return
    try {
      const shown = await backend.call('replay.verdict', { targetId, key, atMs })
      if (cursors.get(targetId) === atMs) verdicts.set(`${targetId}\n${toKeyText(key)}`, shown)
    } catch (error) {
      if (cursors.has(targetId)) notices.addError('replay.notice.open', error)
    }
  }

  return {
    cursors,
    overviews,
    verdicts,
    cursorMs: (targetId: string) => cursors.get(targetId) ?? null,
    seek,
    judge,
    /** A process was put on the screen: it shows the moment of the cursor as well. */
    show: send,
  }
})
