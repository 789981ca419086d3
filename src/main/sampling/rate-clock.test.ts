import { describe, expect, it } from 'vitest'
import { createRateClock } from './rate-clock'

describe('the clock of rates', () => {
  it('is the moment of asking on this machine', () => {
    const clock = createRateClock(false, 1000)
    expect(clock.note(77, 5000)).toEqual({ clockMs: 5000, maxRateMs: 3000 })
  })

  it('is the uptime of a host behind a link, whose answers come when they come', () => {
    const clock = createRateClock(true, 1000)
    expect(clock.note(100, 5000).clockMs).toBe(100_000)
    expect(clock.note(101, 7900).clockMs).toBe(101_000)
    expect(clock.note(null, 9000).clockMs).toBe(9000)
  })

  it('lets rates reach over three intervals, or over three of the polls of a slow link', () => {
    const clock = createRateClock(true, 1000)
    const limits = [0, 1, 3, 6, 9, 100, 101, 102].map((seconds) => clock.note(seconds, 0).maxRateMs)
    expect(limits).toEqual([3000, 3000, 3000, 6000, 9000, 9000, 3000, 3000])
  })
})
