import type { HostFacts } from '../metrics/samples'
import type { ProcessKey } from '../process-key'
import type {
  History,
  HistoryQuery,
  RecordedProcess,
  RecordedTarget,
  RecorderStats,
  Retention,
  TimeRange,
  TopReading,
} from '../snapshot/history'
import type { HandMark, IncidentProcess, StreamColumns } from '../snapshot/incident'
import type { LeavingPreview, RedactionChoice } from '../snapshot/redaction'
import type { VerdictDifference } from '../snapshot/verdict-difference'
import type { Locale } from '../text/catalogue'
import type { Verdict } from '../verdict/verdict'
import type { ProfileInfo, SessionEvent, TargetInfo } from './contract'

/** What is recorded; all of it rejects with `unsupported` where nothing is. */
export type HistoryMethods = {
  'history.targets': (params: null) => RecordedTarget[]
  /** Those that were watched in that time, the latest first. */
  'history.processes': (params: { targetSpec: string } & TimeRange) => RecordedProcess[]
  /** The least, the most and the last of each bucket; of more than six hours in whole minutes. */
  'history.series': (params: HistoryQuery) => History
  /** What happened, in order of time; without garbage collections, which the series of the runtime hold. */
  'history.events': (params: { targetSpec: string } & TimeRange) => SessionEvent[]
  /** The top of the process table, about one a minute. */
  'history.top': (params: { targetSpec: string } & TimeRange) => TopReading[]
  /** The newest heap profiles of these processes (32 at most) that were fetched in that time: 64 at most, in order of time. */
  'history.profiles': (params: { targetSpec: string; keys: ProcessKey[] } & TimeRange) => ProfileInfo[]
  /**
   * Opens a stretch of at most 25 hours with the processes that were watched in it as a target with `seek`: 32 at most,
   * `keys` before the others. Rejects with `gone` where nothing is recorded, `too-large`.
   */
  'history.open': (params: { targetSpec: string; keys: ProcessKey[] } & TimeRange) => TargetInfo
  'history.stats': (params: null) => RecorderStats
  'history.setRetention': (params: Retention) => RecorderStats
  'marks.list': (params: { targetSpec: string } & TimeRange) => HandMark[]
  /** `text`: 1 to 200 characters. Of an open target the raw texts of its watched processes are kept beside the mark. */
  'marks.add': (params: { targetSpec: string; atMs: number; text: string }) => HandMark
  /** false: there was none. */
  'marks.remove': (params: { id: string }) => boolean
}

/** A stretch of time of one target, open in this backend, to be exported: a live target's, or one with `seek`. */
export interface SnapshotSelection extends TimeRange {
  targetId: string
  /** At most 32. */
  keys: ProcessKey[]
  /** Of these processes: of those that are kept, and of those that were recorded in this stretch. 64 at most. */
  profileIds: string[]
  redaction: RedactionChoice
}

/** Where an open incident came from, and what is said about it. */
export interface ReplayInfo extends TimeRange {
  source: 'file' | 'recording'
  /** The file's name or the recorded target's spec; untrusted. */
  name: string
  processes: { key: ProcessKey; comm: string }[]
}

/** All of an open incident but its processes, which are asked for one by one. */
export interface ReplayOverview extends TimeRange {
  host: HostFacts
  hostStream: StreamColumns
  events: SessionEvent[]
  marks: HandMark[]
  profiles: ProfileInfo[]
  /** Raw readings there are: what was read, when. */
  readings: { atMs: number; path: string }[]
}

/** What the numbers of one process meant at one moment, computed now from what the stretch holds. */
export interface ReplayVerdict {
  /** null: nothing was read by then. */
  verdict: Verdict | null
  /** Between the verdict that was kept and the one computed of its moment now; null: they say the same, or none was kept. */
  difference: VerdictDifference | null
}

/** Methods of targets with `seek` (`invalid` for others), and of the files that they come from and go to. */
export type SnapshotMethods = {
  /** Opens what a `.ballonet` file holds as a target with `seek`. Rejects with `invalid`, `parse`, `too-large`, `unsupported`. */
  'snapshot.open': (params: { name: string; bytes: Uint8Array }) => TargetInfo
  'snapshot.preview': (params: SnapshotSelection) => LeavingPreview
  /** Makes the file in memory; `snapshotProgress` events tell how far it is. Rejects with `cancelled`. */
  'snapshot.export': (params: SnapshotSelection & { exportId: string; locale: Locale }) => {
    suggestedName: string
    bytes: Uint8Array
  }
  'snapshot.cancelExport': (params: { exportId: string }) => null
  'replay.overview': (params: { targetId: string }) => ReplayOverview
  'replay.process': (params: { targetId: string; key: ProcessKey }) => IncidentProcess
  'replay.verdict': (params: { targetId: string; key: ProcessKey; atMs: number }) => ReplayVerdict
  /** A raw reading as the kernel wrote it. */
  'replay.reading': (params: { targetId: string; atMs: number; path: string }) => string
  /** `host`, `process` and `table` events tell what was known at this moment; `table` ones go on to. */
  'replay.seek': (params: { targetId: string; atMs: number }) => null
}

export interface SnapshotEvents {
  /** From 0 to 1. */
  snapshotProgress: { exportId: string; share: number }
}

/** Requests to Electron's main process that have to do with `.ballonet` files: no path goes either way. */
export type SnapshotAppMethods = {
  /** Lets the person choose a file (at most 256 MiB); null: cancelled. The content is passed on unread. */
  'snapshot.openFile': (params: null) => { name: string; bytes: Uint8Array } | null
  /** Written to a temporary name, brought to disk and renamed. false: cancelled. */
  'snapshot.saveFile': (params: { suggestedName: string; bytes: Uint8Array }) => boolean
  /** The next file that was opened from outside (double click, command line, `snapshotWaiting` told of it); null: none. */
  'snapshot.takeWaiting': (params: null) => { name: string; bytes: Uint8Array } | null
}

export interface SnapshotAppEvents {
  /** A file was opened from outside and waits for snapshot.takeWaiting. */
  snapshotWaiting: null
}
