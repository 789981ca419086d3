import { samplesOf } from '#core/snapshot/sample-at'
import type { HostFeed } from './host-feed'
import type { LiveBackend } from './live-store'
import type { ProcessFeed } from './process-feed'

/** So long at most without giving the window a turn. */
const sliceMs = 12

/** Every recorded sample of a process, as they came when it was watched: the charts are the same. */
export async function fillFromReplay(backend: LiveBackend, feed: ProcessFeed): Promise<void> {
  const { targetId, key } = feed
  const process = await backend.call('replay.process', { targetId, key })
  let sliceEndMs = performance.now() + sliceMs
  for (const sample of samplesOf(process)) {
    feed.addSample(sample)
    if (performance.now() < sliceEndMs) continue
    await nextTurn()
    sliceEndMs = performance.now() + sliceMs
  }
}

/** The host of a recorded stretch, and the runs of the balloon in it. */
export async function fillHostFromReplay(
  backend: LiveBackend,
  feed: HostFeed,
  onFilled: () => void,
): Promise<void> {
  const { hostStream, events } = await backend.call('replay.overview', { targetId: feed.targetId })
  feed.fill(hostStream)
  const starts = events.filter(({ kind }) => kind === 'balloon-started')
  feed.addRuns(
    starts.map(({ atMs, key }, index) => {
      const nextMs = starts[index + 1]?.atMs ?? Infinity
      const end = events.find(
        (each) => each.kind === 'balloon-ended' && each.atMs >= atMs && each.atMs < nextMs,
      )
      return { startedAtMs: atMs, endedAtMs: end?.atMs ?? atMs, target: key, proof: null }
    }),
  )
  onFilled()
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
