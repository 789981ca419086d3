import { AppError } from '../errors'
import type { StreamColumns } from './incident'
import { snapshotLimits } from './manifest'
import { streamColumns, type StreamId } from './sample-parts'

/** A clock far before or after this one is none: 1970 to 2100. */
const latestMs = 4_102_444_800_000

/**
 * A stream as JSON: `{"atMs":[…],"columns":{"rssBytes":[…],"swapBytes":0}}`. A column whose rows are all equal is its value
 * alone; null is not reported.
 */
export function toSeriesText({ atMs, columns }: StreamColumns): string {
  const texts = Object.entries(columns).map(([name, values]) => `${JSON.stringify(name)}:${toColumn(values)}`)
  return `{"atMs":${toArray(atMs)},"columns":{${texts.join(',')}}}`
}

function toColumn(values: Float64Array): string {
  const first = values[0] ?? NaN
  return values.every((value) => Object.is(value, first)) ? toText(first) : toArray(values)
}

/** Read and written text is the same number: JSON's numbers are those of JavaScript. */
const toText = (value: number): string => (Number.isFinite(value) ? String(value) : 'null')

function toArray(values: Float64Array): string {
  const texts = new Array<string>(values.length)
  for (let i = 0; i < values.length; i++) texts[i] = toText(values[i] as number)
  return `[${texts.join(',')}]`
}

/**
 * The stream back. A column that this version does not know is left out, one that is not there is not reported. Throws
 * AppError `parse` for what is no stream, `too-large` for more rows than a day has.
 */
export function parseSeries(text: string, stream: StreamId): StreamColumns {
  const raw = parseObject(text)
  if (!Array.isArray(raw.atMs) || typeof raw.columns !== 'object' || raw.columns === null) throw notAStream()
  const rows = raw.atMs.length
  if (rows > snapshotLimits.rows) throw tooManyRows()
  const atMs = new Float64Array(rows)
  let before = 0
  for (let i = 0; i < rows; i++) {
    const value: unknown = raw.atMs[i]
    if (typeof value !== 'number' || !(value > before && value < latestMs)) throw notAStream()
    before = value
    atMs[i] = value
  }
  const columns: Record<string, Float64Array> = {}
  for (const name of streamColumns[stream]) {
    const column: unknown = Object.hasOwn(raw.columns, name)
      ? (raw.columns as Record<string, unknown>)[name]
      : null
    columns[name] = parseColumn(column, rows)
  }
  return { atMs, columns }
}

function parseObject(text: string): { atMs?: unknown; columns?: unknown } {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw notAStream()
  }
  if (typeof raw !== 'object' || raw === null) throw notAStream()
  return raw
}

function parseColumn(raw: unknown, rows: number): Float64Array {
  const values = new Float64Array(rows)
  if (!Array.isArray(raw)) return values.fill(parseNumber(raw))
  if (raw.length !== rows) throw notAStream()
  for (let i = 0; i < rows; i++) values[i] = parseNumber(raw[i])
  return values
}

/** JSON reads 1e999 as Infinity, which no kernel reports. */
function parseNumber(raw: unknown): number {
  if (raw === null) return NaN
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw notAStream()
  return raw
}

const tooManyRows = (): AppError =>
  new AppError('too-large', `more than ${snapshotLimits.rows} rows`, { hint: 'error.snapshot-too-large' })

const notAStream = (): AppError =>
  new AppError('parse', 'a series is not well-formed', { hint: 'error.snapshot-damaged' })
