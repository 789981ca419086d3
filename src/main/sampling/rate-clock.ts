/** When one reading was made, and over how long a time a rate may reach back from it. */
export interface RateMoment {
  /** On a steady clock, ms. */
  clockMs: number
  maxRateMs: number
}

/** A gap of more than so many intervals is no interval: an average over it is no number of now. */
const gapIntervals = 3

/**
 * The clock that rates of one series of polls are made with. Over a link an answer may come late and the next one early:
 * there the host's own uptime tells how much time passed between two readings.
 */
export interface RateClock {
  note(uptimeSeconds: number | null, sentAtMs: number): RateMoment
}

export function createRateClock(isRemote: boolean, intervalMs: number): RateClock {
  let lastMs: number | null = null
  /** Between the last two polls that were no gap: a slow link's polls are farther apart than the interval. */
  let spacingMs = intervalMs
  return {
    note(uptimeSeconds, sentAtMs) {
      const clockMs = isRemote && uptimeSeconds !== null ? uptimeSeconds * 1000 : sentAtMs
      const maxRateMs = gapIntervals * Math.max(intervalMs, spacingMs)
      const elapsedMs = lastMs === null ? 0 : clockMs - lastMs
      spacingMs = elapsedMs > 0 && elapsedMs <= maxRateMs ? elapsedMs : intervalMs
      lastMs = clockMs
      return { clockMs, maxRateMs }
    },
  }
}
