import type { GoSample } from '../metrics/samples'
import type { RuleContext } from './rule-context'

/** Values above this mean *no goal*: the collector's pace is switched off. */
const noGoalBytes = 2 ** 50
/** The runtime keeps a tenth above the collector's goal on purpose (mgcscavenge.go). */
const keptOnPurpose = 1.1
/** Readings of the endpoint and of a walk further apart than this are of two pictures. */
const mostSkewMs = 20_000

/** Idle heap that the runtime has not given back, bytes. */
export function toKeptIdle({
  heapIdleBytes,
  heapReleasedBytes,
}: Pick<GoSample, 'heapIdleBytes' | 'heapReleasedBytes'>): number | null {
  return heapIdleBytes === null || heapReleasedBytes === null ? null : heapIdleBytes - heapReleasedBytes
}

/** Of the idle heap what is kept beyond the collector's goal; all of it where there is no goal. */
export function toScavengerLag(go: {
  heapInuseBytes: number | null
  heapIdleBytes: number | null
  heapReleasedBytes: number | null
  nextGcBytes: number | null
}): number | null {
  const kept = toKeptIdle(go)
  if (kept === null || !hasGoal(go.nextGcBytes) || go.heapInuseBytes === null) return kept
  return Math.min(kept, Math.max(0, go.heapInuseBytes + kept - go.nextGcBytes * keptOnPurpose))
}

export function hasGoal(nextGcBytes: number | null): nextGcBytes is number {
  return nextGcBytes !== null && nextGcBytes > 0 && nextGcBytes < noGoalBytes
}

/** Anonymous memory that can't be Go's: Anonymous - LazyFree - (Sys - HeapReleased), from readings close in time. */
export interface Rest {
  restBytes: number
  /** What the Go runtime may have in memory at most. */
  goBytes: number
  /** Anonymous - LazyFree. */
  heldBytes: number
  skewMs: number
}

/** null: one of the numbers is not there, or they are of too different moments. */
export function toRest({ rollup, go }: Pick<RuleContext, 'rollup' | 'go'>): Rest | null {
  if (rollup?.anonymousBytes == null || go?.sysBytes == null || go.heapReleasedBytes === null) return null
  const skewMs = Math.abs(rollup.atMs - go.atMs)
  if (skewMs > mostSkewMs) return null
  const goBytes = go.sysBytes - go.heapReleasedBytes
  const held = rollup.anonymousBytes - (rollup.lazyFreeBytes ?? 0)
  return { restBytes: held - goBytes, goBytes, heldBytes: held, skewMs }
}
