import { statSync } from 'node:fs'
import { AppError } from '#core/errors'
import { createMinuteStore, toKeptRow } from './minute-store'
import { packNote, selectNote, unpackNote } from './note-text'
import { closedOnError, openDatabase, rollBack } from './open-database'
import { readHistory } from './read-history'
import { readIncident, readEvents, readMarks, readTop } from './read-incident'
import { listProfiles, readProfiles } from './read-profiles'
import type { RecordedProcess, Retention, TimeRange, TopReading } from '#core/snapshot/history'
import type { NoteItem, RecorderRequests, RowItem, SteppedRequestName, Steps } from './recorder-types'
import { bytesOnDisk, oldestMinuteMs, retain } from './retention'
import type { StoredStream } from './schema'
import { asBytes, asNumber, textOf } from './stored-value'
import { createSubjectTable } from './subject-ids'

const maxMarks = 10_000

type Answers = {
  [Name in Exclude<keyof RecorderRequests, SteppedRequestName | 'stats' | 'setRetention' | 'close'>]: (
    params: RecorderRequests[Name][0],
  ) => RecorderRequests[Name][1]
} & {
  [Name in SteppedRequestName]: (params: RecorderRequests[Name][0]) => Steps<Name>
}

/** One open database. Everything throws what SQLite says, with nothing half done. */
export interface Recording extends Answers {
  readonly asidePath: string | null
  /** All or nothing. Rows and notes are as the caller has them: they are made small here. */
  write(rows: readonly RowItem[], notes: readonly NoteItem[]): void
  /** Packs what is over; false when nothing was. */
  seal(): boolean
  /** One step; true when there may be more to do. */
  retain(retention: Retention, nowMs: number): boolean
  /** As it was set last; null: never. */
  keptRetention(): Retention | null
  keepRetention(retention: Retention): void
  oldestMs(): number | null
  bytes(): number
  /** False: another file, or none, has its name. */
  isInPlace(): boolean
  close(): void
}

type StoredRow = Omit<RowItem, 'stream'> & { stream: StoredStream }

