import type { Point } from './slope'
import type { VerdictWindow, WindowColumn } from './window'

/** Which moment a column is of. The endpoint and the walk answer more seldom than the process is looked at. */
function clockOf(column: WindowColumn): WindowColumn {
  switch (column) {
    case 'heapInuseBytes':
    case 'heapIdleBytes':
    case 'heapReleasedBytes':
    case 'stackInuseBytes':
    case 'sysBytes':
    case 'nextGcBytes':
    case 'numGc':
    case 'goroutines':
      return 'goAtMs'
    case 'rollupRssBytes':
    case 'anonymousBytes':
    case 'lazyFreeBytes':
    case 'anonHugePagesBytes':
      return 'rollupAtMs'
    default:
      return 'atMs'
  }
}

/** The readings of one column, each once, at the moment when it was read; `value` may join several columns of a row. */
export function toSeries(
  window: VerdictWindow,
  column: WindowColumn,
  value: (row: number) => number = (row) => window.at(row, column),
): Point[] {
  const clock = clockOf(column)
  const points: Point[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (let row = 0; row < window.length; row++) {
    const atMs = window.at(row, clock)
    const read = value(row)
    if (!(atMs > lastMs) || !Number.isFinite(read)) continue
    points.push({ atMs, value: read })
    lastMs = atMs
  }
  return points
}

/** Heap in use as it was first read after each garbage collection; null where collections are not counted. */
export function toPostGcPoints(window: VerdictWindow): Point[] | null {
  const counts = toSeries(window, 'numGc')
  if (counts.length === 0) return null
  const heap = new Map(toSeries(window, 'heapInuseBytes').map(({ atMs, value }) => [atMs, value]))
  const points: Point[] = []
  for (let index = 1; index < counts.length; index++) {
    const now = counts[index]
    const before = counts[index - 1]
    const value = now === undefined ? undefined : heap.get(now.atMs)
    if (now === undefined || before === undefined || value === undefined) continue
    if (now.value > before.value) points.push({ atMs: now.atMs, value })
  }
  return points
}

/** The lowest value of the last `spanMs` before `atMs`, and over how long it was seen; null when none was read then. */
export function toRecentFloor(
  points: readonly Point[],
  atMs: number,
  spanMs: number,
): { value: number; seenMs: number } | null {
  const recent = points.filter((point) => point.atMs >= atMs - spanMs)
  const first = recent[0]
  const last = recent.at(-1)
  if (first === undefined || last === undefined) return null
  return { value: Math.min(...recent.map(({ value }) => value)), seenMs: last.atMs - first.atMs }
}

/** How much of the window no sample covers, 0 to 1. */
export function toGapShare(window: VerdictWindow): number {
  let gaps = 0
  for (let row = 0; row < window.length; row++) gaps += window.at(row, 'gapMs')
  return window.spanMs > 0 ? Math.min(1, gaps / window.spanMs) : 0
}
