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

const ageStepMs = 5_000
const minuteMs = 60_000

/**
 * An age beside a number, in steps of 5 s and after a minute of whole minutes: the number is what counts, and a table full
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

function present(text: string, ageMs: number | null = null, isZero = false): Cell {
  return { text, absence: null, ageMs, isZero }
}

/** Command line with its name first, as far as known; a kernel thread in brackets as ps shows it. */
export function toCommandText(meta: RowMeta): string {
  if (meta.isKernelThread) return `[${toVisibleText(meta.comm)}]`
  return toVisibleText(meta.comm)
}

function toLabelCell(
  column: DisplayColumn,
  frame: TableFrame,
  index: number,
  meta: RowMeta | undefined,
): Cell {
  if (column.id === 'pid') return present(String(frame.pid[index]))
  if (column.id === 'state') return present(String.fromCharCode(frame.state[index]!))
  if (meta === undefined) return absent('not-read')
  if (column.id === 'command') return present(toCommandText(meta))
  if (column.id === 'user') {
    const user = meta.user ?? (meta.uid === null ? null : String(meta.uid))
    return user === null ? absent('not-read') : present(toVisibleText(user))
  }
  if (meta.goVersion !== null) return present(toVisibleText(meta.goVersion))
  // Not a Go program: there is nothing to miss, so the cell stays empty.
  return meta.isGo === true ? absent('not-reported') : present('')
}

/** The value of a column in row `index` of the frame. */
export function toCell(
  column: DisplayColumn,
  frame: TableFrame,
  index: number,
  meta: RowMeta | undefined,
): Cell {
  if (column.source === null) return toLabelCell(column, frame, index, meta)
  const value = frame.columns[column.id as keyof TableFrame['columns']]?.[index] ?? NaN
  const source = column.source === 'stat' ? undefined : frame.sources[column.source]
  if (Number.isNaN(value)) {
    const reason = absenceCodes[source?.absence[index] ?? 0] ?? null
    // A stat number is absent only for what has none: the rates of the first poll.
    return absent(reason ?? (column.source === 'stat' || source === undefined ? 'not-read' : 'not-reported'))
  }
  const readAtMs = source?.readAtMs[index] ?? 0
  const text = formatNumber(value, column.unit)
  const ageMs = readAtMs > 0 ? Math.max(0, frame.atMs - readAtMs) : null
  return present(text, ageMs, value === 0 || text === '0.0')
}
