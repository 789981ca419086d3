import type { ErrorValue } from '#core/errors'
import type { GoSample } from '#core/metrics/samples'

const leastIntervalMs = 1000
/** An answer may take at most this share of the time. */
const shareOfTime = 0.01
const tooDearMs = 2000
const tooDearBytes = 64 * 1024 * 1024
/** A second measure is taken when the first was slow without being large: the host was busy, not the service. */
const smallBytes = 1024 * 1024
const secondMeasureMs = 10_000
const backOffToMs = 60_000

/**
 * When to ask again after an answer. Only heap?debug=1 can be too dear: its cost grows with the number of stacks
 * (1 ms to half a minute); the others are constant, so a slow answer of theirs is a slow host, under a balloon perhaps.
 * The least of the last costs counts: waiting makes an answer longer, never shorter.
 */
export function judgeCost(
  source: GoSample['source'],
  costsMs: readonly number[],
  bytes: number,
): { isTooDear: boolean; intervalMs: number } {
  const costMs = Math.min(...costsMs)
  const intervalMs = Math.max(leastIntervalMs, Math.ceil(costMs / shareOfTime))
  if (source !== 'pprof-heap-debug1')
    return { isTooDear: false, intervalMs: Math.min(intervalMs, backOffToMs) }
  if (bytes > tooDearBytes) return { isTooDear: true, intervalMs }
  if (costMs <= tooDearMs) return { isTooDear: false, intervalMs }
  if (costsMs.length === 1 && bytes < smallBytes) return { isTooDear: false, intervalMs: secondMeasureMs }
  return { isTooDear: true, intervalMs }
}

/** 2, 4, 8 … 60 s after the first, second, third failure in a row. */
export function backOffMs(failures: number): number {
  return Math.min(backOffToMs, 1000 * 2 ** Math.min(failures, 10))
}

/** A heap?debug=1 that came, but not to its end within the limits of time and size: asking again soon would cost as much. */
export function isTooDearToFinish(
  source: GoSample['source'] | null,
  error: ErrorValue,
  bytes: number,
): boolean {
  if (source !== 'pprof-heap-debug1' || bytes === 0) return false
  return error.hint === 'go.endpoint.timeoutTotal' || error.hint === 'go.endpoint.tooLarge'
}

/** So spaced, unfinished answers too stay within the share of time. */
export function retryAfterUnfinishedMs(spentMs: number): number {
  return Math.max(backOffToMs, Math.ceil(spentMs / shareOfTime))
}

/** A profile that took this many times its share ends the series at once. */
const profileExcess = 10

/**
 * Whether profiles of these costs (the newest last, ms) are too dear for one every `intervalMs`. One slow answer is a busy
 * host perhaps: the next is waited for, unless it was slow beyond all measure.
 */
export function isProfileTooDear(costsMs: readonly number[], intervalMs: number): boolean {
  const shareMs = shareOfTime * intervalMs
  const last = costsMs.slice(-2)
  return (last.at(-1) ?? 0) > profileExcess * shareMs || (last.length === 2 && Math.min(...last) > shareMs)
}

/** The shortest interval that this cost leaves room for, in whole minutes. */
export function leastProfileMinutes(costMs: number): number {
  return Math.max(1, Math.ceil(costMs / shareOfTime / 60_000))
}
