import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRange, formatTick, toTimeAxis, toValueAxis } from './axis-ticks'

const GiB = 1024 ** 3

describe('toValueAxis', () => {
  it('has binary steps that read well', () => {
    const { ticks, max } = toValueAxis('bytes', 2.02 * GiB, 5)
    expect(ticks.map((tick) => formatTick('bytes', tick, max))).toEqual([
      '0',
      '0.5\u00a0GiB',
      '1\u00a0GiB',
      '1.5\u00a0GiB',
      '2\u00a0GiB',
    ])
  })
  it('holds the data and as many ticks as were asked for, whatever the size', () => {
    const units = fc.constantFrom('bytes' as const, 'percent' as const, 'count' as const)
    fc.assert(
      fc.property(
        units,
        fc.double({ min: 0, max: 1e15, noNaN: true }),
        fc.integer({ min: 2, max: 6 }),
        (unit, greatest, most) => {
          const { ticks, max } = toValueAxis(unit, greatest, most)
          expect(max).toBeGreaterThanOrEqual(greatest)
          expect(ticks[0]).toBe(0)
          expect(ticks.at(-1)).toBeLessThanOrEqual(max)
          expect(ticks.length).toBeLessThanOrEqual(most + 2)
        },
      ),
    )
  })
  it('stands on its feet without data', () => {
    expect(toValueAxis('bytes', NaN, 4)).toEqual({ max: 1, ticks: [0] })
    expect(toValueAxis('bytes', 0, 4)).toEqual({ max: 1, ticks: [0] })
  })
})

describe('toTimeAxis', () => {
  it('lies on round local times', () => {
    const { ticks, stepMs } = toTimeAxis(10_000, 310_000, 6, 0)
    expect(stepMs).toBe(60_000)
    expect(ticks).toEqual([60_000, 120_000, 180_000, 240_000, 300_000])
  })
  it('puts days at local midnight', () => {
    const day = 86_400_000
    const { ticks } = toTimeAxis(0, 5 * day, 5, -480)
    expect(ticks[0]).toBe(16 * 3_600_000)
  })
})

describe('formatRange', () => {
  it('has the second day where it is another one', () => {
    const fromMs = new Date(2026, 2, 1, 23, 59, 50).getTime()
    expect(formatRange({ fromMs, toMs: fromMs + 5000 })).toBe('2026-03-01 23:59:50 – 23:59:55')
    expect(formatRange({ fromMs, toMs: fromMs + 10_000 })).toBe('2026-03-01 23:59:50 – 2026-03-02 00:00:00')
  })
})
