import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import type { ProfileInfo, ProfileSchedule } from '#core/ipc/contract'
import { isProfileTooDear, leastProfileMinutes } from './poll-budget'

/** An answer that came and had no end within the limits: asking again would cost as much. */
const endlessHints = ['go.endpoint.timeoutTotal', 'go.endpoint.tooLarge']

export type SeriesState = Pick<ProfileSchedule, 'minutes' | 'nextAtMs' | 'error'>

export interface ProfileSeriesOptions {
  fetch(): Promise<ProfileInfo>
  minutes: number
  /** Of a minute, ms; tests make it small. */
  minuteMs: number
  onState(state: SeriesState): void
  /** One did not come, for another reason than the one before it. */
  onFailure(error: ErrorValue): void
  /** It stopped by itself. Not called after `end`. */
  onEnd(error: ErrorValue): void
}

/** Profiles of one process, fetched by themselves. */
export interface ProfileSeries {
  readonly state: SeriesState
  /** From now on at another interval, the first at once. */
  restart(minutes: number): void
  /** No more; `error` says why when it was not asked for. */
  end(error: ErrorValue | null): void
}

/** Begins at once. Must be ended. */
export function startProfileSeries(options: ProfileSeriesOptions): ProfileSeries {
  const costsMs: number[] = []
  let timer: NodeJS.Timeout | undefined
  let run = 0
  let state: SeriesState = { minutes: options.minutes, nextAtMs: null, error: null }

  function change(next: SeriesState): void {
    state = next
    options.onState(state)
  }

  function stop(error: ErrorValue | null): void {
    if (state.minutes === null) return
    clearTimeout(timer)
    run++
    change({ minutes: null, nextAtMs: null, error })
  }

  function endByItself(error: ErrorValue): void {
    stop(error)
    options.onEnd(error)
  }

  function begin(minutes: number): void {
    const own = ++run
    const intervalMs = minutes * options.minuteMs

    async function turn(): Promise<void> {
      const nextAtMs = Date.now() + intervalMs
      timer = setTimeout(() => void turn(), intervalMs)
      change({ minutes, nextAtMs, error: state.error })
      try {
        const { costMs } = await options.fetch()
        if (own !== run) return
        costsMs.push(costMs)
        if (isProfileTooDear(costsMs, minutes * 60_000)) endByItself(tooDear(costMs))
        else if (state.error !== null) change({ ...state, error: null })
      } catch (thrown) {
        if (own === run) fail(toErrorValue(thrown))
      }
    }
    void turn()
  }

  function fail(error: ErrorValue): void {
    if (error.code === 'gone' || endlessHints.includes(error.hint ?? '')) {
      endByItself(error)
      return
    }
    const before = state.error
    change({ ...state, error })
    if (before?.code !== error.code || before.hint !== error.hint) options.onFailure(error)
  }

  begin(options.minutes)
  return {
    get state() {
      return state
    },
    restart(minutes) {
      clearTimeout(timer)
      costsMs.length = 0
      begin(minutes)
    },
    end: stop,
  }
}

function tooDear(costMs: number): ErrorValue {
  const params = { costMs: Math.round(costMs), minutes: leastProfileMinutes(costMs) }
  return toErrorValue(
    new AppError('too-large', 'too dear to fetch so often', { hint: 'profileFetch.tooDear', params }),
  )
}
