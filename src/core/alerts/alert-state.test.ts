import { describe, expect, it } from 'vitest'
import { createAlertState, mostReadingGapMs, type AlertTransition } from './alert-state'

/** value at each second from 0; what is told, with its second. */
function play(bounds: { threshold: number; clearBelow: number; forMs: number }, values: (number | null)[]) {
  const state = createAlertState(bounds)
  const told: AlertTransition[] = []
  for (const [second, value] of values.entries()) {
    const transition = state.push({ atMs: second * 1000, value })
    if (transition !== null) told.push(transition)
  }
  return { state, told }
}

describe('alert state', () => {
  it('is raised when it held for the time, from when it first did, and once', () => {
    const { told } = play({ threshold: 90, clearBelow: 80, forMs: 3000 }, [50, 90, 91, 92, 93, 94, 95])
    expect(told).toEqual([{ kind: 'raised', atMs: 4000, sinceMs: 1000, value: 93 }])
  })

  it('is raised at once without a time', () => {
    expect(play({ threshold: 90, clearBelow: 90, forMs: 0 }, [90]).told).toHaveLength(1)
  })

  it('starts to wait anew after a number below the threshold', () => {
    const { told } = play({ threshold: 90, clearBelow: 80, forMs: 2000 }, [91, 91, 89, 91, 91, 91])
    expect(told).toEqual([{ kind: 'raised', atMs: 5000, sinceMs: 3000, value: 91 }])
  })

  it('stays raised between clearing and threshold, and is cleared below', () => {
    const { told, state } = play({ threshold: 90, clearBelow: 80, forMs: 0 }, [95, 85, 91, 80, 79.9, 85])
    expect(told).toEqual([
      { kind: 'raised', atMs: 0, sinceMs: 0, value: 95 },
      { kind: 'cleared', atMs: 4000, raisedAtMs: 0, reason: 'below', value: 79.9 },
    ])
    expect(state.phase).toBe('calm')
  })

  it.each([null, Number.NaN, Number.POSITIVE_INFINITY])('neither raises nor clears by %s', (nothing) => {
    const quiet = play({ threshold: 90, clearBelow: 80, forMs: 0 }, [nothing, nothing])
    expect(quiet.told).toEqual([])
    const raised = play({ threshold: 90, clearBelow: 80, forMs: 0 }, [95, nothing, nothing])
    expect(raised.state.phase).toBe('raised')
    // A wait goes on over it, but is ended by a number only.
    const waits = play({ threshold: 90, clearBelow: 80, forMs: 3000 }, [95, 95, nothing, nothing, 95])
    expect(waits.told).toEqual([{ kind: 'raised', atMs: 4000, sinceMs: 0, value: 95 }])
  })

  it('starts to wait anew after a gap and after the clock went back', () => {
    const state = createAlertState({ threshold: 90, clearBelow: 80, forMs: 30_000 })
    state.push({ atMs: 0, value: 95 })
    state.push({ atMs: 1000, value: null })
    const lateMs = mostReadingGapMs + 1
    expect(state.push({ atMs: lateMs, value: 95 })).toBeNull()
    expect(state.phase).toBe('pending')
    expect(state.push({ atMs: lateMs + 30_000, value: 95 })).toMatchObject({ sinceMs: lateMs })

    const back = createAlertState({ threshold: 90, clearBelow: 80, forMs: 30_000 })
    back.push({ atMs: 1e12, value: 95 })
    expect(back.push({ atMs: 5000, value: 95 })).toBeNull()
    expect(back.push({ atMs: 35_000, value: 95 })).toMatchObject({ kind: 'raised', sinceMs: 5000 })
  })

  it('stays raised over a gap', () => {
    const state = createAlertState({ threshold: 90, clearBelow: 80, forMs: 0 })
    state.push({ atMs: 0, value: 95 })
    expect(state.push({ atMs: 10 * mostReadingGapMs, value: 85 })).toBeNull()
    expect(state.phase).toBe('raised')
  })

  it('ends with its subject, told only when it was raised', () => {
    const state = createAlertState({ threshold: 90, clearBelow: 80, forMs: 0 })
    expect(state.end(1, 'process-gone')).toBeNull()
    state.push({ atMs: 2, value: 95 })
    expect(state.end(3, 'process-gone')).toEqual({
      kind: 'cleared',
      atMs: 3,
      raisedAtMs: 2,
      reason: 'process-gone',
      value: null,
    })
    expect(state.end(4, 'process-gone')).toBeNull()
  })
})
