import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeGrowth } from './growth'
import { toFloor, toMedian, toTrend } from './slope'
import { MiB } from './verdict.fixture'

const points = (count: number, value: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ atMs: index * 1000, value: value(index) }))

describe('toTrend', () => {
  it('finds a line, whatever a few wild points say', () => {
    const trend = toTrend(points(40, (index) => (index % 13 === 5 ? 1e9 : 1000 + index * 3)))
    expect(trend?.slopePerMs).toBeCloseTo(0.003, 5)
    expect(trend?.growth).toBeCloseTo(117, 0)
  })
  it('has no trend in nothing, in one point, or in one moment', () => {
    expect(toTrend([])).toBeNull()
    expect(toTrend(points(1, () => 1))).toBeNull()
    expect(toTrend([1, 2, 3].map((value) => ({ atMs: 5, value })))).toBeNull()
  })
  it('is 1 for what always rises, and 0 for what stays', () => {
    expect(toTrend(points(20, (index) => index))?.tau).toBe(1)
    expect(toTrend(points(20, () => 7))).toMatchObject({ tau: 0, growth: 0, noise: 0 })
  })
  it('takes many points, and none that is no number', () => {
    const trend = toTrend(points(5000, (index) => (index % 2 === 0 ? Number.NaN : index)))
    expect(trend?.points).toBeLessThanOrEqual(48)
    expect(trend?.slopePerMs).toBeCloseTo(0.001, 4)
  })
})

describe('toFloor', () => {
  it('keeps the lowest of each stretch', () => {
    const floor = toFloor(
      points(60, (index) => 100 + (index % 10)),
      6,
    )
    expect(floor).toHaveLength(6)
    expect(floor.map(({ value }) => value)).toEqual([100, 100, 100, 100, 100, 100])
  })
})

it('toMedian', () => {
  expect(toMedian([3, 1, 2])).toBe(2)
  expect(toMedian([4, 1, 2, 3])).toBe(2.5)
  expect(toMedian([])).toBeNaN()
})

describe('judgeGrowth', () => {
  const saw = (floor: (second: number) => number, tooth: number, period: number) =>
    points(600, (second) => floor(second) * MiB + ((second % period) / period) * tooth * MiB)

  it.each([
    ['a flat line', saw(() => 100, 0, 10), 'steady'],
    ['a sawtooth', saw(() => 100, 300, 25), 'steady'],
    ['a sawtooth that rises', saw((second) => 100 + second, 300, 25), 'grows'],
    ['a climb that levels off', saw((second) => Math.min(100 + second * 2, 400), 10, 10), 'levelled'],
    ['a single step long ago', saw((second) => (second < 60 ? 100 : 200), 0, 10), 'levelled'],
    ['a fall', saw((second) => 900 - second, 0, 10), 'steady'],
    ['a tremble of a few MiB', saw((second) => 100 + (second % 7), 0, 10), 'steady'],
  ])('%s', (_name, all, kind) => expect(judgeGrowth(all).kind).toBe(kind))

  it('is never sure of a few seconds', () => {
    expect(judgeGrowth(points(8, (index) => index * 50 * MiB)).kind).toBe('tooShort')
    expect(judgeGrowth([]).kind).toBe('tooShort')
  })

  it('is as sure of ten times the size', () => {
    const property = fc.property(
      fc.integer({ min: 20, max: 400 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      (base, perSecond, tooth) => {
        const all = saw((second) => base + perSecond * second, tooth, 9)
        const { kind } = judgeGrowth(all)
        expect(kind).toBe(judgeGrowth(all.map(({ atMs, value }) => ({ atMs, value: value * 10 }))).kind)
        if (perSecond > 0) expect(kind).toBe('grows')
      },
    )
    fc.assert(property, { numRuns: 50 })
  })
})
