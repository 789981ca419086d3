import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTicker } from './ticker'

describe('createTicker', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function setUp(runMs: () => number) {
    const startedAtMs: number[] = []
    const originMs = performance.now()
    const ticker = createTicker(async () => {
      startedAtMs.push(Math.round((performance.now() - originMs) / 10) * 10)
      const ms = runMs()
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    }, 1000)
    return { ticker, startedAtMs }
  }

  it('runs at once and then at a steady pace, however long each run takes', async () => {
    const { ticker, startedAtMs } = setUp(() => 300)
    ticker.start()
    ticker.start()
    await vi.advanceTimersByTimeAsync(3500)
    expect(startedAtMs).toEqual([0, 1000, 2000, 3000])
    await ticker.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('skips the turns that a long run missed', async () => {
    let isFirst = true
    const { ticker, startedAtMs } = setUp(() => {
      const ms = isFirst ? 2600 : 0
      isFirst = false
      return ms
    })
    ticker.start()
    await vi.advanceTimersByTimeAsync(5100)
    expect(startedAtMs).toEqual([0, 2600, 3000, 4000, 5000])
    await ticker.stop()
  })

  it('runs once more when kicked, and keeps its pace', async () => {
    const { ticker, startedAtMs } = setUp(() => 0)
    ticker.start()
    await vi.advanceTimersByTimeAsync(400)
    ticker.kick()
    await vi.advanceTimersByTimeAsync(1700)
    expect(startedAtMs).toEqual([0, 400, 1000, 2000])
    await ticker.stop()
    ticker.kick()
    await vi.advanceTimersByTimeAsync(3000)
    expect(startedAtMs).toHaveLength(4)
    ticker.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(startedAtMs).toHaveLength(5)
    await ticker.stop()
  })

  it('makes no run too many when timers come early by parts of a ms', async () => {
    vi.useRealTimers()
    let runs = 0
    const intervalMs = 20
    const ticker = createTicker(() => {
      // So that each timer is set at another part of a ms.
      const busyUntilMs = performance.now() + 4 + (runs++ % 10) / 10
      while (performance.now() < busyUntilMs);
      return Promise.resolve()
    }, intervalMs)
    const startMs = performance.now()
    ticker.start()
    await vi.waitFor(() => expect(performance.now() - startMs).toBeGreaterThan(40 * intervalMs), 10_000)
    await ticker.stop()
    expect(runs).toBeLessThanOrEqual((performance.now() - startMs) / intervalMs + 2)
  })
})
