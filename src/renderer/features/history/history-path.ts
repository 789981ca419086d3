import { toGapMs } from '#core/metrics/gap'
import type { History } from '#core/snapshot/history'
import type { StreamId } from '#core/snapshot/sample-parts'

export interface HistoryPaths {
  /** Between the least and the most of each bucket. */
  band: string
  /** Through the last of each. */
  line: string
  most: number
}

/** Readings further apart than this many buckets were not recorded between. */
const gapBuckets = 2.5

/**
 * One column as paths of SVG in a box of `width` x `height`; readings further apart than `gapMs` are not joined. null: nothing of
 * it was recorded.
 */
export function toHistoryPaths(
  history: History,
  column: string,
  span: { fromMs: number; toMs: number },
  box: { width: number; height: number; most: number; gapMs: number },
): HistoryPaths | null {
  const values = history.columns[column]
  if (values === undefined) return null
  const xOf = (atMs: number): number =>
    ((atMs + history.bucketMs / 2 - span.fromMs) / (span.toMs - span.fromMs)) * box.width
  const yOf = (value: number): number => box.height * (1 - value / Math.max(box.most, 1e-9))
  const runs: { x: number; least: number; most: number; last: number }[][] = []
  let before = -Infinity
  history.atMs.forEach((atMs, index) => {
    const [least, most, last] = [values.min[index], values.max[index], values.last[index]]
    if (least == null || most == null || last == null) return
    if (atMs - before > box.gapMs) runs.push([])
    before = atMs
    runs.at(-1)?.push({ x: xOf(atMs), least: yOf(least), most: yOf(most), last: yOf(last) })
  })
  if (runs.length === 0) return null
  const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`
  const band = runs.map((run) => {
    const upper = run.map(({ x, most }) => point(x, most))
    const lower = run.toReversed().map(({ x, least }) => point(x, least))
    return `M${[...upper, ...lower].join('L')}Z`
  })
  // A single bucket is a dot.
  const line = toLine(runs, point)
  return { band: band.join(''), line, most: mostOf(history, column) ?? 0 }
}

function toLine(
  runs: readonly { x: number; last: number }[][],
  point: (x: number, y: number) => string,
): string {
  return runs
    .map((run) => {
      const points = run.map(({ x, last }) => point(x, last))
      return `M${(points.length === 1 ? [...points, ...points] : points).join('L')}`
    })
    .join('')
}

/** How far apart two readings of a column may be, ms, for a line between them. */
export function toColumnGapMs(
  { atMs, bucketMs, columns }: History,
  stream: StreamId,
  column: string,
): number {
  const last = columns[column]?.last ?? []
  const known = atMs.filter((_, index) => last[index] != null)
  return Math.max(bucketMs * gapBuckets, toGapMs(stream, known))
}

/** The last reading that is not later than a moment, nor further away than `gapMs`; null: there is none. */
export function readingAt(history: History, column: string, atMs: number, gapMs: number): number | null {
  const last = history.columns[column]?.last ?? []
  const index = history.atMs.findLastIndex((bucketMs, each) => bucketMs <= atMs && last[each] != null)
  const startMs = history.atMs[index]
  return startMs === undefined || atMs - startMs > gapMs ? null : (last[index] ?? null)
}

/** null: nothing was reported. */
export function mostOf(history: History, column: string): number | null {
  const known = (history.columns[column]?.max ?? []).filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((most, value) => Math.max(most, value), -Infinity)
}
