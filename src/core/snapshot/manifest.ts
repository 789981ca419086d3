import type { ProcessKey } from '../process-key'
import type { TimeRange } from './history'

/** Of docs/snapshot-format.md. A reader takes every version up to its own. */
export const snapshotVersion = 1
export const snapshotFormat = 'ballonet-snapshot'

/** What a file may hold at most; who writes cuts to it, who reads refuses more. */
export const snapshotLimits = {
  fileBytes: 256 * 2 ** 20,
  entries: 10_000,
  /** Inflated: of one part, and of all of them. */
  partBytes: 128 * 2 ** 20,
  allBytes: 768 * 2 ** 20,
  /** JSON values of one part; and of all parts but series, with their bytes. */
  partValues: 3_000_000,
  jsonValues: 8_000_000,
  jsonBytes: 192 * 2 ** 20,
  manifestBytes: 4 * 2 ** 20,
  rangeMs: 25 * 3_600_000,
  processes: 32,
  /** 25 hours at 1 Hz, and some room for a faster pace. */
  rows: 100_000,
  /** Numbers of all streams together: ten processes of a day, and some room. */
  cells: 50_000_000,
  events: 20_000,
  marks: 10_000,
  profiles: 64,
  readings: 2_000,
  /** Of one text of /proc, and of all of them. */
  readingBytes: 512 * 1024,
  allReadingBytes: 128 * 2 ** 20,
  tops: 2_000,
} as const

export const partNames = {
  manifest: 'manifest.json',
  host: 'host/facts.json',
  hostSeries: 'host/series.json',
  events: 'events.json',
  marks: 'marks.json',
  top: 'top.json',
  profiles: 'profiles.json',
  readings: 'raw.json',
  csv: 'samples.csv',
  report: 'report.html',
} as const

export interface PartEntry {
  /** Path inside the file: lower case letters, digits, `.`, `-`, `_` and `/`. */
  name: string
  /** Not compressed. */
  bytes: number
  /** Of the bytes before compression, hexadecimal. */
  sha256: string
}

export interface Manifest extends TimeRange {
  format: typeof snapshotFormat
  version: number
  appVersion: string
  label: string
  /** Parts of each lie in `processes/<pid>-<startTimeTicks>/`. */
  processes: { key: ProcessKey; comm: string }[]
  /** Every part but the manifest itself. */
  parts: PartEntry[]
}

export function toProcessFolder({ pid, startTimeTicks }: ProcessKey): string {
  return `processes/${pid}-${startTimeTicks}/`
}
