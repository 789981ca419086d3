import { isSameProcess, type ProcessKey } from '../process-key'
import { negligibleLazyFreeBytes, noProcess } from './plan'
import type {
  BalloonProof,
  PressureDomain,
  ProofReading,
  ProofReason,
  ProofVerdict,
  StopReason,
} from './types'

const MiB = 1024 * 1024
/** Kernel counters are kept in per-CPU batches: what differs by less is the same. */
const batchBytes = 4 * MiB
/** A change that says something, not a breath of the process. */
const notableBytes = 16 * MiB

/** What happened between the two readings. */
export interface RunFacts {
  target: ProcessKey
  comm: string
  startedAtMs: number
  endedAtMs: number
  domain: PressureDomain
  peakBytes: number
  stopReason: StopReason
  pageSizeBytes: number
  /** Of the plan: what had to be taken first, the page cache that goes with LazyFree by age, and the floor. */
  freeFirstBytes: number
  evictedCacheBytes: number | null
  floorBytes: number
}

/**
 * Says what the run proved. Confirmed: most of LazyFree was taken and RSS fell by as much, heap in use did not explain it.
 * Refuted: there was pressure and RSS stayed. Everything else is inconclusive, with its reason.
 */
export function createProof(before: ProofReading, after: ProofReading, run: RunFacts): BalloonProof {
  const lazyFreedPages = subtract(after.pglazyfreed, before.pglazyfreed)
  const psiUs = subtract(after.psiSomeTotalUs, before.psiSomeTotalUs)
  const lazyFreedBytes = lazyFreedPages === null ? null : Math.max(0, lazyFreedPages) * run.pageSizeBytes
  const [verdict, reason] = judge(before, after, run, lazyFreedBytes)
  return {
    target: run.target,
    comm: run.comm,
    startedAtMs: run.startedAtMs,
    elapsedMs: run.endedAtMs - run.startedAtMs,
    domain: run.domain,
    peakBytes: run.peakBytes,
    stopReason: run.stopReason,
    before,
    after,
    pageSizeBytes: run.pageSizeBytes,
    lazyFreedBytes,
    psiSomeMs: psiUs === null ? null : Math.max(0, psiUs) / 1000,
    verdict,
    reason,
  }
}

function judge(
  before: ProofReading,
  after: ProofReading,
  run: RunFacts,
  lazyFreedBytes: number | null,
): [ProofVerdict, ProofReason] {
  if (run.stopReason === 'target-gone') return ['inconclusive', 'target-gone']
  if (run.stopReason === 'link-lost') return ['inconclusive', 'link-lost']
  if (isSameProcess(run.target, noProcess)) return ['inconclusive', 'no-process']
  const rssFell = subtract(before.rssBytes, after.rssBytes)
  if (before.rssBytes === null || rssFell === null) return ['inconclusive', 'missing-numbers']
  if (before.lazyFreeBytes === null || after.lazyFreeBytes === null)
    return ['inconclusive', 'lazyfree-unknown']
  const heapFell = subtract(before.heapInuseBytes, after.heapInuseBytes) ?? 0
  const lazyFree = before.lazyFreeBytes
  const notable = Math.max(notableBytes, before.rssBytes / 20)
  if (lazyFree <= negligibleLazyFreeBytes(before.rssBytes)) {
    if (Math.abs(rssFell) > notable) return ['inconclusive', 'heap-changed']
    return tookAllFree(run) ? ['refuted', 'nothing-to-take'] : ['inconclusive', 'no-pressure']
  }
  const taken = lazyFree - after.lazyFreeBytes
  if (taken < lazyFree / 10) {
    if (Math.abs(rssFell) > notable && rssFell > taken + notable) return ['inconclusive', 'heap-changed']
    return hadToTake(run, lazyFree / 2) ? ['refuted', 'rss-stayed'] : ['inconclusive', 'no-pressure']
  }
  // The process used its marked pages again, or gave memory back by itself: neither is the kernel's doing.
  const rssFollowed = rssFell + batchBytes >= taken * 0.8
  const kernelTook = lazyFreedBytes === null || lazyFreedBytes + batchBytes >= taken * 0.8
  const heapExplains = heapFell > notableBytes && heapFell > rssFell / 5
  if (!rssFollowed || !kernelTook || heapExplains) return ['inconclusive', 'heap-changed']
  return taken >= lazyFree / 2 ? ['confirmed', 'lazyfree-taken'] : ['inconclusive', 'partly']
}

/**
 * The balloon had grown past all that is free and all page cache by this much: it can only have come from LazyFree. A floor
 * that kept LazyFree out of reach proves nothing against it.
 */
function hadToTake(run: RunFacts, bytes: number): boolean {
  return run.peakBytes >= (run.freeFirstBytes + (run.evictedCacheBytes ?? 0) + bytes) * 0.95
}

/**
 * Everything that was free had been taken, down to the floor: the next page had to come from reclaim. Where nothing can
 * be reclaimed, available and free are the same, so the floor is where such a run ends.
 */
function tookAllFree(run: RunFacts): boolean {
  const needed = run.freeFirstBytes - run.floorBytes
  return run.peakBytes > 0 && run.peakBytes + notableBytes >= needed * 0.98
}

function subtract(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}
