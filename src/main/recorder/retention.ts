import { statSync } from 'node:fs'
import type { Database } from './open-database'
import type { Retention } from '#core/snapshot/history'
import { minuteTable, streamIds } from './schema'
import { minuteMs } from './minute-store'
import { reservedBytes, reservePath } from './room-reserve'
import { asBytes, asNumber, textOf } from './stored-value'

/** Rows that go in one step, so that a step is short: one minute of 200 series or so. */
const stepRows = 400
/** A step must fit into the room that is reserved. */
const vacuumPages = 1000
/** What the log beside the database may take at most, and the part of the whole that is deleted at. */
const logBytes = 8 * 1024 * 1024
const fillShare = 0.95

export interface RetentionStep {
  /** There may be more to delete. */
  isMore: boolean
}

/** Everything that the recording takes on disk. */
export function bytesOnDisk(file: string): number {
  let bytes = 0
  for (const path of [file, `${file}-wal`, reservePath(file)])
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

export function oldestMinuteMs(db: Database): number | null {
  const row = db
    .prepare(`SELECT ${asNumber('minute', 'oldest')} FROM chunk ORDER BY minute LIMIT 1`)
    .get() as { oldest: number } | undefined
  return row === undefined ? null : row.oldest * minuteMs
}

/** Deletes the oldest that is over the age or the size, a bounded part of it, and gives the room back. */
export function retain(db: Database, { maxAgeMs, maxBytes }: Retention, nowMs: number): RetentionStep {
  const ownBytes = maxBytes - logBytes - reservedBytes(maxBytes)
  const isTooLarge = usedBytes(db) > Math.max(ownBytes, maxBytes / 2) * fillShare
  const oldest = oldestMinuteMs(db)
  if (oldest === null || (!isTooLarge && oldest + minuteMs > nowMs - maxAgeMs)) {
    const { changes } = isTooLarge ? dropOldNotes(db, nowMs - minuteMs) : dropOldNotes(db, nowMs - maxAgeMs)
    return { isMore: isTooLarge && changes > 0 }
  }
  db.exec('BEGIN IMMEDIATE')
  const cutoffMs = dropChunks(db, isTooLarge ? Infinity : nowMs - maxAgeMs)
  dropSubjects(db, cutoffMs)
  db.exec('COMMIT')
  dropOldNotes(db, cutoffMs)
  db.prepare(`PRAGMA incremental_vacuum(${vacuumPages})`).all()
  return { isMore: true }
}

function usedBytes(db: Database): number {
  const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
    Number(db.prepare(`PRAGMA ${name}`).raw().all().flat()[0]),
  )
  return ((pages ?? 0) - (free ?? 0)) * (size ?? 0)
}

/** Returns the time before which nothing is left, about. */
function dropChunks(db: Database, beforeMs: number): number {
  const rows = db
    .prepare(
      `SELECT c.id, ${asNumber('c.series', 'series')}, ${asNumber('c.minute', 'minute')}, ${asBytes('s.stream', 'stream')}
       FROM chunk c LEFT JOIN series s ON s.id = c.series
       ORDER BY c.minute LIMIT ${stepRows}`,
    )
    .all() as { id: number; series: number; minute: number; stream: unknown }[]
  const dropChunk = db.prepare('DELETE FROM chunk WHERE id = ?')
  const dropMinute = new Map(
    streamIds.map((stream) => [
      stream as string,
      db.prepare(`DELETE FROM ${minuteTable(stream)} WHERE series = ? AND minute = ? AND chunk = ?`),
    ]),
  )
  let cutoffMs = 0
  for (const { id, series, minute, stream } of rows) {
    if ((minute + 1) * minuteMs > beforeMs) break
    dropChunk.run(id)
    dropMinute.get(textOf(stream))?.run(series, minute, id)
    cutoffMs = minute * minuteMs
  }
  return cutoffMs
}

function dropSubjects(db: Database, cutoffMs: number): void {
  for (const table of ['target', 'process']) {
    db.prepare(`UPDATE ${table} SET first_at = max(first_at, ?1) WHERE first_at < ?1`).run(cutoffMs)
    // What was read in the last minute is not packed yet, and belongs to somebody.
    const gone = db
      .prepare(
        `SELECT id FROM ${table} WHERE last_at < ? AND id NOT IN
           (SELECT s.${table} FROM series s JOIN pending p ON p.series = s.id)`,
      )
      .all(cutoffMs) as { id: number }[]
    for (const { id } of gone) {
      db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id)
      // The next one may have its number, and must not have its notes.
      if (table === 'target') db.prepare('DELETE FROM note WHERE target = ?').run(id)
    }
  }
  db.exec(`
    DELETE FROM series WHERE target NOT IN (SELECT id FROM target)
      OR (process <> 0 AND process NOT IN (SELECT id FROM process));
    DELETE FROM state_text WHERE process NOT IN (SELECT id FROM process);
    DELETE FROM mark WHERE target NOT IN (SELECT id FROM target)`)
}

/** What holds until the next of its kind stays while it holds. */
function dropOldNotes(db: Database, cutoffMs: number): { changes: number } {
  return db
    .prepare(
      `DELETE FROM note WHERE id IN (SELECT n.id FROM note n WHERE n.at < ?1 AND (
         n.kind IN ('event', 'top', 'profile')
         OR (n.process <> 0 AND n.process NOT IN (SELECT id FROM process))
         OR EXISTS (SELECT 1 FROM note l WHERE l.target = n.target AND l.process = n.process AND l.kind = n.kind
                    AND l.at > n.at AND l.at < ?1)) LIMIT 5000)`,
    )
    .run(cutoffMs)
}
