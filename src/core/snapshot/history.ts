import type { ProcessKey } from '../process-key'
import type { StreamId } from './sample-parts'

/**
 * Why nothing is recorded for now. `set-aside` is told after the fact: the recording at `path` could not be read, lies
 * there under that name, and a new one was begun. `resumed`: all is well again.
 */
export interface RecorderProblem {
  kind: 'full' | 'read-only' | 'busy' | 'failed' | 'set-aside' | 'resumed'
  /** Technical, English, one line. */
  message: string
  path: string | null
}

export interface Retention {
  maxAgeMs: number
  /** Of all files of the recording together. */
  maxBytes: number
}

export interface HistoryQuery {
  targetSpec: string
  /** null: the host. */
  key: ProcessKey | null
  stream: StreamId
  /** Names of the stream's columns. */
  columns: string[]
  fromMs: number
  toMs: number
  /** At most so many are answered. */
  buckets: number
}

/** One column of a history; null: not reported in that bucket. */
export interface HistoryColumn {
  min: (number | null)[]
  max: (number | null)[]
  /** The latest that was reported in the bucket. */
  last: (number | null)[]
}

/** Only buckets in which something was read; the others are a gap. */
export interface History {
  bucketMs: number
  /** Where each bucket begins. */
  atMs: number[]
  columns: Record<string, HistoryColumn>
}

export interface TimeRange {
  fromMs: number
  toMs: number
}

export interface RecordedTarget extends TimeRange {
  targetSpec: string
}

export interface RecordedProcess extends TimeRange {
  key: ProcessKey
  comm: string
}

export interface RecorderStats {
  /** On disk, all files together. */
  bytes: number
  oldestMs: number | null
  /** Readings that were never written, since the recorder was opened. */
  dropped: number
  retention: Retention
}

/** One row of the process table, as it is recorded now and then. */
export interface TopRow {
  key: ProcessKey
  comm: string
  rssBytes: number | null
  cpuPercent: number | null
}

export interface TopReading {
  atMs: number
  rows: TopRow[]
}
