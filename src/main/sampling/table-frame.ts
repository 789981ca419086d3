import {
  tableColumns,
  type ColumnId,
  type RowMeta,
  type TableFrame,
  type TableSource,
} from '#core/metrics/process-table'
import type { ProcessRow } from './row-store'

const sourceOfColumn = new Map<string, TableSource>(tableColumns.map(({ id, source }) => [id, source]))
type StatColumn = Extract<(typeof tableColumns)[number], { source: 'stat' }>['id']
/** Index of `not-read` in absenceCodes. */
const notRead = 1

/** The sources beside stat that these columns are read from. */
export function toSources(columns: readonly ColumnId[]): Set<Exclude<TableSource, 'stat'>> {
  const sources = new Set<Exclude<TableSource, 'stat'>>()
  for (const column of columns) {
    const source = sourceOfColumn.get(column)
    if (source !== undefined && source !== 'stat') sources.add(source)
  }
  return sources
}

export interface FrameMoment {
  atMs: number
  costMs: number
  memTotalBytes: number | null
}

/** One frame with arrays of its own, so that they can be transferred. Rows changed since `metaVersion` bring their meta. */
export function buildTableFrame(
  rows: readonly ProcessRow[],
  columns: readonly ColumnId[],
  metaVersion: number,
  moment: FrameMoment,
): TableFrame {
  const count = rows.length
  const frame: TableFrame = {
    atMs: moment.atMs,
    costMs: moment.costMs,
    count,
    rowId: new Uint32Array(count),
    pid: new Int32Array(count),
    ppid: new Int32Array(count),
    state: new Uint8Array(count),
    startTimeTicks: new Float64Array(count),
    columns: {},
    sources: {},
    metas: [],
  }
  for (let index = 0; index < count; index++) {
    const row = rows[index] as ProcessRow
    frame.rowId[index] = row.rowId
    frame.pid[index] = row.pid
    frame.ppid[index] = row.ppid
    frame.state[index] = row.state
    frame.startTimeTicks[index] = row.startTimeTicks
    if (row.metaVersion > metaVersion) frame.metas.push(toRowMeta(row))
  }
  frame.columns = toStatColumns(rows, moment.memTotalBytes)
  addSources(frame, rows, columns)
  return frame
}

/** One pass with the fields by name: a loop over columns that reads `row[column]` takes ten times as long. */
function toStatColumns(
  rows: readonly ProcessRow[],
  memTotalBytes: number | null,
): Record<StatColumn, Float64Array> {
  const count = rows.length
  const percentOfByte = memTotalBytes === null ? NaN : 100 / memTotalBytes
  const virtBytes = new Float64Array(count)
  const rssBytes = new Float64Array(count)
  const memPercent = new Float64Array(count)
  const cpuPercent = new Float64Array(count)
  const threads = new Float64Array(count)
  const minorFaultsPerSecond = new Float64Array(count)
  const majorFaultsPerSecond = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const row = rows[index] as ProcessRow
    virtBytes[index] = row.virtBytes
    rssBytes[index] = row.rssBytes
    memPercent[index] = row.rssBytes * percentOfByte
    cpuPercent[index] = row.cpuPercent
    threads[index] = row.threads
    minorFaultsPerSecond[index] = row.minorFaultsPerSecond
    majorFaultsPerSecond[index] = row.majorFaultsPerSecond
  }
  return { virtBytes, rssBytes, memPercent, cpuPercent, threads, minorFaultsPerSecond, majorFaultsPerSecond }
}

function addSources(frame: TableFrame, rows: readonly ProcessRow[], columns: readonly ColumnId[]): void {
  for (const source of toSources(columns)) {
    const readAtMs = new Float64Array(rows.length)
    const absence = new Uint8Array(rows.length)
    for (let index = 0; index < rows.length; index++) {
      const reading = rows[index]?.sources[source]
      readAtMs[index] = reading?.readAtMs ?? 0
      absence[index] = reading?.absence ?? notRead
    }
    frame.sources[source] = { readAtMs, absence }
  }
  for (const column of columns) {
    const source = sourceOfColumn.get(column)
    if (source === undefined || source === 'stat') continue
    const values = new Float64Array(rows.length)
    for (let index = 0; index < rows.length; index++)
      values[index] = rows[index]?.sources[source]?.values[column] ?? NaN
    frame.columns[column] = values
  }
}

function toRowMeta(row: ProcessRow): RowMeta {
  const { rowId, pid, startTimeTicks, comm, cmdline, uid, user, isKernelThread } = row
  const { isGo, goVersion, goModule, isRaceBuild } = row
  return {
    rowId,
    pid,
    startTimeTicks,
    comm,
    cmdline,
    uid,
    user,
    isKernelThread,
    isGo,
    goVersion,
    goModule,
    isRaceBuild,
  }
}
