import type { Incident } from '#core/snapshot/incident'
import type { StreamId, StreamRow } from '#core/snapshot/sample-parts'
import type { HandMark } from '#core/snapshot/incident'
import type { ProcessKey } from '#core/process-key'

/** Who a process is over years of recordings: pid and start time of one boot of its host. */
export interface RecordedIdentity extends ProcessKey {
  /** Empty: the host did not tell. */
  bootId: string
  comm: string
}

/** What a row or a note is about: a process, or (null) the host itself. */
export interface Subject {
  targetSpec: string
  process: RecordedIdentity | null
}

/** A state that does not change is told again so often: none is looked for further back. */
export const stateAgainMs = 600_000

/** What is recorded beside numbers. `state`, `hostFacts` and `processFacts` hold until the next one of their kind. */
export type NoteKind = 'hostFacts' | 'processFacts' | 'state' | 'event' | 'verdict' | 'proof' | 'top'

export interface RowItem {
  subject: Subject
  stream: StreamId
  row: StreamRow
}

export interface NoteItem {
  subject: Subject
  kind: NoteKind
  atMs: number
  /** JSON. */
  text: string
}

export interface Batch {
  rows: RowItem[]
  notes: NoteItem[]
  /** What could not wait any longer since the batch before. */
  dropped: number
}

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

export interface IncidentQuery extends TimeRange {
  targetSpec: string
  keys: ProcessKey[]
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

/** What can be asked of the thread: a name, what goes in and what comes out. */
export interface RecorderRequests {
  history: [HistoryQuery, History]
  listTargets: [null, RecordedTarget[]]
  listProcesses: [RecordedTarget, RecordedProcess[]]
  readIncident: [IncidentQuery, Incident]
  readTop: [RecordedTarget, TopReading[]]
  listMarks: [RecordedTarget, HandMark[]]
  addMark: [{ targetSpec: string; mark: HandMark }, null]
  removeMark: [{ id: string }, boolean]
  stats: [null, RecorderStats]
  setRetention: [Retention, null]
  close: [null, null]
}

export type RecorderRequestName = keyof RecorderRequests
