import type { TimeRange } from '#core/snapshot/history'
import type { SampleTable } from '../../live/sample-table'

export interface OverlayAxis {
  /** The part of the table that is compared, in its own time. */
  within: TimeRange
  fromMs: number
  toMs: number
  width: number
  height: number
  most: number
}

/** Two samples further apart than this many of its intervals are not joined. */
const gapIntervals = 6
const shortestGapMs = 6_000

/** One column of a table as a path of SVG: the least and the most of each pixel, gaps where nothing was read. */
export function toOverlayPath(
  table: SampleTable,
  column: number,
  offsetMs: number,
  axis: OverlayAxis,
): string {
  const { fromMs, toMs, width, height, most, within } = axis
  const [first, end] = [table.lowerBound(within.fromMs), table.lowerBound(within.toMs + 1)]
  const spanMs = Math.max(1, toMs - fromMs)
  const parts: string[] = []
  let isOpen = false
  let lastMs = -Infinity
  const extremes = { least: -1, greatest: -1 }
  const gapMs = Math.max(shortestGapMs, table.intervalMs * gapIntervals, (spanMs / width) * 2.5)
  for (let pixel = 0; pixel < width; pixel++) {
    const from = Math.max(first, table.lowerBound(fromMs + (pixel / width) * spanMs + offsetMs))
    // The last pixel has the last moment.
    const isLast = pixel === width - 1
    const to = isLast
      ? end
      : Math.min(end, table.lowerBound(fromMs + ((pixel + 1) / width) * spanMs + offsetMs))
    if (from >= to) continue
    table.extremes(column, from, to, extremes)
    if (extremes.least < 0) continue
    const order = [extremes.least, extremes.greatest].sort((a, b) => a - b)
    for (const position of new Set(order)) {
      const atMs = table.timeAt(position)
      const y = height * (1 - table.valueAt(position, column) / Math.max(most, 1e-9))
      isOpen = isOpen && atMs - lastMs <= gapMs
      parts.push(`${isOpen ? 'L' : 'M'}${(pixel + 0.5).toFixed(1)} ${y.toFixed(1)}`)
      isOpen = true
      lastMs = atMs
    }
  }
  return parts.join('')
}

/** All values of a column between two moments. */
export function* valuesOf(
  table: SampleTable,
  column: number,
  fromMs: number,
  toMs: number,
): Generator<number> {
  const end = table.lowerBound(toMs + 1)
  for (let position = table.lowerBound(fromMs); position < end; position++)
    yield table.valueAt(position, column)
}
