import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastRetryMs, mostRetryMs, nextRetryDelayMs } from './back-off'

describe('nextRetryDelayMs', () => {
  it('doubles its longest wait up to 30 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => nextRetryDelayMs(attempt, 1))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ])
  })

  it('takes any part of it, so that two do not meet', () => {
    expect([0, 0.25, 0.5, 1].map((random) => nextRetryDelayMs(1, random))).toEqual([500, 875, 1250, 2000])
  })

  it('is a whole number within its bounds, whatever it is given', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ noNaN: true }), (attempt, random) => {
        const delayMs = nextRetryDelayMs(attempt, random)
        expect(Number.isInteger(delayMs)).toBe(true)
        expect(delayMs).toBeGreaterThanOrEqual(leastRetryMs)
        expect(delayMs).toBeLessThanOrEqual(mostRetryMs)
      }),
    )
  })
})
