import type { Extremes, SampleTable } from './sample-table'

/** What a chart of one column in one window of time needs. */
export interface EnvelopeRequest {
  column: number
  fromMs: number
  toMs: number
  /** Width of the plot in pixels; at most two points are made for each. */
  buckets: number
}

/** Points in time order, reused from one reading to the next. y is NaN where the line breaks. */
export interface Envelope {
  length: number
  x: Float64Array
  y: Float64Array
  /** Of the points; NaN when there are none. */
  least: number
  greatest: number
}

/** Samples that lie further apart than so many intervals are not joined by a line. */
export const gapIntervals = 2.5

export function createEnvelope(): Envelope {
  return { length: 0, x: new Float64Array(0), y: new Float64Array(0), least: NaN, greatest: NaN }
}

const extremes: Extremes = { least: -1, greatest: -1 }

/**
 * The least and the greatest of each pixel's samples, at their own times: peaks are kept exactly, however long the window
 * is. The work is that of the pixels, not of the samples. One sample on each side of the window is included, so that
 * lines run to the edges. Buckets lie on a fixed grid of time: a window that slides does not make the picture shimmer.
 */
export function readEnvelope(table: SampleTable, request: EnvelopeRequest, out: Envelope): void {
  const { fromMs, toMs } = request
  const buckets = Math.max(1, Math.floor(request.buckets))
  reserve(out, 3 * (buckets + 4))
  out.length = 0
  out.least = NaN
  out.greatest = NaN
  const first = Math.max(0, table.lowerBound(fromMs) - 1)
  const last = Math.min(table.count(), table.lowerBound(toMs) + 1)
  if (!(toMs > fromMs) || first >= last) return
  if (last - first <= buckets) readSamples(table, request.column, first, last, out)
  else readBuckets(table, request.column, first, last, (toMs - fromMs) / buckets, out)
}

function reserve(out: Envelope, size: number): void {
  if (out.x.length >= size) return
  out.x = new Float64Array(size)
  out.y = new Float64Array(size)
}

function readSamples(table: SampleTable, column: number, first: number, last: number, out: Envelope): void {
  const gapMs = table.intervalMs * gapIntervals
  for (let i = first; i < last; i++) {
    const time = table.timeAt(i)
    const value = table.valueAt(i, column)
    if (Number.isNaN(value)) addGap(out, time)
    else {
      if (i > first && time - table.timeAt(i - 1) > gapMs) addGap(out, time)
      addPoint(out, time, value)
    }
  }
}

function readBuckets(
  table: SampleTable,
  column: number,
  first: number,
  last: number,
  bucketMs: number,
  out: Envelope,
): void {
  const gapMs = Math.max(table.intervalMs * gapIntervals, bucketMs)
  let start = first
  while (start < last) {
    const startMs = table.timeAt(start)
    const endMs = (Math.floor(startMs / bucketMs) + 1) * bucketMs
    const end = Math.max(start + 1, Math.min(last, nextPosition(table, start, endMs)))
    table.extremes(column, start, end, extremes)
    if (extremes.least < 0) addGap(out, startMs)
    else {
      if (start > first && startMs - table.timeAt(start - 1) > gapMs) addGap(out, startMs)
      const earlier = Math.min(extremes.least, extremes.greatest)
      const later = Math.max(extremes.least, extremes.greatest)
      addPoint(out, table.timeAt(earlier), table.valueAt(earlier, column))
      if (later !== earlier) addPoint(out, table.timeAt(later), table.valueAt(later, column))
    }
    start = end
  }
  // The line ends at the newest sample, not where the last pixel had its extreme.
  const endMs = table.timeAt(last - 1)
  const endValue = table.valueAt(last - 1, column)
  if (!Number.isNaN(endValue) && out.length > 0 && endMs > (out.x[out.length - 1] as number)) {
    addPoint(out, endMs, endValue)
  }
}

/** First position with time >= ms, looked for in leaps from a position before it. */
function nextPosition(table: SampleTable, from: number, ms: number): number {
  const count = table.count()
  let low = from
  let leap = 1
  while (low + leap < count && table.timeAt(low + leap) < ms) {
    low += leap
    leap *= 2
  }
  let high = Math.min(count, low + leap)
  low++
  while (low < high) {
    const middle = (low + high) >>> 1
    if (table.timeAt(middle) < ms) low = middle + 1
    else high = middle
  }
  return low
}

function addGap(out: Envelope, time: number): void {
  if (out.length === 0 || Number.isNaN(out.y[out.length - 1])) return
  out.x[out.length] = time
  out.y[out.length] = NaN
  out.length++
}

/** Of a run of equal values only both ends are kept: the line is the same. */
function addPoint(out: Envelope, time: number, value: number): void {
  const { length } = out
  if (length >= 2 && out.y[length - 1] === value && out.y[length - 2] === value) {
    out.x[length - 1] = time
    return
  }
  out.x[length] = time
  out.y[length] = value
  out.length++
  if (!(value >= out.least)) out.least = value
  if (!(value <= out.greatest)) out.greatest = value
}

/** The value that was true at a time: the last sample at or before it, NaN when that is too old to say. */
export function readValueAt(table: SampleTable, column: number, ms: number): number {
  const after = table.lowerBound(ms)
  const position = after < table.count() && table.timeAt(after) === ms ? after : after - 1
  if (position < 0 || ms - table.timeAt(position) > table.intervalMs * gapIntervals) return NaN
  return table.valueAt(position, column)
}
