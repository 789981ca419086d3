import type {
  CgroupSample,
  EndpointState,
  GoSample,
  HostSample,
  ProcessSample,
  RollupSample,
} from '../metrics/samples'
import type { ProcessKey } from '../process-key'

type NumberKeys<Sample> = {
  [Key in keyof Sample]-?: Sample[Key] extends number | null ? Key : never
}[keyof Sample]

/** Every numeric field but `atMs`, so that a field that is added is not forgotten. */
function allNumbersOf<Sample>() {
  return <const Keys extends readonly Exclude<NumberKeys<Sample>, 'atMs'>[]>(
    keys: Exclude<NumberKeys<Sample>, 'atMs' | Keys[number]> extends never ? Keys : never,
  ): Keys => keys
}

/**
 * The numbers of one recorded stream in the order of its columns, bytes, ms, percent as their names say. A stream has a row
 * only when it was read, at the time at which it was read.
 */
export const streamColumns = {
  /** Each poll. */
  process: allNumbersOf<ProcessSample>()([
    'virtBytes',
    'rssBytes',
    'rssAnonBytes',
    'rssFileBytes',
    'rssShmemBytes',
    'swapBytes',
    'vmHwmBytes',
    'threads',
    'minorFaultsPerSecond',
    'majorFaultsPerSecond',
    'cpuPercent',
    'memPercent',
    'oomScore',
    'oomScoreAdj',
    'rollupDueAtMs',
  ]),
  /** Each walk of smaps_rollup. */
  rollup: allNumbersOf<RollupSample>()([
    'costMs',
    'rssBytes',
    'pssBytes',
    'ussBytes',
    'anonymousBytes',
    'lazyFreeBytes',
    'anonHugePagesBytes',
    'swapBytes',
    'swapPssBytes',
  ]),
  /** Each answer of the endpoint. */
  go: allNumbersOf<GoSample>()([
    'costMs',
    'heapAllocBytes',
    'heapInuseBytes',
    'heapIdleBytes',
    'heapReleasedBytes',
    'heapSysBytes',
    'stackInuseBytes',
    'sysBytes',
    'nextGcBytes',
    'numGc',
    'lastGcAtMs',
    'goroutines',
  ]),
  /** Each poll of a process in a memory cgroup; `version` is in the state. */
  cgroup: ['currentBytes', 'limitBytes', 'inactiveFileBytes', 'activeFileBytes', 'anonBytes'] as const,
  /** Each poll of the host. */
  host: allNumbersOf<HostSample>()([
    'uptimeSeconds',
    'memTotalBytes',
    'memFreeBytes',
    'memAvailableBytes',
    'buffersBytes',
    'cachedBytes',
    'sReclaimableBytes',
    'activeFileBytes',
    'inactiveFileBytes',
    'swapTotalBytes',
    'swapFreeBytes',
    'psiSomeAvg10',
    'psiFullAvg10',
    'psiSomeTotalUs',
    'psiFullTotalUs',
    'pglazyfree',
    'pglazyfreed',
    'pgsteal',
    'pswpout',
    'workingsetRefaultFile',
    'loadAvg1',
  ]),
} as const

export type StreamId = keyof typeof streamColumns

/** One row of a stream: `values` in the order of its columns; null is not reported, never 0. */
export interface StreamRow {
  atMs: number
  values: (number | null)[]
}

/** What a sample has beside its numbers; recorded when it changes. */
export interface ProcessState {
  comm: string
  state: string
  cgroup: Pick<CgroupSample, 'version' | 'path'> | null
  /** false: never read, or no longer known. */
  hasRollup: boolean
  /** null: no answer, or no longer one. */
  goSource: GoSample['source'] | null
  /** Without what an answer cost, which the go stream has. */
  endpoint: Omit<EndpointState, 'costMs' | 'bytes'>
  absent: ProcessSample['absent']
}