export function openRecording(file: string): Recording {
  const { db, asidePath } = openDatabase(file)
  const inode = inodeOf(file)
  const { subjects, minutes, insertNote } = closedOnError(db, () => ({
    subjects: createSubjectTable(db),
    minutes: createMinuteStore(db),
    insertNote: db.prepare('INSERT INTO note (target, process, kind, at, data) VALUES (?, ?, ?, ?, ?)'),
  }))

  function transact<T>(job: () => T): T {
    try {
      return job()
    } catch (error) {
      rollBack(db)
      subjects.forget()
      throw error
    }
  }

  function* stateRows(notes: readonly NoteItem[]): Iterable<StoredRow> {
    for (const { subject, kind, atMs, text } of notes)
      if (kind === 'state')
        yield { subject, stream: 'state', row: { atMs, values: [subjects.stateOf(subject, text)] } }
  }

  /** What was seen since the last minute is in no table yet. On a full disk the rest is answered all the same. */
  function writeSpans(): void {
    try {
      transact(() => {
        db.exec('BEGIN IMMEDIATE')
        subjects.writeSpans()
        db.exec('COMMIT')
        subjects.clearSpans()
      })
    } catch {
      // The next write tells what is wrong.
    }
  }

  function targetId(spec: string): number {
    const row = db.prepare('SELECT id FROM target WHERE spec = ?').get(spec) as { id: number } | undefined
    if (row === undefined) throw new AppError('gone', 'nothing of this target is recorded')
    return row.id
  }

  return {
    asidePath,
    write(rows, notes) {
      const written = transact(() => {
        db.exec('BEGIN IMMEDIATE')
        for (const { subject, kind, atMs, text } of notes) {
          if (kind === 'state') continue
          const { target, process } = subjects.see(subject, atMs)
          insertNote.run(target, process, kind, Math.round(atMs), packNote(text))
        }
        const ids = [...rows, ...stateRows(notes)].map(({ subject, stream, row }) => {
          const kept = toKeptRow(row)
          // The other streams have the times of readings that the polls repeat.
          if (stream === 'process' || stream === 'host') subjects.see(subject, kept.atMs)
          const series = subjects.seriesOf(subject, stream)
          return { series, stream, kept, id: minutes.write(series, kept) }
        })
        db.exec('COMMIT')
        return ids
      })
      for (const { series, stream, kept, id } of written) minutes.adopt(series, stream, id, kept)
    },
    seal() {
      const hasSealed = transact(() => minutes.seal(() => subjects.writeSpans()))
      if (hasSealed) subjects.clearSpans()
      return hasSealed
    },
    retain(retention, nowMs) {
      const { isMore } = transact(() => retain(db, retention, nowMs))
      if (isMore) subjects.forget()
      return isMore
    },
    keptRetention() {
      const row = db.prepare(`SELECT ${selectNote('value')} FROM setting WHERE name = 'retention'`).get()
      return parseRetention(unpackNote(row))
    },
    keepRetention(retention) {
      db.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES ('retention', ?)").run(
        JSON.stringify(retention),
      )
    },
    oldestMs: () => oldestMinuteMs(db) ?? minutes.oldestMs(),
    bytes: () => bytesOnDisk(file),
    isInPlace: () => inodeOf(file) === inode,
    close() {
      try {
        db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()
      } finally {
        db.close()
      }
    },
    history: (query) => readHistory(db, minutes, query),
    readIncident(query) {
      writeSpans()
      return readIncident(db, minutes, query)
    },
    listTargets() {
      writeSpans()
      const rows = db
        .prepare(
          `SELECT ${asBytes('spec')}, ${asNumber('first_at', 'fromMs')}, ${asNumber('last_at', 'toMs')} FROM target
           WHERE first_at IS NOT NULL ORDER BY last_at DESC`,
        )
        .all() as (TimeRange & { spec: unknown })[]
      return rows.map(({ spec, ...range }) => ({ targetSpec: textOf(spec), ...range }))
    },
    listProcesses({ targetSpec, fromMs, toMs }) {
      writeSpans()
      const rows = db.prepare(
        `SELECT ${asNumber('p.pid', 'pid')}, ${asNumber('p.start_ticks', 'startTimeTicks')},
           ${asBytes('p.comm', 'comm')}, ${asNumber('p.first_at', 'fromMs')}, ${asNumber('p.last_at', 'toMs')}
         FROM process p JOIN target t ON t.id = p.target
         WHERE t.spec = ? AND p.first_at <= ? AND p.last_at >= ? ORDER BY p.last_at DESC, p.pid`,
      )
      return (
        rows.all(targetSpec, toMs, fromMs) as (RecordedProcess['key'] & TimeRange & { comm: unknown })[]
      ).map(({ pid, startTimeTicks, comm, ...range }) => ({
        key: { pid, startTimeTicks },
        comm: textOf(comm),
        ...range,
      }))
    },
    readTop({ targetSpec, ...range }: { targetSpec: string } & TimeRange): TopReading[] {
      return readTop(db, targetId(targetSpec), range)
    },
    readProfiles: (query) => readProfiles(db, targetId(query.targetSpec), query),
    listProfiles: (query) => listProfiles(db, targetId(query.targetSpec), query),
    listEvents: ({ targetSpec, ...range }) => readEvents(db, targetId(targetSpec), range),
    listMarks: ({ targetSpec, ...range }) => readMarks(db, targetSpec, range),
    addMark({ targetSpec, mark }) {
      const { n } = db.prepare('SELECT count(*) AS n FROM mark').get() as { n: number }
      if (n >= maxMarks) throw new AppError('too-large', `at most ${maxMarks} marks`)
      // It may be of any time: nothing is recorded where only a mark is.
      db.prepare('INSERT INTO mark (id, target, at, text) VALUES (?, ?, ?, ?)').run(
        mark.id,
        targetId(targetSpec),
        Math.round(mark.atMs),
        mark.text,
      )
      return null
    },
    removeMark: ({ id }) => db.prepare('DELETE FROM mark WHERE id = ?').run(id).changes > 0,
  }
}

/** null: there is no such file, or no way to it any more. */
function inodeOf(file: string): number | null {
  try {
    return statSync(file).ino
  } catch {
    return null
  }
}

function parseRetention(value: unknown): Retention | null {
  const { maxAgeMs, maxBytes } = (value ?? {}) as Partial<Record<keyof Retention, unknown>>
  return typeof maxAgeMs === 'number' && typeof maxBytes === 'number' ? { maxAgeMs, maxBytes } : null
}
