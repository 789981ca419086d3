import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEnvelope, readEnvelope, readValueAt } from './envelope'
import { createSampleTable, type SampleTable } from './sample-table'

/** Steps of time between samples, and values (NaN: absent). */
const samples = fc.array(
  fc.record({
    stepMs: fc.oneof(
      { weight: 20, arbitrary: fc.constant(1000) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 400_000 }) },
    ),
    value: fc.oneof(
      { weight: 12, arbitrary: fc.double({ min: 0, max: 1e12, noNaN: true }) },
      fc.constant(NaN),
    ),
  }),
  { minLength: 1, maxLength: 3000 },
)

function fill(list: readonly { stepMs: number; value: number }[]): SampleTable {
  const table = createSampleTable(['value'])
  let atMs = 1_700_000_000_000
  for (const { stepMs, value } of list) {
    atMs += stepMs
    table.push(atMs, [value])
  }
  return table
}

function wholeSpan(table: SampleTable): { fromMs: number; toMs: number } {
  return { fromMs: table.timeAt(0), toMs: table.timeAt(table.count() - 1) + 1 }
}

describe('readEnvelope', () => {
  it('keeps the extremes of every pixel exactly, at times at which they were', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 500 }), (list, buckets) => {
        const table = fill(list)
        const span = wholeSpan(table)
        const out = createEnvelope()
        readEnvelope(table, { column: 0, ...span, buckets }, out)
        const bucketMs = (span.toMs - span.fromMs) / buckets
        const expected = new Map<number, [number, number]>()
        for (let i = 0; i < table.count(); i++) {
          const value = table.valueAt(i, 0)
          if (Number.isNaN(value)) continue
          const bucket = Math.floor(table.timeAt(i) / bucketMs)
          const known = expected.get(bucket) ?? [value, value]
          expected.set(bucket, [Math.min(known[0], value), Math.max(known[1], value)])
        }
        const all = [...expected.values()].flat()
        const drawn = [...out.y.subarray(0, out.length)].filter((value) => !Number.isNaN(value))
        expect(out.least).toBe(all.length === 0 ? NaN : Math.min(...all))
        expect(out.greatest).toBe(all.length === 0 ? NaN : Math.max(...all))
        for (const [least, greatest] of expected.values()) {
          expect(drawn).toContain(least)
          expect(drawn).toContain(greatest)
        }
        for (let i = 0; i < out.length; i++) {
          const value = out.y[i] as number
          if (!Number.isNaN(value)) expect(table.valueAt(table.lowerBound(out.x[i] as number), 0)).toBe(value)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('makes points for the pixels, in time order, however many samples there are', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 300 }), (list, buckets) => {
        const table = fill(list)
        const out = createEnvelope()
        readEnvelope(table, { column: 0, ...wholeSpan(table), buckets }, out)
        const real = [...out.y.subarray(0, out.length)].filter((value) => !Number.isNaN(value)).length
        expect(real).toBeLessThanOrEqual(2 * (buckets + 2) + 1)
        expect(out.length).toBeLessThanOrEqual(out.x.length)
        for (let i = 1; i < out.length; i++) expect(out.x[i]).toBeGreaterThanOrEqual(out.x[i - 1] as number)
      }),
      { numRuns: 60 },
    )
  })

  it('breaks the line where samples are missing, at any zoom at which the hole can be seen', () => {
    const list = Array.from({ length: 4000 }, (_, i) => ({
      stepMs: i === 2000 ? 120_000 : 1000,
      value: i % 7,
    }))
    const table = fill(list)
    for (const buckets of [100, 1000, 10_000]) {
      const out = createEnvelope()
      readEnvelope(table, { column: 0, ...wholeSpan(table), buckets }, out)
      const breaks = [...out.y.subarray(0, out.length)].filter(Number.isNaN).length
      expect(breaks).toBe(1)
    }
  })

  it('joins samples that are late by less than 2.5 intervals', () => {
    const table = fill([1000, 1000, 2400, 1000].map((stepMs, i) => ({ stepMs, value: i })))
    const out = createEnvelope()
    readEnvelope(table, { column: 0, ...wholeSpan(table), buckets: 100 }, out)
    expect([...out.y.subarray(0, out.length)]).toEqual([0, 1, 2, 3])
    const late = fill([1000, 1000, 2600, 1000].map((stepMs, i) => ({ stepMs, value: i })))
    readEnvelope(late, { column: 0, ...wholeSpan(late), buckets: 100 }, out)
    expect([...out.y.subarray(0, out.length)]).toEqual([0, 1, NaN, 2, 3])
  })

  it('breaks the line at absent values and gives nothing for a column of them', () => {
    const table = fill([1, NaN, NaN, 2].map((value) => ({ stepMs: 1000, value })))
    const out = createEnvelope()
    readEnvelope(table, { column: 0, ...wholeSpan(table), buckets: 100 }, out)
    expect([...out.y.subarray(0, out.length)]).toEqual([1, NaN, 2])
    const empty = fill(Array.from({ length: 500 }, () => ({ stepMs: 1000, value: NaN })))
    readEnvelope(empty, { column: 0, ...wholeSpan(empty), buckets: 10 }, out)
    expect(out.length).toBe(0)
  })

  it('draws a level line with its two ends alone', () => {
    const table = fill(Array.from({ length: 5000 }, () => ({ stepMs: 1000, value: 42 })))
    const out = createEnvelope()
    readEnvelope(table, { column: 0, ...wholeSpan(table), buckets: 1000 }, out)
    expect(out.length).toBe(2)
    expect(out.x[1]! - out.x[0]!).toBe(4999 * 1000)
  })

  it('includes a sample on each side of the window', () => {
    const table = fill(Array.from({ length: 10 }, (_, value) => ({ stepMs: 1000, value })))
    const out = createEnvelope()
    readEnvelope(
      table,
      { column: 0, fromMs: table.timeAt(3) + 500, toMs: table.timeAt(6) - 500, buckets: 100 },
      out,
    )
    expect([...out.y.subarray(0, out.length)]).toEqual([3, 4, 5, 6])
  })
})

describe('readValueAt', () => {
  const table = fill([1000, 1000, 60_000].map((stepMs, value) => ({ stepMs, value })))
  it('gives the last sample at or before the moment', () => {
    expect(readValueAt(table, 0, table.timeAt(1))).toBe(1)
    expect(readValueAt(table, 0, table.timeAt(1) + 900)).toBe(1)
    expect(readValueAt(table, 0, table.timeAt(1) - 1)).toBe(0)
  })
  it('gives NaN inside a gap and before the first', () => {
    expect(readValueAt(table, 0, table.timeAt(1) + 30_000)).toBeNaN()
    expect(readValueAt(table, 0, table.timeAt(0) - 1)).toBeNaN()
  })
})
