import type { Database } from './open-database'
import type { Subject } from './recorder-types'
import { columnsOf, type StoredStream } from './schema'

export interface SubjectIds {
  target: number
  /** 0: the host. */
  process: number
}

export interface Span {
  fromMs: number
  toMs: number
}

/** Numbers of targets, processes and series, made when they are first needed, and when each was seen. */
export interface SubjectTable {
  /** Notes the time, too. Inside a transaction. */
  see(subject: Subject, atMs: number): SubjectIds
  seriesOf(subject: Subject, stream: StoredStream): number
  /** The number of a text of a process's state. */
  stateOf(subject: Subject, text: string): number
  /** Writes what was seen. Inside a transaction; `clearSpans` after it. */
  writeSpans(): void
  clearSpans(): void
  /** A transaction was rolled back, or subjects were deleted: what is known by heart may not be there. */
  forget(): void
}

export function createSubjectTable(db: Database): SubjectTable {
  const ids = new Map<string, SubjectIds>()
  const series = new Map<string, number>()
  const names = new Map<number, string>()
  const targetSpans = new Map<number, Span>()
  const processSpans = new Map<number, Span>()
  const insertTarget = db.prepare('INSERT OR IGNORE INTO target (spec) VALUES (?)')
  const findTarget = db.prepare('SELECT id FROM target WHERE spec = ?')
  const insertProcess = db.prepare(
    'INSERT OR IGNORE INTO process (target, pid, start_ticks, boot, comm) VALUES (?, ?, ?, ?, ?)',
  )
  const updateName = db.prepare('UPDATE process SET comm = ?1 WHERE id = ?2 AND comm <> ?1')
  const findProcess = db.prepare(
    'SELECT id FROM process WHERE target = ? AND pid = ? AND start_ticks = ? AND boot = ?',
  )
  const insertSeries = db.prepare(
    'INSERT OR IGNORE INTO series (target, process, stream, columns) VALUES (?, ?, ?, ?)',
  )
  const findSeries = db.prepare(
    'SELECT id FROM series WHERE target = ? AND process = ? AND stream = ? AND columns = ?',
  )
  const insertState = db.prepare('INSERT OR IGNORE INTO state_text (process, text) VALUES (?, ?)')
  const findState = db.prepare('SELECT id FROM state_text WHERE process = ? AND text = ?')
  const [updateTarget, updateProcess] = ['target', 'process'].map((table) =>
    db.prepare(
      `UPDATE ${table} SET first_at = min(coalesce(first_at, ?1), ?1), last_at = max(coalesce(last_at, ?2), ?2) WHERE id = ?3`,
    ),
  )
  /** What lies there from before, of which nothing is known by heart. */
  let isStale = true
  const idOf = (row: unknown): number => (row as { id: number }).id

  /** A process is called what it called itself last. */
  function noteName({ process }: Subject, id: number): void {
    if (process === null || process.comm === '' || names.get(id) === process.comm) return
    names.set(id, process.comm)
    updateName.run(process.comm, id)
  }

  function idsOf(subject: Subject): SubjectIds {
    const text = subjectText(subject)
    const known = ids.get(text)
    if (known !== undefined) return known
    insertTarget.run(subject.targetSpec)
    const found = { target: idOf(findTarget.get(subject.targetSpec)), process: 0 }
    if (subject.process !== null) {
      const { pid, startTimeTicks, bootId, comm } = subject.process
      insertProcess.run(found.target, pid, startTimeTicks, bootId, comm)
      found.process = idOf(findProcess.get(found.target, pid, startTimeTicks, bootId))
    }
    ids.set(text, found)
    return found
  }

  return {
    see(subject, atMs) {
      const found = idsOf(subject)
      widen(targetSpans, found.target, atMs)
      if (found.process !== 0) {
        noteName(subject, found.process)
        widen(processSpans, found.process, atMs)
      }
      return found
    },
    seriesOf(subject, stream) {
      const text = `${subjectText(subject)}\n${stream}`
      const known = series.get(text)
      if (known !== undefined) return known
      const { target, process } = idsOf(subject)
      const columns = columnsOf(stream).join()
      insertSeries.run(target, process, stream, columns)
      const id = idOf(findSeries.get(target, process, stream, columns))
      series.set(text, id)
      return id
    },
    stateOf(subject, text) {
      const { process } = idsOf(subject)
      insertState.run(process, text)
      return idOf(findState.get(process, text))
    },
    writeSpans() {
      if (isStale) for (const table of ['target', 'process']) widenByPending(db, table)
      for (const [id, { fromMs, toMs }] of targetSpans) updateTarget?.run(fromMs, toMs, id)
      for (const [id, { fromMs, toMs }] of processSpans) updateProcess?.run(fromMs, toMs, id)
    },
    clearSpans() {
      isStale = false
      targetSpans.clear()
      processSpans.clear()
    },
    forget() {
      isStale = true
      for (const known of [ids, series, names, targetSpans, processSpans]) known.clear()
    },
  }
}

function widenByPending(db: Database, table: string): void {
  db.exec(`
    UPDATE ${table} SET first_at = min(coalesce(first_at, seen.first), seen.first),
                        last_at = max(coalesce(last_at, seen.last), seen.last)
    FROM (SELECT s.${table} AS subject, min(p.at) AS first, max(p.at) AS last
          FROM pending p JOIN series s ON s.id = p.series
          WHERE s.stream IN ('process', 'host') GROUP BY s.${table}) AS seen
    WHERE ${table}.id = seen.subject`)
}

function widen(spans: Map<number, Span>, id: number, atMs: number): void {
  const span = spans.get(id)
  if (span === undefined) spans.set(id, { fromMs: atMs, toMs: atMs })
  else {
    span.fromMs = Math.min(span.fromMs, atMs)
    span.toMs = Math.max(span.toMs, atMs)
  }
}

export function subjectText({ targetSpec, process }: Subject): string {
  return process === null
    ? targetSpec
    : `${targetSpec}\n${process.pid}:${process.startTimeTicks}:${process.bootId}`
}
