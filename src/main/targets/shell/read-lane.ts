import { AppError, fail, toErrorValue } from '#core/errors'
import type { ReadRequest, ReadResult } from '../target'
import type { Lane } from './shell-lane'

/** Lanes whose read is stuck in the kernel: more than these, and nothing more is asked until one is free. */
const maxStuckLanes = 2
/** What a link with a long way adds to a read's own time limit, ms. */
const linkSlackMs = 2000

/** Reads that may block, in a lane beside that of the polls. */
export interface ReadLane {
  /** Each read with its result. Rejects with AppError when the connection is lost. */
  read(requests: readonly ReadRequest[], timeoutMs: number): Promise<ReadResult[]>
  /** Closes all lanes; the next read opens one anew. */
  reset(): void
}

export interface ReadLaneOptions {
  /** Rejects where the host gives no second session. */
  openLane(signal: AbortSignal): Promise<Lane>
  /** By the lane of the polls. */
  readShared(requests: readonly ReadRequest[], timeoutMs: number): Promise<ReadResult[]>
}

/**
 * The lane is opened at the first read. Where it can't be, reads go by the lane of the polls from then on. A read that does
 * not come back in time keeps its lane until the kernel lets it go: another one is opened for the next reads, and what is
 * stuck is not asked a second time meanwhile.
 */
export function createReadLane(options: ReadLaneOptions): ReadLane {
  let opening: Promise<Lane> | null = null
  let current: Lane | null = null
  let isShared = false
  let aborting = new AbortController()
  const stuck = new Map<Lane, Set<string>>()

  async function getLane(): Promise<Lane | null> {
    if (isShared) return null
    const { signal } = aborting
    opening ??= options.openLane(signal)
    const mine = opening
    try {
      const lane = await mine
      if (!lane.hasEnded && !stuck.has(lane)) {
        current = lane
        return lane
      }
    } catch (error) {
      if (signal.aborted) throw new AppError('unreachable', 'the connection was lost', { cause: error })
      if (opening === mine) opening = null
      isShared = true
      return null
    }
    if (opening === mine) opening = null
    return getLane()
  }

  /** null: another read of this lane did not come back in time, and this one waited behind it. */
  async function ask(
    lane: Lane,
    requests: readonly ReadRequest[],
    timeoutMs: number,
  ): Promise<ReadResult[] | null> {
    const startMs = performance.now()
    try {
      return (await lane.ask({ stat: false, reads: requests }, timeoutMs + linkSlackMs)).reads
    } catch (error) {
      if (toErrorValue(error).code !== 'timeout') throw error
      if (performance.now() - startMs < timeoutMs) return null
      setAside(lane, requests)
      return requests.map(({ path }) => fail('timeout', `no answer in ${timeoutMs} ms: ${path}`))
    }
  }

  function setAside(lane: Lane, requests: readonly ReadRequest[]): void {
    const paths = stuck.get(lane) ?? new Set()
    for (const { path } of requests) paths.add(path)
    if (stuck.has(lane)) return
    stuck.set(lane, paths)
    if (current === lane) opening = null
    lane.retire()
    void lane.ended.then(() => stuck.delete(lane))
  }

  function isStuck({ path }: ReadRequest): boolean {
    return [...stuck.values()].some((paths) => paths.has(path))
  }

  async function readFree(requests: readonly ReadRequest[], timeoutMs: number): Promise<ReadResult[]> {
    if (requests.length === 0) return []
    for (let turn = 0; turn < 3; turn++) {
      const lane = await getLane()
      if (lane === null) return options.readShared(requests, timeoutMs)
      try {
        const results = await ask(lane, requests, timeoutMs)
        if (results !== null) return results
      } catch (error) {
        if (!lane.hasEnded || aborting.signal.aborted) throw error
      }
      // The lane ended since nobody asked it for a while, or somebody else's read is stuck in it.
    }
    throw new AppError('unreachable', 'no shell answers')
  }

  return {
    async read(requests, timeoutMs) {
      const isFree = requests.map((request) => stuck.size < maxStuckLanes && !isStuck(request))
      const answers = await readFree(
        requests.filter((_, index) => isFree[index]),
        timeoutMs,
      )
      let next = 0
      return requests.map(
        ({ path }, index) =>
          (isFree[index] === true ? answers[next++] : undefined) ??
          fail('timeout', `an earlier read has not come back: ${path}`),
      )
    },
    reset() {
      aborting.abort()
      aborting = new AbortController()
      void opening?.then(
        (lane) => lane.close(),
        () => undefined,
      )
      opening = null
      isShared = false
      for (const lane of stuck.keys()) lane.close()
      stuck.clear()
    },
  }
}
