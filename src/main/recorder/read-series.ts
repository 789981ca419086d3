import type { StreamRow } from '#core/snapshot/sample-parts'
import type { ProcessKey } from '#core/process-key'
import { decodeChunk } from './chunk-codec'
import { minuteMs, type MinuteStore } from './minute-store'
import type { Database } from './open-database'
import { readAround } from './read-around'
import { columnsOf, type StoredStream } from './schema'
import { asBytes, bytesOf, textOf } from './stored-value'

/** One series of a recording: of one stream, with the columns that the build that wrote it had. */
export interface StoredSeries {
  id: number
  columns: string[]
}

/** All series of a host or a process, of every boot. */
export function findSeries(
  db: Database,
  targetSpec: string,
  key: ProcessKey | null,
  stream: StoredStream,
): StoredSeries[] {
  const from = `SELECT s.id, ${asBytes('s.columns', 'columns')} FROM series s JOIN target t ON t.id = s.target`
  const rows =
    key === null
      ? db.prepare(`${from} WHERE t.spec = ? AND s.process = 0 AND s.stream = ?`).all(targetSpec, stream)
      : db
          .prepare(
            `${from} JOIN process p ON p.id = s.process
             WHERE t.spec = ? AND s.stream = ? AND p.pid = ? AND p.start_ticks = ?`,
          )
          .all(targetSpec, stream, key.pid, key.startTimeTicks)
  return (rows as { id: number; columns: unknown }[]).map(({ id, columns }) => ({
    id,
    columns: textOf(columns).split(','),
  }))
}

/** The rows of a stretch of time, values in the stream's present order, in order of time. A minute that is broken is left out. */
export function readRows(
  db: Database,
  minutes: MinuteStore,
  series: readonly StoredSeries[],
  stream: StoredStream,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): StreamRow[] {
  const chunks = db.prepare(
    `SELECT ${asBytes('data')} FROM chunk WHERE series = ? AND minute BETWEEN ? AND ? ORDER BY minute`,
  )
  const found: StreamRow[] = []
  const isAsked = ({ atMs }: StreamRow): boolean => atMs >= fromMs && atMs <= toMs
  for (const { id, columns } of series) {
    const order = columnsOf(stream).map((name) => columns.indexOf(name))
    const arrange = ({ atMs, values }: StreamRow): StreamRow => ({
      atMs,
      values: order.map((index) => (index < 0 ? null : (values[index] ?? null))),
    })
    const read = (from: number, to: number): [unknown][] => chunks.raw().all(id, from, to) as [unknown][]
    for (const [data] of readAround(...minuteRange(fromMs, toMs), read))
      for (const row of rowsOf(data)) if (isAsked(row)) found.push(arrange(row))
    for (const row of minutes.openRows(id)) if (isAsked(row)) found.push(arrange(row))
  }
  found.sort((a, b) => a.atMs - b.atMs)
  // After a restart the last walk comes again.
  return found.filter(({ atMs }, index) => atMs !== found[index - 1]?.atMs)
}

export function minuteRange(fromMs: number, toMs: number): [number, number] {
  return [Math.floor(fromMs / minuteMs), Math.floor(toMs / minuteMs)]
}

function rowsOf(data: unknown): StreamRow[] {
  try {
    return decodeChunk(bytesOf(data) ?? new Uint8Array())
  } catch {
    return []
  }
}