/** What one sample adds to a recording. A stream is null when the sample repeats an earlier reading, or has none. */
export interface SampleParts {
  process: StreamRow
  rollup: StreamRow | null
  go: StreamRow | null
  cgroup: StreamRow | null
  /** null: as it was. */
  state: ProcessState | null
}

function toRow<Sample>(sample: Sample, keys: readonly (keyof Sample)[], atMs: number): StreamRow {
  return { atMs, values: keys.map((key) => sample[key] as number | null) }
}

function fromRow(row: StreamRow, keys: readonly string[]): Record<string, number | null> {
  // A day has a hundred thousand of them: a loop takes a third of the time of Object.fromEntries.
  const values: Record<string, number | null> = {}
  for (let index = 0; index < keys.length; index++) values[keys[index] as string] = row.values[index] ?? null
  return values
}

export function toHostRow(sample: HostSample): StreamRow {
  return toRow(sample, streamColumns.host, sample.atMs)
}

export function fromHostRow(row: StreamRow): HostSample {
  return { atMs: row.atMs, ...fromRow(row, streamColumns.host) } as unknown as HostSample
}

function toState({ comm, state, rollup, cgroup, go, endpoint, absent }: ProcessSample): ProcessState {
  const { phase, url, isManual, source, intervalMs, error } = endpoint
  return {
    comm,
    state,
    cgroup: cgroup === null ? null : { version: cgroup.version, path: cgroup.path },
    hasRollup: rollup !== null,
    goSource: go?.source ?? null,
    endpoint: { phase, url, isManual, source, intervalMs, error },
    absent,
  }
}

/** Takes the samples of one process in their order apart, so that nothing is recorded twice. */
export function createSampleSplitter(): (sample: ProcessSample) => SampleParts {
  let rollupAtMs: number | null = null
  let goAtMs: number | null = null
  let lastState = ''
  return (sample) => {
    const { atMs, rollup, go, cgroup } = sample
    const state = toState(sample)
    const stateText = JSON.stringify(state)
    const parts: SampleParts = {
      process: toRow(sample, streamColumns.process, atMs),
      rollup:
        rollup === null || rollup.atMs === rollupAtMs
          ? null
          : toRow(rollup, streamColumns.rollup, rollup.atMs),
      go: go === null || go.atMs === goAtMs ? null : toRow(go, streamColumns.go, go.atMs),
      cgroup: cgroup === null ? null : toRow(cgroup, streamColumns.cgroup, atMs),
      state: stateText === lastState ? null : state,
    }
    rollupAtMs = rollup?.atMs ?? null
    goAtMs = go?.atMs ?? null
    lastState = stateText
    return parts
  }
}

/** Puts the parts of one process together again, in their order. The first ones must have a state. */
export function createSampleJoiner(key: ProcessKey): (parts: SampleParts) => ProcessSample {
  let rollup: RollupSample | null = null
  let go: GoSample | null = null
  let known: ProcessState | null = null
  return (parts) => {
    known = parts.state ?? known
    if (known === null) throw new RangeError('a recording begins with a state')
    if (parts.rollup !== null)
      rollup = {
        atMs: parts.rollup.atMs,
        ...fromRow(parts.rollup, streamColumns.rollup),
      } as unknown as RollupSample
    if (parts.go !== null)
      go = {
        atMs: parts.go.atMs,
        source: known.goSource,
        ...fromRow(parts.go, streamColumns.go),
      } as unknown as GoSample
    if (known.goSource === null) go = null
    if (!known.hasRollup) rollup = null
    const { comm, state, endpoint, absent } = known
    const cgroup =
      parts.cgroup === null || known.cgroup === null
        ? null
        : ({ ...known.cgroup, ...fromRow(parts.cgroup, streamColumns.cgroup) } as CgroupSample)
    return {
      atMs: parts.process.atMs,
      key,
      comm,
      state,
      ...fromRow(parts.process, streamColumns.process),
      rollup,
      cgroup,
      go,
      endpoint: { ...endpoint, costMs: go?.costMs ?? null, bytes: null },
      absent,
    } as ProcessSample
  }
}
