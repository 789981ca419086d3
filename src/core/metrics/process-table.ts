import type { AbsenceReason, SourceId } from './samples'

/** Numeric columns of the process table; `source` says what they are read from, `top` what top calls them. */
export interface TableColumn {
  id: string
  source: Extract<SourceId, 'stat' | 'status' | 'smaps_rollup' | 'oom_score' | 'cgroup'>
  unit: 'bytes' | 'percent' | 'per-second' | 'count'
  top?: string
}

/** Order is the order of the chooser. Titles and help are in the catalogues under `column.<id>`. */
export const tableColumns = [
  { id: 'virtBytes', source: 'stat', unit: 'bytes', top: 'VIRT' },
  { id: 'rssBytes', source: 'stat', unit: 'bytes', top: 'RES' },
  { id: 'memPercent', source: 'stat', unit: 'percent', top: '%MEM' },
  { id: 'cpuPercent', source: 'stat', unit: 'percent', top: '%CPU' },
  { id: 'threads', source: 'stat', unit: 'count', top: 'nTH' },
  { id: 'minorFaultsPerSecond', source: 'stat', unit: 'per-second', top: 'vMn' },
  { id: 'majorFaultsPerSecond', source: 'stat', unit: 'per-second', top: 'vMj' },
  { id: 'rssAnonBytes', source: 'status', unit: 'bytes', top: 'RSan' },
  { id: 'rssFileBytes', source: 'status', unit: 'bytes', top: 'RSfd' },
  { id: 'rssShmemBytes', source: 'status', unit: 'bytes', top: 'RSsh' },
  { id: 'swapBytes', source: 'status', unit: 'bytes', top: 'SWAP' },
  { id: 'vmHwmBytes', source: 'status', unit: 'bytes' },
  { id: 'pssBytes', source: 'smaps_rollup', unit: 'bytes', top: 'PSS' },
  { id: 'ussBytes', source: 'smaps_rollup', unit: 'bytes', top: 'USS' },
  { id: 'lazyFreeBytes', source: 'smaps_rollup', unit: 'bytes' },
  { id: 'rssLessLazyFreeBytes', source: 'smaps_rollup', unit: 'bytes' },
  { id: 'anonHugePagesBytes', source: 'smaps_rollup', unit: 'bytes' },
  { id: 'oomScore', source: 'oom_score', unit: 'count', top: 'OOMs' },
  { id: 'cgroupCurrentBytes', source: 'cgroup', unit: 'bytes' },
  { id: 'cgroupLimitBytes', source: 'cgroup', unit: 'bytes' },
  { id: 'cgroupInactiveFileBytes', source: 'cgroup', unit: 'bytes' },
] as const satisfies readonly TableColumn[]

export type ColumnId = (typeof tableColumns)[number]['id']
export type TableSource = (typeof tableColumns)[number]['source']

export const columnIds: readonly ColumnId[] = tableColumns.map((column) => column.id)

/** Columns of the shown table that are no numbers of a poll: from RowMeta and the frame itself. */
export const labelColumnIds = ['pid', 'user', 'state', 'goVersion', 'command'] as const
export type LabelColumnId = (typeof labelColumnIds)[number]

/** Whatever can be a column of the shown table. */
export type DisplayColumnId = ColumnId | LabelColumnId
export const displayColumnIds: readonly DisplayColumnId[] = [...labelColumnIds, ...columnIds]

/** Absence reasons as bytes in TableFrame.sources; index = code, 0 = present. */
export const absenceCodes: readonly (AbsenceReason | null)[] = [
  null,
  'not-read',
  'permission-denied',
  'not-reported',
  'no-memory',
  'too-expensive',
  'timeout',
  'gone',
  'failed',
]

/** What changes rarely of a row. Sent when the row is new or its meta changed. */
export interface RowMeta {
  /** Stable for the life of one process, never reused: stands for pid + start time. */
  rowId: number
  pid: number
  startTimeTicks: number
  /** Untrusted: any characters. */
  comm: string
  /** null: not read yet or not readable; [] for kernel threads. Arguments are cut at 4 KiB. */
  cmdline: string[] | null
  uid: number | null
  user: string | null
  isKernelThread: boolean
  isGo: boolean | null
  goVersion: string | null
  /** The main module's path. */
  goModule: string | null
  /** Built with -race; null: not known. */
  isRaceBuild: boolean | null
}

/**
 * The process table of one poll, columnar: row i of every array is the same process. Values are NaN where absent, and
 * `sources` says why and how old. Arrays are transferred, so each frame owns its own.
 */
export interface TableFrame {
  atMs: number
  /** Duration of the poll's reading, ms. */
  costMs: number
  count: number
  rowId: Uint32Array
  pid: Int32Array
  ppid: Int32Array
  /** ASCII code of the state letter. */
  state: Uint8Array
  startTimeTicks: Float64Array
  /** stat columns always; the others when subscribed. */
  columns: Partial<Record<ColumnId, Float64Array>>
  /** For sources other than stat that are subscribed: time of the last read (ms since epoch, 0 never) and absence code. */
  sources: Partial<Record<TableSource, { readAtMs: Float64Array; absence: Uint8Array }>>
  /** Rows that are new or changed since the last frame to this subscriber. */
  metas: RowMeta[]
}
