import { describe, expect, it } from 'vitest'
import { toCpuPercent, toRatePerSecond } from './rates'

describe('rates', () => {
  it('are per second of the time that passed', () => {
    expect(toRatePerSecond(100, 350, 500)).toBe(500)
    expect(toCpuPercent(10, 110, 500, 100)).toBe(200)
  })

  it('are not negative when a counter steps back, and unknown when no time passed', () => {
    expect(toRatePerSecond(10, 9, 1000)).toBe(0)
    expect(toRatePerSecond(10, 20, 0)).toBeNull()
    expect(toCpuPercent(10, 20, 0, 100)).toBeNull()
  })
})
