import type { ProcessSample } from '../metrics/samples'
import { toPostGcPoints, toSeries } from '../verdict/series'
import { toTrend, type Point } from '../verdict/slope'
import { createVerdictWindow } from '../verdict/window'

/** How far it looks back. */
const spanMs = 600_000
const leastSpanMs = 60_000
const leastPoints = 3

/** How fast a Go heap grows, of the last ten minutes. */
export interface HeapSlope {
  push(sample: ProcessSample): void
  /**
   * Bytes a minute; null until it was seen for a minute. Of heap in use right after garbage collections where they are
   * counted, three at least: between two of them every heap grows. Else of its floor.
   */
  perMinuteBytes(): number | null
}

export function createHeapSlope(): HeapSlope {
  const window = createVerdictWindow()
  let known: { atMs: number; value: number | null } | null = null

  function read(): number | null {
    const heap = toSeries(window, 'heapInuseBytes')
    const points = toPostGcPoints(window) ?? heap
    const fromMs = (heap.at(-1)?.atMs ?? 0) - spanMs
    const recent = points.filter((point: Point) => point.atMs >= fromMs)
    if (recent.length < leastPoints) return null
    const trend = toTrend(recent)
    return trend === null || trend.spanMs < leastSpanMs ? null : trend.slopePerMs * 60_000
  }

  return {
    push: (sample) => window.push(sample),
    perMinuteBytes() {
      const atMs = window.length === 0 ? 0 : window.at(window.length - 1, 'goAtMs')
      // The endpoint answers more seldom than the process is looked at.
      if (known === null || !Object.is(known.atMs, atMs)) known = { atMs, value: read() }
      return known.value
    },
  }
}
