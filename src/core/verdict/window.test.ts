import { describe, expect, it } from 'vitest'
import { toGapShare, toPostGcPoints, toSeries } from './series'
import { MiB, go, rollup, sample, startMs } from './verdict.fixture'
import { createVerdictWindow } from './window'

function at(second: number, heapMiB = 100, change: object = {}) {
  const atMs = startMs + second * 1000
  return { ...sample, atMs, go: { ...go, atMs, heapInuseBytes: heapMiB * MiB }, ...change }
}

describe('createVerdictWindow', () => {
  it('stays bounded for a day, and keeps the floor of what it thins', () => {
    const window = createVerdictWindow()
    // A tooth of 12 s over a floor that rises by 10 MiB an hour.
    for (let second = 0; second < 86_400; second++)
      window.push(at(second, 100 + second / 360 + (second % 12) * 20))
    expect(window.length).toBeLessThanOrEqual(1024)
    expect(window.spanMs).toBeLessThanOrEqual(2 * 3_600_000)
    expect(window.spanMs).toBeGreaterThan(1.8 * 3_600_000)
    const points = toSeries(window, 'heapInuseBytes')
    const oldest = points.slice(0, 40).map(({ value }) => value / MiB)
    expect(Math.min(...oldest)).toBeLessThan(100 + (86_400 - 7_000) / 360 + 21)
    for (let index = 1; index < points.length; index++)
      expect(points[index]!.atMs).toBeGreaterThan(points[index - 1]!.atMs)
    expect(toGapShare(window)).toBe(0)
  })

  it('takes a number that is not there for NaN, and the same sample once', () => {
    const window = createVerdictWindow()
    window.push(at(1, 100, { rollup: null, rssBytes: null }))
    window.push(at(1))
    expect(window.length).toBe(1)
    expect(window.at(0, 'rssBytes')).toBeNaN()
    expect(window.at(0, 'lazyFreeBytes')).toBeNaN()
    expect(window.at(5, 'rssBytes')).toBeNaN()
    expect(window.spanMs).toBe(0)
  })

  it('starts again when the clock is set back', () => {
    const window = createVerdictWindow()
    for (let second = 100; second < 120; second++) window.push(at(second))
    window.push(at(10))
    expect(window.length).toBe(1)
  })

  it('counts gaps, but not a slow target', () => {
    const gaps = createVerdictWindow()
    for (const second of [0, 1, 2, 3, 63, 64, 65, 66, 67, 80]) gaps.push(at(second))
    expect(toGapShare(gaps)).toBeCloseTo(73 / 80)
    const slow = createVerdictWindow()
    for (let second = 0; second < 600; second += 15) slow.push(at(second))
    expect(toGapShare(slow)).toBe(0)
  })
})

describe('the series of a window', () => {
  it('holds each answer of the endpoint, and each walk, once', () => {
    const window = createVerdictWindow()
    for (let second = 0; second < 20; second++) {
      const readMs = startMs + (second - (second % 5)) * 1000
      window.push(at(second, 100, { go: { ...go, atMs: readMs }, rollup: { ...rollup, atMs: readMs } }))
    }
    expect(toSeries(window, 'heapInuseBytes')).toHaveLength(4)
    expect(toSeries(window, 'lazyFreeBytes')).toHaveLength(4)
    expect(toSeries(window, 'rssBytes')).toHaveLength(20)
  })

  it('finds the heap after each collection', () => {
    const window = createVerdictWindow()
    for (let second = 0; second < 30; second++) {
      const atMs = startMs + second * 1000
      const numGc = Math.floor(second / 10)
      window.push(at(second, 0, { go: { ...go, atMs, numGc, heapInuseBytes: second * MiB } }))
    }
    expect(toPostGcPoints(window)?.map(({ value }) => value / MiB)).toEqual([10, 20])
    const uncounted = createVerdictWindow()
    uncounted.push(at(0, 1, { go: { ...go, numGc: null } }))
    expect(toPostGcPoints(uncounted)).toBeNull()
  })
})
