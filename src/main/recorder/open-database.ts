import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
} from 'node:fs'
import { dirname } from 'node:path'
import LibsqlDatabase from 'libsql'
import { checkSchema } from './check-schema'
import { addMissingColumns, migrations, schemaVersion } from './schema'

export type Database = LibsqlDatabase.Database
export type Statement = LibsqlDatabase.Statement

const ownSuffixes = ['-wal', '-shm', '-journal']

/** No recording of this program, or of a later one of its kind. */
class UnreadableDatabase extends Error {}

/** A database that was opened, and where the one lies that could not be read. */
export interface OpenedDatabase {
  db: Database
  asidePath: string | null
}

/**
 * Opens or begins the recording at `file`. What is there and can't be read or written is given another name, never deleted.
 * Throws what SQLite or the file system says when no new one can be begun either, or when another process has it.
 */
export function openDatabase(file: string): OpenedDatabase {
  let asidePath = makeWay(file)
  for (const suffix of ownSuffixes) makeWay(file + suffix)
  try {
    return { db: openReadable(file), asidePath }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    asidePath = setAside(file)
    return { db: openReadable(file), asidePath }
  }
}

/** Also for a database that turns out to be broken later on. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof UnreadableDatabase || /^SQLITE_(NOTADB|CORRUPT|READONLY)/.test(codeOf(error))
}

export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Gives the recording and what belongs to it another name. A log of the old one must not be taken for one of the new one. */
export function setAside(file: string): string {
  const stem = `${file}.unreadable-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`
  let name = stem
  for (let count = 2; existsSync(name); count++) name = `${stem}-${count}`
  renameSync(file, name)
  for (const suffix of ownSuffixes) if (existsSync(file + suffix)) renameSync(file + suffix, name + suffix)
  return name
}

/**
 * What is no file is set aside unopened: a pipe would be waited for. So is a file of somebody else's, such as of a run as root, which
 * SQLite can't open at all. Returns its new name.
 */
export function makeWay(file: string): string | null {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const stats = lstatSync(file, { throwIfNoEntry: false })
  return stats === undefined || (stats.isFile() && isPermitted(file)) ? null : setAside(file)
}

function isPermitted(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
    return true
  } catch (error) {
    // Anything else SQLite tells better.
    return !/^(EACCES|EPERM)$/.test(codeOf(error))
  }
}

/** Command lines are in it. What SQLite puts beside it gets the same mode. */
function makePrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  try {
    chmodSync(file, 0o600)
  } catch {
    // Not ours: SQLite says what can be done with it.
  }
}

function openReadable(file: string): Database {
  makePrivate(file)
  const db = new LibsqlDatabase(file)
  return closedOnError(db, () => {
    run(db, 'auto_vacuum = INCREMENTAL')
    run(db, 'journal_mode = WAL')
    // With NORMAL a power cut takes all that the system has not written by itself: half a minute.
    run(db, 'synchronous = FULL')
    run(db, 'journal_size_limit = 4194304')
    const version = versionOf(db)
    if (version > schemaVersion) throw new UnreadableDatabase(`version ${version}`)
    if (version === 0 && count(db) > 0) throw new UnreadableDatabase('tables of something else')
    migrate(db, version)
    return db
  })
}

export function closedOnError<T>(db: Database, job: () => T): T {
  try {
    return job()
  } catch (error) {
    db.close()
    throw error
  }
}

function migrate(db: Database, from: number): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const step of migrations.slice(from)) step(db)
    checkSchema(db)
    addMissingColumns(db)
    // A write in any case: now it shows whether there may be one.
    db.exec(`PRAGMA user_version = ${schemaVersion}`)
    db.exec('COMMIT')
  } catch (error) {
    rollBack(db)
    // A table that must be there is not, or is another one.
    const isForeign = error instanceof RangeError || codeOf(error) === 'SQLITE_ERROR'
    throw isForeign ? new UnreadableDatabase(String(error)) : error
  }
}

/** After an error SQLite may have done it already. */
export function rollBack(db: Database): void {
  if (db.inTransaction) db.exec('ROLLBACK')
}

function run(db: Database, pragma: string): void {
  db.prepare(`PRAGMA ${pragma}`).all()
}

function versionOf(db: Database): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}

function count(db: Database): number {
  return (db.prepare('SELECT count(*) AS n FROM sqlite_master').get() as { n: number }).n
}
