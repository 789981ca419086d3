import type { ReportSeries } from './report-series'

/** Runs of points that may be joined; between two runs nothing was read. */
export type PointRuns = { x: number; value: number }[][]

/** Of each of `columns` columns the first, the least, the most and the last, in order of time: no spike and no end is lost. */
export function decimate(series: ReportSeries, fromMs: number, toMs: number, columns: number): PointRuns {
  const runs: PointRuns = []
  const spanMs = Math.max(1, toMs - fromMs)
  let bucket = -1
  let pending: { atMs: number; value: number }[] = []
  let lastMs: number | null = null
  const flush = (): void => {
    const chosen = chooseExtremes(pending)
    runs.at(-1)?.push(...chosen.map(({ atMs, value }) => ({ x: (atMs - fromMs) / spanMs, value })))
    pending = []
  }
  series.atMs.forEach((atMs, row) => {
    if (atMs < fromMs || atMs > toMs) return
    const value = series.values[row]!
    const isGap = Number.isNaN(value) || lastMs === null || atMs - lastMs > series.gapMs
    if (isGap) {
      flush()
      lastMs = null
      bucket = -1
      if (Number.isNaN(value)) return
      runs.push([])
    }
    const next = Math.floor(((atMs - fromMs) / spanMs) * columns)
    if (next !== bucket) flush()
    bucket = next
    pending.push({ atMs, value })
    lastMs = atMs
  })
  flush()
  return runs.filter((run) => run.length > 0)
}

function chooseExtremes(points: { atMs: number; value: number }[]): { atMs: number; value: number }[] {
  if (points.length <= 4) return points
  let least = 0
  let most = 0
  points.forEach(({ value }, index) => {
    if (value < points[least]!.value) least = index
    if (value > points[most]!.value) most = index
  })
  const chosen = new Set([0, Math.min(least, most), Math.max(least, most), points.length - 1])
  return [...chosen].map((index) => points[index]!)
}
