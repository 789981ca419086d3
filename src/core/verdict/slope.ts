/** A reading at its moment. */
export interface Point {
  atMs: number
  value: number
}

/** A line through points that a few wild ones do not turn. */
export interface Trend {
  points: number
  spanMs: number
  /** Units of the value in a ms: the median of all slopes between two points (Theil-Sen). */
  slopePerMs: number
  /** slopePerMs over the whole span. */
  growth: number
  /** Median distance of a point from the line. */
  noise: number
  /** Kendall's tau, -1 to 1: 1 when each point is above all before it. Ties count as neither. */
  tau: number
}

/** Pairs grow with the square: more points than this are thinned to their minima by time. */
const mostPoints = 48

/** null with fewer than two moments. Points that are no finite numbers are passed over. */
export function toTrend(all: readonly Point[]): Trend | null {
  const finite = all.filter(({ atMs, value }) => Number.isFinite(atMs) && Number.isFinite(value))
  const points = finite.length > mostPoints ? toFloor(finite, mostPoints) : finite
  const slopes: number[] = []
  let balance = 0
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) {
      const stepMs = b.atMs - a.atMs
      if (stepMs <= 0) continue
      slopes.push((b.value - a.value) / stepMs)
      balance += Math.sign(b.value - a.value)
    }
  }
  const first = points[0]
  const last = points.at(-1)
  if (slopes.length === 0 || first === undefined || last === undefined) return null
  const slopePerMs = toMedian(slopes)
  const spanMs = last.atMs - first.atMs
  const offsets = points.map(({ atMs, value }) => value - slopePerMs * (atMs - first.atMs))
  const offset = toMedian(offsets)
  return {
    points: points.length,
    spanMs,
    slopePerMs,
    growth: slopePerMs * spanMs,
    noise: toMedian(offsets.map((value) => Math.abs(value - offset))),
    tau: balance / slopes.length,
  }
}

/** The lowest point of each of at most `buckets` equal stretches of time: the floor under a sawtooth. */
export function toFloor(points: readonly Point[], buckets: number): Point[] {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return []
  const widthMs = (last.atMs - first.atMs) / buckets
  const lowest = new Map<number, Point>()
  for (const point of points) {
    const bucket = widthMs > 0 ? Math.min(buckets - 1, Math.floor((point.atMs - first.atMs) / widthMs)) : 0
    const known = lowest.get(bucket)
    if (known === undefined || point.value < known.value) lowest.set(bucket, point)
  }
  return [...lowest.values()]
}

/** Of what is not empty; NaN of nothing. */
export function toMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
