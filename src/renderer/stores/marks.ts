import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { SessionEvent, TargetInfo } from '#core/ipc/contract'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { HandMark } from '#core/snapshot/incident'
import type { ChartMoment } from '../chart/chart-moment'
import { useBackend } from '../connection/use-connection'
import { toVisibleText } from '../ui/visible-text'
import { useNoticesStore } from './notices'
import { useReplayStore } from './replay'
import { useSessionEventsStore } from './session-events'
import { useTargetsStore } from './targets'

/** What happened that a chart shows by a line; garbage collections and balloons have marks of their own. */
const shownKinds: readonly SessionEvent['kind'][] = ['alert', 'verdict-changed', 'target', 'process-gone']

const dayMs = 86_400_000

/** Marks by hand of the targets of this window, beside what happened by itself. */
export const useMarksStore = defineStore('marks', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
  const replays = useReplayStore()
  const sessionEvents = useSessionEventsStore()
  const targets = useTargetsStore()
  const byTarget = shallowReactive(new Map<string, readonly HandMark[]>())

  /** Those of the last day, once: what is added later comes by `add`. */
  async function load({ id, spec }: TargetInfo): Promise<void> {
    byTarget.set(id, [])
    const range = { targetSpec: spec, fromMs: Date.now() - dayMs, toMs: Date.now() }
    const known = await backend.call('marks.list', range).catch(() => [])
    byTarget.set(id, [...known, ...(byTarget.get(id) ?? [])])
  }
  backend.on('target', (info) => {
    if (info.state === 'connected' && info.replay === null && !byTarget.has(info.id)) void load(info)
  })

  function of(targetId: string): readonly HandMark[] {
    return replays.overviews.get(targetId)?.marks ?? byTarget.get(targetId) ?? []
  }

  /** Of one process: marks, and what concerns it or its whole target. */
  function momentsOf(targetId: string, key: ProcessKey, say: (event: SessionEvent) => string): ChartMoment[] {
    const events = replays.overviews.get(targetId)?.events ?? sessionEvents.events
    const own = events.filter(
      (event) =>
        event.targetId === targetId &&
        shownKinds.includes(event.kind) &&
        (event.key === null || isSameProcess(event.key, key)),
    )
    return [
      ...of(targetId).map(({ atMs, text }) => ({ atMs, kind: 'mark' as const, text: toVisibleText(text) })),
      ...own.map((event) => ({ atMs: event.atMs, kind: event.kind, text: say(event) })),
    ]
  }

  /** false: it could not be kept, which a notice explains. */
  async function add(targetId: string, atMs: number, text: string): Promise<boolean> {
    const targetSpec = targets.targets.get(targetId)?.spec ?? targetId
    try {
      const mark = await backend.call('marks.add', { targetSpec, atMs, text })
      byTarget.set(targetId, [...(byTarget.get(targetId) ?? []), mark])
      return true
    } catch (error) {
      notices.addError('history.notice.mark', error)
      return false
    }
  }

  async function remove(targetId: string, id: string): Promise<void> {
    try {
      await backend.call('marks.remove', { id })
      byTarget.set(
        targetId,
        (byTarget.get(targetId) ?? []).filter((mark) => mark.id !== id),
      )
    } catch (error) {
      notices.addError('history.notice.mark', error)
    }
  }

  return { of, momentsOf, add, remove }
})
