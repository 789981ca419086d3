import LibsqlDatabase from 'libsql'
import { isUnreadable, makeWay, setAside } from './open-database'

/**
 * One program at a time writes a recording: what it holds in memory must not be held by another one, too. The lock is one of
 * the system, on a file of its own, and goes with the process. It is not the database's own, because libsql keeps a connection
 * open until its statements are collected.
 */
export interface RecordingLock {
  release(): void
}

/** Throws `SQLITE_BUSY` when another program has it. */
export function takeRecordingLock(file: string): RecordingLock {
  const path = `${file}-lock`
  makeWay(path)
  try {
    return take(path)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    setAside(path)
    return take(path)
  }
}

function take(path: string): RecordingLock {
  const db = new LibsqlDatabase(path)
  try {
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw error
  }
  return { release: () => db.close() }
}
