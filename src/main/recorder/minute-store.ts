import { streamColumns, type StreamRow } from '#core/snapshot/sample-parts'
import { encodeChunk, toKept } from './chunk-codec'
import type { Database, Statement } from './open-database'
import { columnsOf, isStoredStream, minuteColumns, minuteTable, streamIds, type StoredStream } from './schema'
import { asBytes, asNumber, textOf } from './stored-value'

export const minuteMs = 60_000
/** A series that nothing comes of any more is packed after so many turns, which come about once a second. */
const idleTurns = 90

interface PendingRow extends StreamRow {
  id: number
}

interface OpenSeries {
  stream: StoredStream
  rows: PendingRow[]
  idle: number
}

/** Readings come one by one and lie packed by the minute: here is the last minute of each series. */
export interface MinuteStore {
  /** Inside a transaction; `adopt` after it. */
  write(seriesId: number, row: StreamRow): number
  adopt(seriesId: number, stream: StoredStream, id: number, row: StreamRow): void
  /** Packs the minutes that are over, in one transaction of its own. False: there was none. */
  seal(before: () => void): boolean
  /** What is not packed yet. */
  openRows(seriesId: number): readonly StreamRow[]
  oldestMs(): number | null
}

export function createMinuteStore(db: Database): MinuteStore {
  const open = new Map<number, OpenSeries>()
  const due = new Set<number>()
  const insertPending = db.prepare('INSERT INTO pending (series, at, data) VALUES (?, ?, ?)')
  const deletePending = db.prepare('DELETE FROM pending WHERE id = ?')
  const insertChunk = db.prepare('INSERT INTO chunk (series, minute, data) VALUES (?, ?, ?)')
  const insertMinute: Partial<Record<StoredStream, Statement>> = Object.fromEntries(
    streamIds.map((stream) => {
      const names = ['series', 'minute', 'chunk', ...streamColumns[stream].flatMap(minuteColumns)]
      const places = names.map(() => '?').join()
      return [stream, db.prepare(`INSERT INTO ${minuteTable(stream)} (${names.join()}) VALUES (${places})`)]
    }),
  )

  function adopt(seriesId: number, stream: StoredStream, id: number, row: StreamRow): void {
    const entry = open.get(seriesId) ?? { stream, rows: [], idle: 0 }
    open.set(seriesId, entry)
    entry.idle = 0
    entry.rows.push({ id, atMs: row.atMs, values: row.values })
    if (minuteOf(entry.rows[0] ?? row) !== minuteOf(row)) due.add(seriesId)
  }

  function sealSeries(seriesId: number, { stream, rows, idle }: OpenSeries): PendingRow[] {
    const newest = idle > idleTurns ? null : minuteOf(rows.at(-1) ?? { atMs: 0 })
    const kept: PendingRow[] = []
    for (const [minute, group] of groupByMinute(rows)) {
      if (minute === newest) {
        kept.push(...group)
        continue
      }
      const chunk = Number(insertChunk.run(seriesId, minute, encodeChunk(group)).lastInsertRowid)
      insertMinute[stream]?.run(seriesId, minute, chunk, ...summarise(group, columnsOf(stream).length))
      for (const { id } of group) deletePending.run(id)
    }
    return kept
  }

  function load(): void {
    const rows = db.prepare(
      `SELECT p.id, ${asNumber('p.series', 'series')}, ${asNumber('p.at', 'at')}, ${asBytes('p.data', 'data')},
         ${asBytes('s.stream', 'stream')}
       FROM pending p LEFT JOIN series s ON s.id = p.series ORDER BY p.id`,
    )
    for (const raw of rows.all()) {
      const { id, series, at, ...texts } = raw as {
        id: number
        series: number
        at: number
        data: unknown
        stream: unknown
      }
      const stream = textOf(texts.stream)
      const values = parseValues(textOf(texts.data))
      // A row that no minute takes would keep all others from being packed.
      if (isStoredStream(stream) && values !== null && Number.isSafeInteger(at))
        adopt(series, stream, id, { atMs: at, values })
      else deletePending.run(id)
    }
  }
  load()

  return {
    write(seriesId, { atMs, values }) {
      return Number(insertPending.run(seriesId, atMs, JSON.stringify(values)).lastInsertRowid)
    },
    adopt,
    seal(before) {
      for (const [id, entry] of open) if (++entry.idle > idleTurns) due.add(id)
      if (due.size === 0) return false
      const left = new Map<number, PendingRow[]>()
      db.exec('BEGIN IMMEDIATE')
      before()
      for (const id of due) {
        const entry = open.get(id)
        if (entry !== undefined) left.set(id, sealSeries(id, entry))
      }
      db.exec('COMMIT')
      due.clear()
      for (const [id, rows] of left) {
        const entry = open.get(id)
        if (rows.length === 0) open.delete(id)
        else if (entry !== undefined) entry.rows = rows
      }
      return true
    },
    openRows: (seriesId) => open.get(seriesId)?.rows ?? [],
    oldestMs() {
      let oldest: number | null = null
      for (const { rows } of open.values())
        for (const { atMs } of rows) if (oldest === null || atMs < oldest) oldest = atMs
      return oldest
    },
  }
}

/** As it is kept: whole milliseconds, numbers of at most two decimals. */
export function toKeptRow({ atMs, values }: StreamRow): StreamRow {
  return { atMs: Math.round(atMs), values: values.map(toKept) }
}

function minuteOf({ atMs }: { atMs: number }): number {
  return Math.floor(atMs / minuteMs)
}

function groupByMinute(rows: readonly PendingRow[]): Map<number, PendingRow[]> {
  const groups = new Map<number, PendingRow[]>()
  for (const row of rows) {
    const group = groups.get(minuteOf(row))
    if (group === undefined) groups.set(minuteOf(row), [row])
    else group.push(row)
  }
  return groups
}

/** min, max and last of each column; max and last null where they are the same. */
function summarise(rows: readonly StreamRow[], width: number): (number | null)[] {
  const result: (number | null)[] = []
  for (let column = 0; column < width; column++) {
    let [min, max, last]: (number | null)[] = [null, null, null]
    for (const { values } of rows) {
      const value = values[column] ?? null
      if (value === null) continue
      if (min === null || min === undefined || value < min) min = value
      if (max === null || max === undefined || value > max) max = value
      last = value
    }
    result.push(min ?? null, max === min ? null : (max ?? null), last === min ? null : (last ?? null))
  }
  return result
}

function parseValues(text: string): (number | null)[] | null {
  try {
    const values = JSON.parse(text) as unknown
    const isRow =
      Array.isArray(values) && values.every((value) => value === null || typeof value === 'number')
    return isRow ? (values as (number | null)[]) : null
  } catch {
    return null
  }
}
