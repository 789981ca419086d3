import { streamColumns, type StreamId } from '#core/snapshot/sample-parts'
import type { Database } from './open-database'
import { asBytes, textOf } from './stored-value'

/** What lies packed by the minute: the streams of numbers, and which text of `state_text` held from when. */
export type StoredStream = StreamId | 'state'

export function columnsOf(stream: StoredStream): readonly string[] {
  return stream === 'state' ? ['text'] : streamColumns[stream]
}

export function isStoredStream(name: string): name is StoredStream {
  return name === 'state' || name in streamColumns
}

export const streamIds = Object.keys(streamColumns) as StreamId[]

/**
 * From each version to the next one; the version of a database is its `user_version`. A migration is never changed again: what
 * changes is a new one at the end, with a test that starts from a database of every version before.
 */
export const migrations: readonly ((db: Database) => void)[] = [
  (db) =>
    db.exec(`
      CREATE TABLE target (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE, first_at INTEGER, last_at INTEGER);
      CREATE TABLE process (
        id INTEGER PRIMARY KEY, target INTEGER NOT NULL, pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL,
        boot TEXT NOT NULL, comm TEXT NOT NULL, first_at INTEGER, last_at INTEGER,
        UNIQUE (target, pid, start_ticks, boot));
      -- The names of its columns belong to a series: a build that has others begins a new one.
      CREATE TABLE series (
        id INTEGER PRIMARY KEY, target INTEGER NOT NULL, process INTEGER NOT NULL, stream TEXT NOT NULL,
        columns TEXT NOT NULL, UNIQUE (target, process, stream, columns));
      -- What came in the last minute, a row a reading, only ever appended to.
      CREATE TABLE pending (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL);
      -- A minute of a series, packed.
      CREATE TABLE chunk (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, minute INTEGER NOT NULL, data BLOB NOT NULL);
      CREATE INDEX chunk_of_series ON chunk (series, minute);
      -- A process has few states, between which it goes back and forth.
      CREATE TABLE state_text (id INTEGER PRIMARY KEY, process INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (process, text));
      -- process 0: of the host.
      CREATE TABLE note (
        id INTEGER PRIMARY KEY, target INTEGER NOT NULL, process INTEGER NOT NULL, kind TEXT NOT NULL,
        at INTEGER NOT NULL, data NOT NULL);
      CREATE INDEX note_of_subject ON note (target, process, kind, at);
      CREATE INDEX note_by_time ON note (at);
      CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE mark (id TEXT PRIMARY KEY, target INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL);
      ${streamIds
        .map(
          (stream) =>
            `CREATE TABLE ${minuteTable(stream)} (series INTEGER, minute INTEGER, chunk INTEGER,
              PRIMARY KEY (series, minute, chunk)) WITHOUT ROWID;`,
        )
        .join('\n')}`),
  // Minutes are not written in their order when a clock is set: the oldest are found by their time.
  (db) => db.exec('CREATE INDEX chunk_by_minute ON chunk (minute)'),
]

export const schemaVersion = migrations.length

/** What there is of each minute of a stream: the least, the most and the last of each column. */
export function minuteTable(stream: StreamId): string {
  return `minute_${stream}`
}

/** `max` and `last` are null where they are what `min` is. */
export function minuteColumns(column: string): [min: string, max: string, last: string] {
  return [`${column}_min`, `${column}_max`, `${column}_last`]
}

/** A column that a stream has gained gets its place; old minutes have null there. */
export function addMissingColumns(db: Database): void {
  for (const stream of streamIds) {
    const table = minuteTable(stream)
    const known = new Set(
      (
        db.prepare(`SELECT ${asBytes('name')} FROM pragma_table_info('${table}')`).all() as {
          name: unknown
        }[]
      ).map(({ name }) => textOf(name)),
    )
    for (const name of streamColumns[stream].flatMap(minuteColumns))
      if (!known.has(name)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${name} NUMERIC`)
  }
}
