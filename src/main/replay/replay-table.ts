import {
  absenceCodes,
  tableColumns,
  type ColumnId,
  type RowMeta,
  type TableFrame,
} from '#core/metrics/process-table'
import type { ProcessSample } from '#core/metrics/samples'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { TopRow } from '#core/snapshot/history'
import type { Incident, IncidentProcess } from '#core/snapshot/incident'
import { sampleAt } from '#core/snapshot/sample-at'
import { toSources } from '../sampling/table-frame'

/** A process that was seen within this time before the moment was there. */
const seenMs = 90_000
/** The recorded top is taken about once a minute: one older than this is of before a gap. */
const topMs = 150_000
const notReported = absenceCodes.indexOf('not-reported')

interface ReplayRow {
  key: ProcessKey
  comm: string
  /** null: it was not watched. */
  process: IncidentProcess | null
  sample: ProcessSample | null
  top: TopRow | null
}

/** Frames of the process table as it was: the recorded top of that time, and what was watched. */
export interface ReplayTable {
  frameAt(momentMs: number, columns: readonly ColumnId[]): TableFrame
}

export function createReplayTable(incident: Incident): ReplayTable {
  const rowIds = new Map<string, number>()

  function rowIdOf(key: ProcessKey): number {
    const text = toKeyText(key)
    const known = rowIds.get(text) ?? rowIds.size + 1
    rowIds.set(text, known)
    return known
  }

  return {
    frameAt(momentMs, columns) {
      const rows = rowsAt(incident, momentMs)
      const count = rows.length
      const wanted = [...new Set<ColumnId>([...statColumns, ...columns])]
      const frame: TableFrame = {
        atMs: momentMs,
        costMs: 0,
        count,
        rowId: Uint32Array.from(rows, ({ key }) => rowIdOf(key)),
        pid: Int32Array.from(rows, ({ key }) => key.pid),
        ppid: new Int32Array(count),
        state: Uint8Array.from(rows, ({ sample }) => (sample?.state ?? '?').charCodeAt(0)),
        startTimeTicks: Float64Array.from(rows, ({ key }) => key.startTimeTicks),
        columns: Object.fromEntries(
          wanted.map((id) => [id, Float64Array.from(rows, (row) => valueOf(row, id) ?? NaN)]),
        ),
        sources: {},
        metas: rows.map((row) => toMeta(row, rowIdOf(row.key))),
      }
      for (const source of toSources(columns)) {
        const absence = Uint8Array.from(rows, ({ sample }) => {
          const why = sample?.absent[source]
          return sample === null ? notReported : why === undefined ? 0 : absenceCodes.indexOf(why)
        })
        const readAtMs = Float64Array.from(rows, ({ sample }) =>
          source === 'smaps_rollup' ? (sample?.rollup?.atMs ?? 0) : (sample?.atMs ?? 0),
        )
        frame.sources[source] = { readAtMs, absence }
      }
      return frame
    },
  }
}

const statColumns = tableColumns.filter(({ source }) => source === 'stat').map(({ id }) => id)

function rowsAt({ processes, top }: Incident, momentMs: number): ReplayRow[] {
  const rows = new Map<string, ReplayRow>()
  const reading = top.findLast(({ atMs }) => atMs <= momentMs && momentMs - atMs <= topMs)
  for (const row of reading?.rows ?? [])
    rows.set(toKeyText(row.key), { key: row.key, comm: row.comm, process: null, sample: null, top: row })
  for (const process of processes) {
    const sample = sampleAt(process, momentMs)
    if (sample === null || momentMs - sample.atMs > seenMs) continue
    const id = toKeyText(process.key)
    rows.set(id, { key: process.key, comm: sample.comm, process, sample, top: rows.get(id)?.top ?? null })
  }
  return [...rows.values()]
}

function valueOf({ sample, top }: ReplayRow, id: ColumnId): number | null {
  if (sample === null) return id === 'rssBytes' || id === 'cpuPercent' ? (top?.[id] ?? null) : null
  const { rollup, cgroup } = sample
  switch (id) {
    case 'pssBytes':
    case 'ussBytes':
    case 'lazyFreeBytes':
    case 'anonHugePagesBytes':
      return rollup?.[id] ?? null
    case 'rssLessLazyFreeBytes':
      return rollup?.lazyFreeBytes == null || rollup.rssBytes === null
        ? null
        : rollup.rssBytes - rollup.lazyFreeBytes
    case 'cgroupCurrentBytes':
      return cgroup?.currentBytes ?? null
    case 'cgroupLimitBytes':
      return cgroup?.limitBytes ?? null
    case 'cgroupInactiveFileBytes':
      return cgroup?.inactiveFileBytes ?? null
    default:
      return sample[id]
  }
}

function toMeta({ key, comm, process }: ReplayRow, rowId: number): RowMeta {
  const facts = process?.facts
  return {
    rowId,
    ...key,
    comm,
    cmdline: facts?.cmdline ?? null,
    uid: facts?.uid ?? null,
    user: facts?.user ?? null,
    isKernelThread: false,
    isGo: facts?.isGo ?? null,
    goVersion: facts?.goVersion ?? null,
    goModule: facts?.goModule ?? null,
    isRaceBuild: facts?.isRaceBuild ?? null,
  }
}
