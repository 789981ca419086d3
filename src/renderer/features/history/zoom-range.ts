import type { TimeRange } from '#core/snapshot/history'

const shortestMs = 10_000
const longestMs = 31 * 86_400_000

/** `factor` times as long around a moment, never shorter than ten seconds or longer than a month. */
export function zoomRange({ fromMs, toMs }: TimeRange, aroundMs: number, factor: number): TimeRange {
  const lengthMs = Math.min(longestMs, Math.max(shortestMs, (toMs - fromMs) * factor))
  const share = Math.min(1, Math.max(0, (aroundMs - fromMs) / Math.max(1, toMs - fromMs)))
  const startMs = Math.max(0, Math.round(aroundMs - lengthMs * share))
  return { fromMs: startMs, toMs: startMs + Math.round(lengthMs) }
}

/** Of two moments in any order. */
export function rangeBetween(a: number, b: number): TimeRange {
  const range = { fromMs: Math.round(Math.min(a, b)), toMs: Math.round(Math.max(a, b)) }
  return range.toMs - range.fromMs >= shortestMs ? range : zoomRange(range, (a + b) / 2, 1)
}
