/**
 * The budget of walks over page tables (smaps_rollup, smaps). A walk holds the process's mmap lock for about as long as
 * it takes, so that all walks of one host together stay within 1 % of one core: after each, 99 times its cost is rest.
 */
export interface RollupBudget {
  /** May a walk start now? */
  canStart(nowMs: number): boolean
  /** Notes a walk that ended. */
  charge(endMs: number, costMs: number): void
  /** When the next walk may start. */
  readonly freeAtMs: number
}

/** Rest is this many times the cost: 1 % of one core. */
export const restFactor = 100
/** One process is walked once a second at most; a little less, so that a tick that comes early does not skip a turn. */
export const minWalkIntervalMs = 900
/** A first walk that may stall the process longer than this waits until the person allows it. */
export const askAboveMs = 250

/** What a second that was not used may add to the next one, so that many cheap walks fit into one tick. */
const burstMs = 1000
/** Measured 9 to 30 ms a GiB of 4 KiB pages: the dearest counts for a process that was never walked. */
const firstWalkMsPerGiB = 30
const gib = 1024 ** 3

/** Times are of one monotonic clock, ms. `rest`: after each walk so many times its cost. */
export function createRollupBudget(rest = restFactor): RollupBudget {
  let freeAtMs = 0
  return {
    canStart: (nowMs) => nowMs >= freeAtMs,
    charge(endMs, costMs) {
      freeAtMs = Math.max(freeAtMs, endMs - burstMs) + costMs * rest
    },
    get freeAtMs() {
      return freeAtMs
    },
  }
}

/** When one process may be walked again after a walk from startMs to endMs. */
export function nextWalkDueMs(startMs: number, endMs: number): number {
  return Math.max(startMs + minWalkIntervalMs, endMs + (endMs - startMs) * restFactor)
}

/** How long a walk may take and stall the process: from its last walk where there is one, else from its RSS. */
export function estimateWalkMs(rssBytes: number, last?: { rssBytes: number; costMs: number }): number {
  if (last !== undefined && last.rssBytes > 0) return (last.costMs * rssBytes) / last.rssBytes
  return (rssBytes / gib) * firstWalkMsPerGiB
}
