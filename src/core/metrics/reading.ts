import type { MetricId } from './catalogue'
import type { AbsenceReason, EndpointPhase, GoSample, ProcessSample, RollupSample } from './samples'

/** Why a number is not there; for Go's own numbers it is the endpoint's state. */
export type ReadingReason = AbsenceReason | `endpoint-${Exclude<EndpointPhase, 'ok'>}`

/** One number of a sample. `reason` is null exactly when the value is there. */
export interface Reading {
  value: number | null
  /** When it was read, ms since the epoch; null when there is no value. */
  atMs: number | null
  reason: ReadingReason | null
}

/** RSS − LazyFree of one smaps_rollup reading, bytes: never from two files, which do not agree. */
export function rssLessLazyFree(rollup: RollupSample | null): number | null {
  if (rollup === null || rollup.rssBytes === null || rollup.lazyFreeBytes === null) return null
  return rollup.rssBytes - rollup.lazyFreeBytes
}

/** A number of the strip with its age and, where it is absent, the reason. */
export function toReading(sample: ProcessSample, id: MetricId): Reading {
  switch (id) {
    case 'virtBytes':
    case 'rssBytes':
    case 'swapBytes':
    case 'threads':
      return direct(sample, sample[id], sample.absent.status ?? sample.absent.stat)
    case 'cpuPercent':
      return direct(sample, sample.cpuPercent, sample.absent.stat ?? 'not-read')
    case 'rssLessLazyFreeBytes':
      return fromRollup(sample, rssLessLazyFree(sample.rollup))
    case 'lazyFreeBytes':
    case 'ussBytes':
    case 'pssBytes':
      return fromRollup(sample, sample.rollup?.[id] ?? null)
    case 'heapInuseBytes':
    case 'heapIdleBytes':
    case 'heapReleasedBytes':
      return fromGo(sample, sample.go, sample.go?.[id] ?? null)
    case 'goSysBytes':
      return fromGo(sample, sample.go, sample.go?.sysBytes ?? null)
    default:
      return { value: null, atMs: null, reason: 'not-read' }
  }
}

function direct(sample: ProcessSample, value: number | null, reason: AbsenceReason | undefined): Reading {
  if (value !== null) return { value, atMs: sample.atMs, reason: null }
  return { value, atMs: null, reason: reason ?? 'not-reported' }
}

function fromRollup(sample: ProcessSample, value: number | null): Reading {
  if (value !== null && sample.rollup !== null) return { value, atMs: sample.rollup.atMs, reason: null }
  const absent = sample.absent.smaps_rollup
  return { value: null, atMs: null, reason: absent ?? (sample.rollup === null ? 'not-read' : 'not-reported') }
}

function fromGo(sample: ProcessSample, go: GoSample | null, value: number | null): Reading {
  if (value !== null && go !== null) return { value, atMs: go.atMs, reason: null }
  const { phase } = sample.endpoint
  if (phase !== 'ok') return { value: null, atMs: null, reason: `endpoint-${phase}` }
  return { value: null, atMs: null, reason: go === null ? 'not-read' : 'not-reported' }
}
