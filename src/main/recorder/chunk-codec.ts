import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { StreamRow } from '#core/snapshot/sample-parts'
import { AppError } from '#core/errors'

/** Of one minute: far more than any poll gives. */
const maxUnpackedBytes = 16 * 1024 * 1024
const kib = 1024

/**
 * A column as differences: the unit, then the first number, then what each adds to the number before it. Zeros at the end are
 * left out, so a column that never changes is two numbers. Unit 0: the numbers themselves.
 */
type PackedColumn = [unit: number, ...differences: (number | null)[]] | null

/** What is kept of a number: whole ones as they are, others with two decimals. */
export function toKept(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null
  return Number.isInteger(value) ? value : Math.round(value * 100) / 100
}

/** Rows of one stream as compact bytes: JSON of columns of differences, deflated. */
export function encodeChunk(rows: readonly StreamRow[]): Buffer {
  const width = Math.max(...rows.map(({ values }) => values.length))
  const columns: PackedColumn[] = [pack(rows.map(({ atMs }) => atMs))]
  for (let index = 0; index < width; index++)
    columns.push(pack(rows.map(({ values }) => values[index] ?? null)))
  return deflateRawSync(JSON.stringify([rows.length, ...columns]))
}

/** The rows again. Rejects what encodeChunk does not make with AppError `parse`. */
export function decodeChunk(bytes: Uint8Array): StreamRow[] {
  try {
    const [count, ...packed] = JSON.parse(
      inflateRawSync(bytes, { maxOutputLength: maxUnpackedBytes }).toString('utf8'),
    ) as [number, ...PackedColumn[]]
    const [atMs, ...columns] = packed.map((column) => unpack(column, count))
    if (atMs === undefined) throw new RangeError('no times')
    return atMs.map((at, row) => ({ atMs: at ?? 0, values: columns.map((column) => column[row] ?? null) }))
  } catch (error) {
    throw new AppError('parse', `a minute of the recording is not readable: ${String(error)}`, {
      cause: error,
    })
  }
}

function pack(values: readonly (number | null)[]): PackedColumn {
  if (values.every((value) => value === null)) return null
  const unit = unitOf(values)
  // Differences of such numbers are not exact.
  if (values.some((value) => Math.abs(value ?? 0) / unit > Number.MAX_SAFE_INTEGER)) return [0, ...values]
  let previous = 0
  let length = 0
  const differences = values.map((value, index) => {
    if (value === null) {
      length = index + 1
      return null
    }
    const scaled = unit === 0.01 ? Math.round(value * 100) : value / unit
    const difference = scaled - previous
    previous = scaled
    if (difference !== 0) length = index + 1
    return difference
  })
  return [unit, ...differences.slice(0, length)]
}

/** Most numbers of the kernel are whole KiB. */
function unitOf(values: readonly (number | null)[]): 1 | 0.01 | 1024 {
  let unit: 1 | 1024 = kib
  for (const value of values) {
    if (value === null) continue
    if (!Number.isInteger(value)) return 0.01
    if (value % kib !== 0) unit = 1
  }
  return unit
}

function unpack(column: PackedColumn, count: number): (number | null)[] {
  if (!Number.isInteger(count) || count < 0 || count > 1_000_000) throw new RangeError('a wrong count')
  if (column === null) return new Array<null>(count).fill(null)
  const [unit, ...differences] = column
  if (unit === 0) return Array.from({ length: count }, (_, index) => differences[index] ?? null)
  let scaled = 0
  return Array.from({ length: count }, (_, index) => {
    const difference = index < differences.length ? (differences[index] ?? null) : 0
    if (difference === null) return null
    scaled += difference
    return unit === 0.01 ? scaled / 100 : scaled * unit
  })
}
