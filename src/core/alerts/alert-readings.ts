import type { HostSample, ProcessSample } from '../metrics/samples'
import { toHostUsed } from '../verdict/memory-readings'
import { isHolding } from '../verdict/to-verdict'
import type { Verdict } from '../verdict/verdict'
import {
  alertLevels,
  type HostAlertMetric,
  type ProcessAlertMetric,
  type VerdictCondition,
} from './alert-rule'

/** A walk older than this says nothing of now. */
const mostWalkAgeMs = 600_000

/** The three readings of a host, percent of MemTotal; null: not reported. */
export interface HostPercents {
  usedPercent: number | null
  unavailablePercent: number | null
  lessLazyFreePercent: number | null
  /** What may be taken back of the watched processes. */
  lazyFreePercent: number | null
}

/** lazyFreeBytes: of all watched processes of the host together; null: no walk has told. */
export function toHostPercents(host: HostSample, lazyFreeBytes: number | null): HostPercents {
  const totalBytes = host.memTotalBytes
  const toPercent = (bytes: number | null): number | null =>
    bytes === null || totalBytes === null || totalBytes <= 0 ? null : (Math.max(0, bytes) / totalBytes) * 100
  const usedBytes = toHostUsed(host)
  return {
    usedPercent: toPercent(usedBytes),
    unavailablePercent: toPercent(
      totalBytes === null || host.memAvailableBytes === null ? null : totalBytes - host.memAvailableBytes,
    ),
    lessLazyFreePercent: toPercent(
      usedBytes === null || lazyFreeBytes === null ? null : usedBytes - lazyFreeBytes,
    ),
    lazyFreePercent: toPercent(lazyFreeBytes),
  }
}

export function toHostValue(
  metric: HostAlertMetric,
  host: HostSample,
  lazyFreeBytes: number | null,
): number | null {
  switch (metric) {
    case 'hostUsed':
      return toHostPercents(host, lazyFreeBytes).usedPercent
    case 'hostUnavailable':
      return toHostPercents(host, lazyFreeBytes).unavailablePercent
    case 'hostLessLazyFree':
      return toHostPercents(host, lazyFreeBytes).lessLazyFreePercent
    case 'psiSome':
      return host.psiSomeAvg10
    case 'psiFull':
      return host.psiFullAvg10
  }
}

/** slope: of the heap in use, bytes a minute. */
export function toProcessValue(
  metric: ProcessAlertMetric,
  sample: ProcessSample,
  slope: number | null,
): number | null {
  switch (metric) {
    case 'rss':
      return sample.rssBytes
    case 'rssLessLazyFree':
      return toRssLessLazyFree(sample)
    case 'heapInuseSlope':
      return slope
  }
}

/** Both of the same walk, which must not be too old. */
function toRssLessLazyFree({ rollup, atMs }: ProcessSample): number | null {
  if (rollup?.rssBytes == null || rollup.lazyFreeBytes === null) return null
  return atMs - rollup.atMs > mostWalkAgeMs ? null : rollup.rssBytes - rollup.lazyFreeBytes
}

/** LazyFree of the last walk; null: not reported, or too old. */
export function toLazyFree({ rollup, atMs }: ProcessSample): number | null {
  if (rollup?.lazyFreeBytes == null) return null
  return atMs - rollup.atMs > mostWalkAgeMs ? null : rollup.lazyFreeBytes
}

/** 1: the verdict says it at that level or surer; 0: it says not; null: it can't tell. */
export function toVerdictValue({ finding, level }: VerdictCondition, verdict: Verdict): 0 | 1 | null {
  const found = verdict.findings.find(({ id }) => id === finding)
  if (found?.level === 'not-measurable') return null
  if (found === undefined || !isHolding(found)) return 0
  return toSureness(found.level) <= toSureness(level) ? 1 : 0
}

function toSureness(level: string): number {
  return (alertLevels as readonly string[]).indexOf(level)
}
