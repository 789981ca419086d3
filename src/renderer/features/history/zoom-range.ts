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

/** One end of it at another time, not after now. Past the other end all of it moves, as long as it was. */
export function moveEnd(range: TimeRange, end: keyof TimeRange, toMs: number, nowMs: number): TimeRange {
  const atMs = Math.min(toMs, nowMs)
  const next = { ...range, [end]: atMs }
  if (next.fromMs < next.toMs) return next
  const lengthMs = range.toMs - range.fromMs
  const endMs = end === 'toMs' ? atMs : Math.min(nowMs, atMs + lengthMs)
  return { fromMs: Math.max(0, endMs - lengthMs), toMs: endMs }
}

/** Of two moments in any order. */
export function rangeBetween(a: number, b: number): TimeRange {
  const range = { fromMs: Math.round(Math.min(a, b)), toMs: Math.round(Math.max(a, b)) }
  return range.toMs - range.fromMs >= shortestMs ? range : zoomRange(range, (a + b) / 2, 1)
}
