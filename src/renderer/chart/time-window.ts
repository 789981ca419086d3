/** The stretches that the toolbar offers. */
export const rangeIds = ['1m', '5m', '15m', '1h', 'all'] as const
export type RangeId = (typeof rangeIds)[number]

const rangeMs: Record<RangeId, number> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  all: Infinity,
}

/** Shortest window that can be zoomed to, and the shortest that a young history is shown in. */
const shortestMs = 5_000
const youngMs = 60_000

export interface TimeSpan {
  fromMs: number
  toMs: number
}

/** `fixed` is null while the window follows the newest sample. */
export interface WindowState {
  range: RangeId
  fixed: TimeSpan | null
}

/** The stretch that there is data for; null before the first sample. */
export type DataSpan = TimeSpan | null

/**
 * What is to be seen. Live, the window ends at the newest sample; a history that is younger than the range fills a window of
 * its own length (at least a minute, then from the left).
 */
export function toVisibleSpan(state: WindowState, data: DataSpan, nowMs: number): TimeSpan {
  if (state.fixed !== null) return state.fixed
  if (data === null) return { fromMs: nowMs, toMs: nowMs + youngMs }
  const haveMs = data.toMs - data.fromMs
  if (haveMs < youngMs) return { fromMs: data.fromMs, toMs: data.fromMs + youngMs }
  return { fromMs: data.toMs - Math.min(haveMs, rangeMs[state.range]), toMs: data.toMs }
}

/** factor < 1 zooms in; the moment under `atMs` stays where it is. */
export function zoomAt(span: TimeSpan, atMs: number, factor: number, data: DataSpan): TimeSpan {
  const dataMs = data === null ? youngMs : data.toMs - data.fromMs
  const longestMs = Math.max(youngMs, dataMs * 1.1)
  const width = span.toMs - span.fromMs
  const next = Math.min(longestMs, Math.max(shortestMs, width * factor))
  const share = width > 0 ? (atMs - span.fromMs) / width : 0.5
  const fromMs = atMs - share * next
  return keepNear({ fromMs, toMs: fromMs + next }, data)
}

export function panBy(span: TimeSpan, byMs: number, data: DataSpan): TimeSpan {
  return keepNear({ fromMs: span.fromMs + byMs, toMs: span.toMs + byMs }, data)
}

/** A stretch that was drawn with the pointer, in either direction; null when it is too short to be meant. */
export function toSelection(aMs: number, bMs: number, span: TimeSpan): TimeSpan | null {
  const fromMs = Math.max(span.fromMs, Math.min(aMs, bMs))
  const toMs = Math.min(span.toMs, Math.max(aMs, bMs))
  if (toMs - fromMs < (span.toMs - span.fromMs) * 0.01) return null
  const missing = Math.max(0, shortestMs - (toMs - fromMs))
  return { fromMs: fromMs - missing / 2, toMs: toMs + missing / 2 }
}

/** Some data always stays in sight. */
function keepNear(span: TimeSpan, data: DataSpan): TimeSpan {
  if (data === null) return span
  const width = span.toMs - span.fromMs
  const earliest = data.fromMs - width * 0.5
  const latest = Math.max(earliest, data.toMs - width * 0.5)
  const fromMs = Math.min(latest, Math.max(earliest, span.fromMs))
  return { fromMs, toMs: fromMs + width }
}
