import { toFloor, toMedian, toTrend, type Point, type Trend } from './slope'
import type { FindingLevel } from './verdict'

const MiB = 1024 * 1024

/** What a series of readings does over its time. */
export type GrowthKind =
  | 'grows'
  | 'steady'
  | 'levelled' // it grew, and has stopped
  | 'tooShort' // too few readings, or too short a time, to tell

export interface Growth {
  kind: GrowthKind
  /** Of `grows`: how sure. */
  level: FindingLevel
  fromBytes: number
  toBytes: number
  spanMs: number
  perMinuteBytes: number
  /** Floors that it was judged by. */
  points: number
}

/** How long, and over how many floors, growth must be seen. A cache that warms up looks the same for its first minutes. */
const bars = [
  { level: 'certain', spanMs: 10 * 60_000, points: 8, tau: 0.7 },
  { level: 'likely', spanMs: 25_000, points: 3, tau: 0.7 },
  { level: 'possible', spanMs: 10_000, points: 2, tau: 0.5 },
] as const

const leastGrowthBytes = 8 * MiB
const leastGrowthShare = 0.1
/** Steady is said no sooner than this. */
const steadySpanMs = 30_000
const buckets = 12

/**
 * Judges whether something grows by its floor. `floor`: the points that count, such as those after a garbage collection;
 * without them, the minima of equal stretches. `all`: every reading, by which levelling off is seen.
 */
export function judgeGrowth(all: readonly Point[], floor: readonly Point[] = toFloor(all, buckets)): Growth {
  const trend = toTrend(floor)
  const first = floor[0]
  const growth: Growth = {
    kind: 'tooShort',
    level: 'not-measurable',
    fromBytes: first?.value ?? Number.NaN,
    toBytes: floor.at(-1)?.value ?? Number.NaN,
    spanMs: trend?.spanMs ?? 0,
    perMinuteBytes: (trend?.slopePerMs ?? 0) * 60_000,
    points: floor.length,
  }
  if (trend === null || first === undefined) return growth
  const least = Math.max(leastGrowthBytes, Math.abs(first.value) * leastGrowthShare, 3 * trend.noise)
  const isRising = trend.growth >= Math.max(least, stepNoise(all)) && trend.tau >= 0.5
  if (!isRising) {
    if (hasLevelled(all, least) && !isStillRising(floor)) return { ...growth, kind: 'levelled' }
    return trend.spanMs >= steadySpanMs && floor.length >= 3 ? { ...growth, kind: 'steady' } : growth
  }
  if (hasLevelled(all, least) && !isStillRising(floor)) return { ...growth, kind: 'levelled' }
  const level = toLevel(trend)
  return level === null ? growth : { ...growth, kind: 'grows', level }
}

function toLevel({ spanMs, points, tau }: Trend): FindingLevel | null {
  const bar = bars.find((one) => spanMs >= one.spanMs && points >= one.points && tau >= one.tau)
  return bar?.level ?? null
}

/** A reading comes up to one interval after the floor that it stands for: by how much it may have risen meanwhile. */
function stepNoise(all: readonly Point[]): number {
  const rises: number[] = []
  for (let index = 1; index < all.length; index++) {
    const rise = (all[index]?.value ?? 0) - (all[index - 1]?.value ?? 0)
    if (rise > 0) rises.push(rise)
  }
  return rises.length === 0 ? 0 : 2 * toMedian(rises)
}

/** The floor of the last third rose by next to nothing, after it had risen before. */
function hasLevelled(all: readonly Point[], least: number): boolean {
  const first = all[0]
  const last = all.at(-1)
  if (first === undefined || last === undefined) return false
  const spanMs = last.atMs - first.atMs
  if (spanMs < steadySpanMs) return false
  const lowest = (from: number, to: number): number => {
    const part = all.filter(
      ({ atMs }) => atMs >= first.atMs + spanMs * from && atMs <= first.atMs + spanMs * to,
    )
    // One reading may be the tip of a tooth, beside a gap.
    return part.length < 2 ? Number.NaN : Math.min(...part.map(({ value }) => value))
  }
  const before = lowest(0, 1 / 6)
  const middle = lowest(4 / 6, 5 / 6)
  const end = lowest(5 / 6, 1)
  if (![before, middle, end].every(Number.isFinite)) return false
  const rise = middle - before
  // A sixth of the time is a quarter of the four sixths before it.
  return rise >= least && end - middle < (rise / 4) * 0.25
}

/**
 * The floor rose in the last third at a good part of the pace of before. Readings between collections can't tell that: where
 * teeth are long, the lowest of a stretch depends on where in a tooth it begins.
 */
function isStillRising(floor: readonly Point[]): boolean {
  const first = floor[0]
  const last = floor.at(-1)
  if (first === undefined || last === undefined) return false
  const lateFromMs = first.atMs + ((last.atMs - first.atMs) * 2) / 3
  const middle = floor.filter(({ atMs }) => atMs <= lateFromMs).at(-1)
  if (middle === undefined || middle.atMs <= first.atMs || middle.atMs >= last.atMs) return false
  const early = (middle.value - first.value) / (middle.atMs - first.atMs)
  const late = (last.value - middle.value) / (last.atMs - middle.atMs)
  return early > 0 && late > early * 0.25
}
