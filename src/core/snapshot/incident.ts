import type { BalloonProof } from '../balloon/types'
import type { ProfileInfo, SessionEvent } from '../ipc/contract'
import type { HostFacts, ProcessFacts } from '../metrics/samples'
import type { ProcessKey } from '../process-key'
import type { Verdict } from '../verdict/verdict'
import type { TopReading } from './history'
import type { ProcessState, StreamId } from './sample-parts'

/**
 * One stream of an incident as columns: `columns[i][n]` belongs to `atMs[n]`; NaN is not reported, never 0. Typed arrays, for
 * a day at 1 Hz goes between threads and processes.
 */
export interface StreamColumns {
  /** In order of time, ms since the epoch. */
  atMs: Float64Array
  columns: Record<string, Float64Array>
}

/** A mark on the time line that a person made. */
export interface HandMark {
  id: string
  atMs: number
  /** At most 200 characters. */
  text: string
}

/** A raw text of /proc or /sys at a marked moment, as the kernel wrote it (redacted where the person chose so). */
export interface RawReading {
  atMs: number
  /** Absolute path on the target, such as `/proc/808/smaps_rollup`. */
  path: string
  text: string
}

export interface IncidentProcess {
  key: ProcessKey
  facts: ProcessFacts
  streams: Record<Exclude<StreamId, 'host'>, StreamColumns>
  /** In order of time; the first one is not later than the first sample. */
  states: { atMs: number; state: ProcessState }[]
  /** As it was computed when it was recorded; null: none was. */
  verdict: Verdict | null
  /** Of the last balloon on it. */
  proof: BalloonProof | null
}

export interface IncidentProfile {
  info: ProfileInfo
  /** gzip, as it came. */
  bytes: Uint8Array
}

/** A range of time of one target with its watched processes: what a `.ballonet` file holds. */
export interface Incident {
  /** `local`, `ssh:HOST` …, or what it was redacted to. */
  label: string
  fromMs: number
  toMs: number
  host: HostFacts
  hostStream: StreamColumns
  processes: IncidentProcess[]
  events: SessionEvent[]
  marks: HandMark[]
  profiles: IncidentProfile[]
  readings: RawReading[]
  /** The top of the process table, about one a minute, in order of time. */
  top: TopReading[]
}
