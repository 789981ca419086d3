import { afterEach, describe, expect, it } from 'vitest'
import { AppError, type ErrorValue } from '#core/errors'
import type { ProfileInfo } from '#core/ipc/contract'
import { until } from '../../../test/support/go-service'
import { startProfileSeries, type ProfileSeries, type SeriesState } from './profile-series'

const open: ProfileSeries[] = []
afterEach(() => {
  for (const series of open.splice(0)) series.end(null)
})

/** Each answer is what the next profile costs, ms, or why it does not come; the last one stays. */
function start(answers: (number | AppError)[], minutes = 1) {
  const seen = {
    asked: 0,
    states: [] as SeriesState[],
    failures: [] as ErrorValue[],
    ends: [] as ErrorValue[],
  }
  const series = startProfileSeries({
    minutes,
    minuteMs: 5,
    fetch() {
      const answer = answers[Math.min(seen.asked++, answers.length - 1)]
      return typeof answer === 'number'
        ? Promise.resolve({ costMs: answer } as ProfileInfo)
        : Promise.reject(answer ?? new Error('no answer'))
    },
    onState: (state) => seen.states.push(state),
    onFailure: (error) => seen.failures.push(error),
    onEnd: (error) => seen.ends.push(error),
  })
  open.push(series)
  return { series, seen }
}

describe('profiles that are fetched by themselves', () => {
  it('begin at once and go on', async () => {
    const { series, seen } = start([10])
    expect(seen.asked).toBe(1)
    await until(
      () => seen.asked,
      (asked) => asked >= 4,
    )
    expect(series.state).toMatchObject({ minutes: 1, error: null })
    expect(series.state.nextAtMs).toBeGreaterThan(Date.now() - 5000)
    series.end(null)
    expect(series.state).toEqual({ minutes: null, nextAtMs: null, error: null })
    expect(seen.ends).toEqual([])
    const { length } = seen.states
    series.end(null)
    expect(seen.states).toHaveLength(length)
  })

  it('stop when two in a row took over 1 % of the time, and say which interval would do', async () => {
    const { series, seen } = start([700])
    await until(
      () => seen.ends.length,
      (count) => count > 0,
    )
    expect(seen.asked).toBe(2)
    expect(seen.ends).toMatchObject([
      { code: 'too-large', hint: 'profileFetch.tooDear', params: { costMs: 700, minutes: 2 } },
    ])
    expect(series.state).toMatchObject({ minutes: null, error: { hint: 'profileFetch.tooDear' } })
  })

  it('go on after one slow answer, but not after one beyond all measure', async () => {
    const once = start([10, 2000, 10])
    await until(
      () => once.seen.asked,
      (asked) => asked >= 4,
    )
    expect(once.seen.ends).toEqual([])
    const huge = start([7000])
    await until(
      () => huge.seen.ends.length,
      (count) => count === 1,
    )
    expect(huge.seen.asked).toBe(1)
    // The same cost is within the share of a longer interval.
    const rare = start([7000], 20)
    await until(
      () => rare.seen.asked,
      (asked) => asked >= 3,
    )
    expect(rare.seen.ends).toEqual([])
  })

  it('tell a failure once, try again, and are well again', async () => {
    const lost = new AppError('unreachable', 'no', { hint: 'profileFetch.linkLost' })
    const { series, seen } = start([lost, lost, lost, new AppError('timeout', 'late'), 10])
    await until(
      () => seen.asked,
      (asked) => asked >= 6,
    )
    expect(seen.failures.map(({ code }) => code)).toEqual(['unreachable', 'timeout'])
    expect(seen.ends).toEqual([])
    expect(series.state.error).toBeNull()
  })

  it.each([
    new AppError('gone', 'ended'),
    new AppError('too-large', 'x', { hint: 'go.endpoint.tooLarge' }),
    new AppError('timeout', 'x', { hint: 'go.endpoint.timeoutTotal' }),
  ])('stop at once after $code', async (error) => {
    const { seen } = start([error])
    await until(
      () => seen.ends.length,
      (count) => count === 1,
    )
    expect(seen.asked).toBe(1)
  })

  it('take another interval at once', async () => {
    const { series, seen } = start([10], 1_000_000)
    series.restart(1)
    expect(series.state.minutes).toBe(1)
    await until(
      () => seen.asked,
      (asked) => asked >= 3,
    )
  })
})
