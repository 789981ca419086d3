import type { ProcessSample } from '../metrics/samples'
import { toPostGcPoints, toSeries } from '../verdict/series'
import { toTrend, type Point } from '../verdict/slope'
import { createVerdictWindow } from '../verdict/window'
import { mostReadingGapMs } from './alert-state'

/** How far it looks back. */
const spanMs = 600_000
const leastSpanMs = 60_000
const leastPoints = 3

/** How fast a Go heap grows, of the last ten minutes. */
export interface HeapSlope {
  push(sample: ProcessSample): void
  /**
   * Bytes a minute; null until it was seen for a minute. Of heap in use right after garbage collections where they are
   * counted, three at least: between two of them every heap grows. Else of its floor. null also when the endpoint has not
   * answered for a minute, or for twice its interval: what was is not what is.
   */
  perMinuteBytes(): number | null
}

export function createHeapSlope(): HeapSlope {
  const window = createVerdictWindow()
  let nowMs = 0
  let answeredAtMs = Number.NEGATIVE_INFINITY
  let mostAgeMs = mostReadingGapMs
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
    push(sample) {
      window.push(sample)
      // The clock was set back: answers of a time to come are none.
      if (sample.atMs < nowMs) answeredAtMs = Number.NEGATIVE_INFINITY
      nowMs = sample.atMs
      const goAtMs = sample.go?.atMs ?? answeredAtMs
      if (goAtMs <= answeredAtMs) return
      const gapMs = Number.isFinite(answeredAtMs) ? goAtMs - answeredAtMs : 0
      mostAgeMs = Math.min(spanMs, Math.max(mostReadingGapMs, 2 * gapMs))
      answeredAtMs = goAtMs
    },
    perMinuteBytes() {
      if (nowMs - answeredAtMs > mostAgeMs) return null
      const atMs = window.length === 0 ? 0 : window.at(window.length - 1, 'goAtMs')
      // The endpoint answers more seldom than the process is looked at.
      if (known === null || !Object.is(known.atMs, atMs)) known = { atMs, value: read() }
      return known.value
    },
  }
}
