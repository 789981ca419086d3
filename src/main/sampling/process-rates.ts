import { minRateIntervalMs, toCpuPercent, toRatePerSecond } from '#core/metrics/rates'
import type { ProcessSample } from '#core/metrics/samples'
import type { PidStat } from '#core/procfs/pid-stat'
import type { RateMoment } from './rate-clock'

export type Rates = Pick<ProcessSample, 'cpuPercent' | 'minorFaultsPerSecond' | 'majorFaultsPerSecond'>

/** What of one process is a rate, from its counters at two polls. All null until there are two. */
export interface ProcessRates {
  readonly now: Rates
  note(stat: PidStat, moment: RateMoment, clockTicksPerSecond: number): void
  /** Polls were missed: the next one has no rates. */
  breakOff(): void
}

const noRates: Rates = { cpuPercent: null, minorFaultsPerSecond: null, majorFaultsPerSecond: null }

export function createProcessRates(): ProcessRates {
  let before: { atMs: number; stat: PidStat } | null = null
  let now = noRates
  return {
    get now() {
      return now
    },
    note(stat, { clockMs, maxRateMs }, clockTicksPerSecond) {
      const last = before
      const elapsedMs = last === null ? 0 : clockMs - last.atMs
      const isGap = elapsedMs < 0 || elapsedMs > maxRateMs
      if (last !== null && elapsedMs < minRateIntervalMs && !isGap) return
      before = { atMs: clockMs, stat }
      now = last === null || isGap ? noRates : toRates(last.stat, stat, elapsedMs, clockTicksPerSecond)
    },
    breakOff() {
      before = null
    },
  }
}

function toRates(before: PidStat, stat: PidStat, elapsedMs: number, clockTicksPerSecond: number): Rates {
  const toTicks = (of: PidStat): number => of.utimeTicks + of.stimeTicks
  return {
    cpuPercent: toCpuPercent(toTicks(before), toTicks(stat), elapsedMs, clockTicksPerSecond),
    minorFaultsPerSecond: toRatePerSecond(before.minorFaults, stat.minorFaults, elapsedMs),
    majorFaultsPerSecond: toRatePerSecond(before.majorFaults, stat.majorFaults, elapsedMs),
  }
}
