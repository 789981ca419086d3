import { askAboveMs, estimateWalkMs, nextWalkDueMs, type RollupBudget } from '#core/metrics/rollup-budget'
import type { AbsenceReason, RollupSample } from '#core/metrics/samples'
import type { RollupReader } from './rollup-reader'

const stuckRestMs = 60_000
/** A refusal may end (setuid programs, ptrace scope), and costs next to nothing to ask for. */
const deniedRestMs = 10_000

/** The walks of one watched process: within the budget, and the first one of a huge process only when allowed. */
export interface RollupWalker {
  readonly rollup: RollupSample | null
  /** Why there is no walk; null: there is one. */
  readonly absence: AbsenceReason | null
  /** Wall clock, ms; null: none is planned. */
  readonly dueAtMs: number | null
  /** The walk in progress. */
  readonly walking: Promise<void> | null
  /** Starts a walk when one is due. */
  maybeStart(rssBytes: number): void
  /** Lets a walk happen that was asked about. */
  allow(): void
  /** Takes a walk that was made elsewhere; an older one than its own changes nothing. */
  adopt(other: RollupSample): void
}

export interface RollupWalkerOptions {
  pid: number
  reader: RollupReader
  budget: RollupBudget
  /** The next walk would take long and was not allowed yet. Called once. */
  onAsk: (ask: { rssBytes: number; estimatedStallMs: number }) => void
  onWalk: (rollup: RollupSample) => void
}

export function createRollupWalker({
  pid,
  reader,
  budget,
  onAsk,
  onWalk,
}: RollupWalkerOptions): RollupWalker {
  let rollup: RollupSample | null = null
  let absence: AbsenceReason | null = 'not-read'
  let dueAtMs = 0
  let isAllowed = false
  let isAsked = false
  let walking: Promise<void> | null = null

  async function walk(): Promise<void> {
    // Not while this thread is busy with the rest of the poll: its own delay would count as the walk's cost.
    await new Promise(setImmediate)
    const startMs = performance.now()
    const result = await reader.walk(pid)
    const endMs = performance.now()
    if (typeof result === 'string') {
      absence = result
      rollup = result === 'timeout' ? rollup : null
      dueAtMs = endMs + (result === 'timeout' ? stuckRestMs : deniedRestMs)
      return
    }
    absence = null
    rollup = result
    // What the read took by itself: a wait for a free thread is no cost to the process.
    budget.charge(endMs, result.costMs)
    dueAtMs = nextWalkDueMs(startMs, startMs + result.costMs)
    onWalk(result)
  }

  function isStalling(rssBytes: number): boolean {
    if (isAllowed || rollup !== null) return false
    const estimatedStallMs = estimateWalkMs(rssBytes)
    if (estimatedStallMs <= askAboveMs) return false
    absence = 'too-expensive'
    if (!isAsked) onAsk({ rssBytes, estimatedStallMs })
    isAsked = true
    return true
  }

  return {
    get rollup() {
      return rollup
    },
    get absence() {
      return absence
    },
    get dueAtMs() {
      if (absence === 'too-expensive') return null
      return Date.now() + Math.max(0, Math.max(dueAtMs, budget.freeAtMs) - performance.now())
    },
    get walking() {
      return walking
    },
    maybeStart(rssBytes) {
      const nowMs = performance.now()
      if (walking !== null || nowMs < dueAtMs || !budget.canStart(nowMs) || isStalling(rssBytes)) return
      walking = walk().finally(() => {
        walking = null
      })
    },
    allow() {
      isAllowed = true
      if (absence === 'too-expensive') absence = 'not-read'
    },
    adopt(other) {
      if (rollup !== null && other.atMs <= rollup.atMs) return
      absence = null
      rollup = other
      dueAtMs = Math.max(dueAtMs, nextWalkDueMs(performance.now() - other.costMs, performance.now()))
    },
  }
}
