import { streamColumns, type StreamId, type StreamRow } from '#core/snapshot/sample-parts'
import { minuteMs, type MinuteStore } from './minute-store'
import type { Database } from './open-database'
import { readAround } from './read-around'
import { findSeries, minuteRange, readRows, type StoredSeries } from './read-series'
import type { History, HistoryColumn, HistoryQuery } from '#core/snapshot/history'
import { minuteColumns, minuteTable } from './schema'
import { asNumber } from './stored-value'

/** Longer stretches are answered in whole minutes, which lie ready; shorter ones from the readings themselves. */
const longestFineMs = 4 * 60 * minuteMs

interface Cell {
  min: number | null
  max: number | null
  last: number | null
}

type Buckets = Map<number, Cell[]>

/** The least, the most and the last of each bucket; never the readings of a long stretch. */
export function readHistory(db: Database, minutes: MinuteStore, query: HistoryQuery): History {
  const { targetSpec, key, stream, fromMs, toMs } = query
  const columns = query.columns.filter((name) => (streamColumns[stream] as readonly string[]).includes(name))
  const lengthMs = Math.max(toMs - fromMs, 1)
  const wantedMs = Math.max(1, Math.ceil(lengthMs / Math.max(1, query.buckets)))
  const isFine = lengthMs <= longestFineMs && wantedMs < minuteMs
  const bucketMs = isFine ? wantedMs : Math.ceil(wantedMs / minuteMs) * minuteMs
  const startMs = isFine ? fromMs : Math.floor(fromMs / minuteMs) * minuteMs
  const series = findSeries(db, targetSpec, key, stream)
  const buckets: Buckets = new Map()
  const addRows = (rows: readonly StreamRow[]): void =>
    addReadings(buckets, rows, { columns, stream, startMs, bucketMs })
  if (isFine) addRows(readRows(db, minutes, series, stream, { fromMs, toMs }))
  else {
    const range = minuteRange(fromMs, toMs)
    for (const one of series) {
      addMinutes(db, buckets, one, { columns, stream, range, minutesEach: bucketMs / minuteMs })
      addRows(
        minutes.openRows(one.id).filter(({ atMs }) => {
          const minute = Math.floor(atMs / minuteMs)
          return minute >= range[0] && minute <= range[1]
        }),
      )
    }
  }
  return toHistory(buckets, columns, startMs, bucketMs)
}

interface MinuteQuery {
  columns: readonly string[]
  stream: StreamId
  range: [number, number]
  minutesEach: number
}

function addMinutes(
  db: Database,
  buckets: Buckets,
  series: StoredSeries,
  { columns, stream, range, minutesEach }: MinuteQuery,
): void {
  if (columns.length === 0) return
  const from = `(minute - ${range[0]}) / ${minutesEach} AS bucket`
  const where = `FROM ${minuteTable(stream)} WHERE series = ? AND minute BETWEEN ? AND ? GROUP BY bucket ORDER BY bucket`
  const extremes = columns.map((column) => {
    const [min, max] = minuteColumns(column)
    return `${asNumber(`min(${min})`, min)}, ${asNumber(`max(coalesce(${max}, ${min}))`, max)}`
  })
  // With one max() SQLite takes the other columns from the row that has it.
  const lasts = columns.map((column) => {
    const [min, , last] = minuteColumns(column)
    return asNumber(`coalesce(${last}, ${min})`, last)
  })
  const [endsOf, extremesOf] = [`max(minute), ${lasts.join()}`, extremes.join()].map((what) =>
    db.prepare(`SELECT ${from}, ${what} ${where}`).raw(),
  )
  type Rows = (number | null)[][] | undefined
  const parts = readAround(...range, (first, last) => {
    const ends = endsOf?.all(series.id, first, last) as Rows
    const extremes = extremesOf?.all(series.id, first, last) as Rows
    return (extremes ?? []).map((found, row) => ({ found, end: ends?.[row] }))
  })
  // Columns that are not reported in the last minute of some bucket, but earlier in it.
  const early = new Set<number>()
  for (const { found, end } of parts)
    cellsOf(buckets, found[0] ?? 0, columns.length).forEach((cell, index) => {
      const [min, last] = [found[index * 2 + 1] ?? null, end?.[index + 2] ?? null]
      widen(cell, min, found[index * 2 + 2] ?? null, last)
      if (min !== null && last === null) early.add(index)
    })
  for (const index of early) {
    const [min] = minuteColumns(columns[index] ?? '')
    const select = db.prepare(
      `SELECT ${from}, max(minute), ${lasts[index]} ${where.replace('GROUP BY', `AND ${min} IS NOT NULL GROUP BY`)}`,
    )
    const read = (first: number, last: number): unknown[] => select.raw().all(series.id, first, last)
    for (const [bucket, , last] of readAround(...range, read) as (number | null)[][]) {
      const cell = buckets.get(bucket ?? 0)?.[index]
      if (cell !== undefined) cell.last = last ?? cell.last
    }
  }
}

function addReadings(
  buckets: Buckets,
  rows: readonly StreamRow[],
  options: { columns: readonly string[]; stream: StreamId; startMs: number; bucketMs: number },
): void {
  const names = streamColumns[options.stream] as readonly string[]
  const places = options.columns.map((name) => names.indexOf(name))
  for (const { atMs, values } of rows) {
    const bucket = Math.floor((atMs - options.startMs) / options.bucketMs)
    const cells = cellsOf(buckets, bucket, places.length)
    cells.forEach((cell, index) => {
      const value = values[places[index] ?? -1] ?? null
      widen(cell, value, value, value)
    })
  }
}

function cellsOf(buckets: Buckets, bucket: number, width: number): Cell[] {
  const known = buckets.get(bucket)
  if (known !== undefined) return known
  const cells = Array.from({ length: width }, () => ({ min: null, max: null, last: null }))
  buckets.set(bucket, cells)
  return cells
}

function widen(cell: Cell, min: number | null, max: number | null, last: number | null): void {
  if (min !== null && (cell.min === null || min < cell.min)) cell.min = min
  if (max !== null && (cell.max === null || max > cell.max)) cell.max = max
  if (last !== null) cell.last = last
}

function toHistory(buckets: Buckets, columns: readonly string[], startMs: number, bucketMs: number): History {
  const order = [...buckets.keys()].sort((a, b) => a - b)
  const cells = (index: number, part: keyof Cell): (number | null)[] =>
    order.map((bucket) => buckets.get(bucket)?.[index]?.[part] ?? null)
  const entries = columns.map((name, index): [string, HistoryColumn] => [
    name,
    { min: cells(index, 'min'), max: cells(index, 'max'), last: cells(index, 'last') },
  ])
  return {
    bucketMs,
    atMs: order.map((bucket) => startMs + bucket * bucketMs),
    columns: Object.fromEntries(entries),
  }
}
