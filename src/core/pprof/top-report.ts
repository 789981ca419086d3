import type { ProfileTable } from './aggregate'
import { filterNames } from './filter'
import { baseName } from './frame-nodes'
import { absInt64, toInt64 } from './int64'
import { formatMeasurement, formatPercent, scaleValue } from './measurement'
import type { Profile } from './profile'

/** A moment on the clock of the reader's zone: `Nov 23, 2026 at 11:31pm (UTC)`. */
export type FormatTime = (atMs: number) => string

/** The unit in which the values of a table are shown: fit for its smallest value, or a hundred times it. */
export function chooseUnit({ rows, total, sampleType: { unit } }: ProfileTable): string {
  if (rows.length === 0) return 'minimum'
  let smallest = 0n
  for (const { flat, cum } of rows) {
    const size = absInt64(flat) || absInt64(cum)
    if (size > 0n && (smallest === 0n || size < smallest)) smallest = size
  }
  if (smallest === 0n) smallest = total
  const fit = (value: bigint): string => scaleValue(value, unit, 'minimum').unit
  const hundredfold = BigInt.asIntN(64, smallest * 100n)
  const isWide = fit(smallest) !== fit(total) && hundredfold < total
  return (isWide ? fit(hundredfold) : fit(smallest)) || unit
}

/** What stands above the table: the program, the type, the time, and what the table leaves out. */
function headerLines(
  profile: Profile,
  table: ProfileTable,
  format: (value: bigint) => string,
  formatTime: FormatTime,
): string[] {
  const { sampleType, total, rows, filters, droppedCount, dropCutoff, rowCount } = table
  const [program] = profile.mappings
  const lines: string[] = []
  if (program !== undefined && program.filename !== '') lines.push(`File: ${baseName(program.filename)}`)
  if (program !== undefined && program.buildId !== '') lines.push(`Build ID: ${program.buildId}`)
  lines.push(...profile.comments.filter((comment) => !comment.startsWith('#')))
  if (sampleType.type !== '') lines.push(`Type: ${sampleType.type}`)
  if (profile.atMs !== null) lines.push(`Time: ${formatTime(profile.atMs)}`)
  if (profile.durationNanos !== 0n) lines.push(durationLine(profile, table, format))
  const active = filterNames.filter((name) => (filters[name] ?? '') !== '')
  if (active.length > 0) lines.push('Active filters:')
  for (const name of active) lines.push(`   ${shorten(`${name}=${filters[name]}`)}`)
  const sum = BigInt.asIntN(
    64,
    rows.reduce((before, { flat }) => before + flat, 0n),
  )
  const share = formatPercent(sum, total).trim()
  lines.push(`Showing nodes accounting for ${format(sum)}, ${share} of ${format(total)} total`)
  if (total === 0n) return lines
  if (droppedCount > 0) {
    lines.push(`Dropped ${droppedCount} node${droppedCount > 1 ? 's' : ''} (cum <= ${format(dropCutoff)})`)
  }
  if (rows.length > 0 && rows.length < rowCount)
    lines.push(`Showing top ${rows.length} nodes out of ${rowCount}`)
  return lines
}

function durationLine(profile: Profile, table: ProfileTable, format: (value: bigint) => string): string {
  const { durationNanos } = profile
  const inNanos = scaleValue(table.total, table.sampleType.unit, 'nanoseconds')
  const isTime = inNanos.unit === 'ns' && inNanos.value !== 0
  const share = isTime ? `(${formatPercent(toInt64(inNanos.value), durationNanos)})` : ''
  const duration = formatMeasurement(durationNanos, 'nanoseconds', 'auto')
  return `Duration: ${duration}, Total samples = ${format(table.total)} ${share}`
}

/** Up to 80 bytes. */
function shorten(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return bytes.length > 80 ? `${new TextDecoder().decode(bytes.subarray(0, 80))}…` : text
}

/** The lines that `go tool pprof -top` prints for the same profile and options. Names are as in the profile. */
export function toTopReport(profile: Profile, table: ProfileTable, formatTime: FormatTime): string[] {
  const { total, sampleType, rows } = table
  const unit = chooseUnit(table)
  const format = (value: bigint): string => formatMeasurement(value, sampleType.unit, unit)
  const lines = headerLines(profile, table, format, formatTime)
  lines.push('      flat  flat%   sum%        cum   cum%')
  let sum = 0n
  for (const { name, flat, cum, inline } of rows) {
    sum = BigInt.asIntN(64, sum + flat)
    const cells = [
      format(flat).padStart(10),
      formatPercent(flat, total),
      formatPercent(sum, total),
      format(cum).padStart(10),
      formatPercent(cum, total),
    ]
    lines.push(`${cells.join(' ')}  ${name}${inline === null ? '' : ` (${inline})`}`)
  }
  return lines
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A moment as the tool prints it, on a clock that is `offsetMinutes` ahead of UTC and called `zone`. */
export function formatReportTime(atMs: number, offsetMinutes: number, zone: string): string {
  const date = new Date(atMs + offsetMinutes * 60_000)
  const hour = date.getUTCHours()
  const minute = String(date.getUTCMinutes()).padStart(2, '0')
  const day = `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`
  return `${day} at ${hour % 12 || 12}:${minute}${hour < 12 ? 'am' : 'pm'} (${zone})`
}
