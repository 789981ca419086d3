import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { panBy, toSelection, toVisibleSpan, zoomAt } from './time-window'

const data = { fromMs: 1_000_000, toMs: 8_200_000 }

describe('toVisibleSpan', () => {
  it('ends at the newest sample while live', () => {
    expect(toVisibleSpan({ range: '5m', fixed: null }, data, 0)).toEqual({
      fromMs: 7_900_000,
      toMs: 8_200_000,
    })
    expect(toVisibleSpan({ range: 'all', fixed: null }, data, 0)).toEqual(data)
  })
  it('fills a minute from the left while the history is young', () => {
    const young = { fromMs: 0, toMs: 12_000 }
    expect(toVisibleSpan({ range: '1h', fixed: null }, young, 0)).toEqual({ fromMs: 0, toMs: 60_000 })
    expect(toVisibleSpan({ range: '1h', fixed: null }, null, 500)).toEqual({ fromMs: 500, toMs: 60_500 })
  })
  it('stands still when it is fixed', () => {
    const fixed = { fromMs: 5, toMs: 10 }
    expect(toVisibleSpan({ range: '1m', fixed }, data, 0)).toBe(fixed)
  })
})

describe('zoomAt and panBy', () => {
  it('keeps the moment under the pointer where it is, and some data in sight', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, fc.double({ min: 0.2, max: 5, noNaN: true }), (at, factor) => {
        const span = { fromMs: 3_000_000, toMs: 4_000_000 }
        const atMs = span.fromMs + at * 1_000_000
        const next = zoomAt(span, atMs, factor, data)
        expect((atMs - next.fromMs) / (next.toMs - next.fromMs)).toBeCloseTo(at, 6)
      }),
    )
    const far = panBy({ fromMs: 1_000_000, toMs: 2_000_000 }, -1e12, data)
    expect(far.toMs).toBeGreaterThan(data.fromMs)
    expect(panBy({ fromMs: 1_000_000, toMs: 2_000_000 }, 1e12, data).fromMs).toBeLessThan(data.toMs)
  })
  it('stops at five seconds and at a little more than all', () => {
    expect(zoomAt({ fromMs: 2_000_000, toMs: 2_010_000 }, 2_005_000, 0.001, data)).toEqual({
      fromMs: 2_002_500,
      toMs: 2_007_500,
    })
    const all = zoomAt(data, 4_600_000, 1000, data)
    expect(all.toMs - all.fromMs).toBeCloseTo(7_200_000 * 1.1, 3)
  })
})

describe('toSelection', () => {
  const span = { fromMs: 0, toMs: 100_000 }
  it('takes either direction and stays in the window', () => {
    expect(toSelection(80_000, 20_000, span)).toEqual({ fromMs: 20_000, toMs: 80_000 })
    expect(toSelection(50_000, 900_000, span)).toEqual({ fromMs: 50_000, toMs: 100_000 })
  })
  it('is none for a click, and never shorter than five seconds', () => {
    expect(toSelection(500, 700, span)).toBeNull()
    expect(toSelection(40_000, 42_000, span)).toEqual({ fromMs: 38_500, toMs: 43_500 })
  })
})
