import { absenceCodes, type RowMeta, type TableFrame } from '#core/metrics/process-table'
import type { AbsenceReason } from '#core/metrics/samples'
import { formatBytes, formatDuration } from '#core/text/units'
import { toVisibleText } from '../../ui/visible-text'
import type { DisplayColumn } from './display-columns'

/** One cell as it is shown. */
export interface Cell {
  /** null: absent, shown as a dash. */
  text: string | null
  absence: AbsenceReason | null
  /** How old the number is, for what is not read at each poll; null: as old as the frame. */
  ageMs: number | null
  isZero: boolean
}

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0, useGrouping: 'always' })

function formatNumber(value: number, unit: DisplayColumn['unit']): string {
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'percent') return value.toFixed(1)
  if (unit === 'per-second') return count.format(value)
  return String(value)
}

const ageStepMs = 10_000
const minuteMs = 60_000

/**
 * An age beside a number, in steps of 10 s and after a minute of whole minutes: the number is what counts, and a table full
 * of running clocks would be drawn anew every second.
 */
export function formatAge(ageMs: number): string {
  const seconds = Math.round(ageMs / ageStepMs) * (ageStepMs / 1000)
  return seconds < 60
    ? `${seconds}\u00a0s`
    : formatDuration(Math.floor(ageMs / minuteMs) * minuteMs || minuteMs)
}

function absent(reason: AbsenceReason): Cell {
  return { text: null, absence: reason, ageMs: null, isZero: false }
}

function present(text: string): Cell {
  return { text, absence: null, ageMs: null, isZero: false }
}

/** Command line with its name first, as far as known; a kernel thread in brackets as ps shows it. */
export function toCommandText(meta: RowMeta): string {
  if (meta.isKernelThread) return `[${toVisibleText(meta.comm)}]`
  return toVisibleText(meta.comm)
}

function toLabelCell(column: DisplayColumn, value: number, meta: RowMeta | undefined): Cell {
  if (column.id === 'pid') return present(String(value))
  if (column.id === 'state') return present(String.fromCharCode(value))
  if (meta === undefined) return absent('not-read')
  if (column.id === 'command') return present(toCommandText(meta))
  if (column.id === 'user') {
    const user = meta.user ?? (meta.uid === null ? null : String(meta.uid))
    return user === null ? absent('not-read') : present(toVisibleText(user))
  }
  const race = meta.isRaceBuild === true ? ' -race' : ''
  if (meta.goVersion !== null) return present(toVisibleText(meta.goVersion) + race)
  // Not a Go program: there is nothing to miss, so the cell stays empty.
  return meta.isGo === true ? absent('not-reported') : present('')
}

/** What a frame says for a cell. As long as this and the row's meta stay the same, so does the cell. */
export interface CellReading {
  /** NaN where absent; of a label pid or state, or 0: the rest is in the meta. */
  value: number
  absence: AbsenceReason | null
  /** As in Cell. */
  ageMs: number | null
}

function readLabel(column: DisplayColumn, frame: TableFrame, index: number): CellReading {
  const numbers = { pid: frame.pid, state: frame.state }[column.id as 'pid' | 'state']
  return { value: numbers?.[index] ?? 0, absence: null, ageMs: null }
}

/** The reading of a column in row `index` of the frame. */
export function readCell(column: DisplayColumn, frame: TableFrame, index: number): CellReading {
  if (column.source === null) return readLabel(column, frame, index)
  const value = frame.columns[column.id as keyof TableFrame['columns']]?.[index] ?? NaN
  const source = column.source === 'stat' ? undefined : frame.sources[column.source]
  if (Number.isNaN(value)) {
    const reason = absenceCodes[source?.absence[index] ?? 0] ?? null
    return {
      value,
      absence: reason ?? (source === undefined ? toStatAbsence(column) : 'not-reported'),
      ageMs: null,
    }
  }
  const readAtMs = source?.readAtMs[index] ?? 0
  return { value, absence: null, ageMs: readAtMs > 0 ? Math.max(0, frame.atMs - readAtMs) : null }
}

/** stat has every number of a process: it lacks sizes of what has no memory, and rates at the first poll. */
function toStatAbsence(column: DisplayColumn): AbsenceReason {
  return column.unit === 'bytes' || column.id === 'memPercent' ? 'no-memory' : 'not-read'
}

export function toCell(column: DisplayColumn, reading: CellReading, meta: RowMeta | undefined): Cell {
  const { value, absence, ageMs } = reading
  if (column.source === null) return toLabelCell(column, value, meta)
  if (absence !== null) return absent(absence)
  const text = formatNumber(value, column.unit)
  return { text, absence: null, ageMs, isZero: value === 0 || text === '0.0' }
}
