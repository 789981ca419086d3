import type {
  History,
  HistoryQuery,
  RecordedProcess,
  RecordedTarget,
  RecorderStats,
  Retention,
  TimeRange,
  TopReading,
} from '#core/snapshot/history'
import type { ProfileInfo, SessionEvent } from '#core/ipc/contract'
import type { HandMark, Incident, IncidentProfile } from '#core/snapshot/incident'
import type { StreamId, StreamRow } from '#core/snapshot/sample-parts'
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
export type NoteKind =
  'hostFacts' | 'processFacts' | 'state' | 'event' | 'verdict' | 'proof' | 'top' | 'reading' | 'profile'

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

export interface IncidentQuery extends TimeRange {
  targetSpec: string
  keys: ProcessKey[]
}

/** What can be asked of the thread: a name, what goes in and what comes out. */
export interface RecorderRequests {
  history: [HistoryQuery, History]
  listTargets: [null, RecordedTarget[]]
  listProcesses: [RecordedTarget, RecordedProcess[]]
  readIncident: [IncidentQuery, Incident]
  readTop: [RecordedTarget, TopReading[]]
  readProfiles: [IncidentQuery, IncidentProfile[]]
  listProfiles: [IncidentQuery, ProfileInfo[]]
  listEvents: [RecordedTarget, SessionEvent[]]
  listMarks: [RecordedTarget, HandMark[]]
  addMark: [{ targetSpec: string; mark: HandMark }, null]
  removeMark: [{ id: string }, boolean]
  stats: [null, RecorderStats]
  setRetention: [Retention, null]
  close: [null, null]
}

export type RecorderRequestName = keyof RecorderRequests

/** What takes longer than what comes in meanwhile may wait: it is answered in steps, between which may be written. */
const steppedRequests = ['readIncident', 'readProfiles', 'listProfiles'] as const
export type SteppedRequestName = (typeof steppedRequests)[number]
export type Steps<Name extends SteppedRequestName> = Generator<void, RecorderRequests[Name][1]>

export function isStepped(name: RecorderRequestName): name is SteppedRequestName {
  return (steppedRequests as readonly string[]).includes(name)
}
