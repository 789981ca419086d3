import { AppError } from '#core/errors'
import type { HostFacts, ProcessFacts } from '#core/metrics/samples'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { BalloonProof } from '#core/balloon/types'
import type { SessionEvent } from '#core/ipc/contract'
import { keepAsked } from '#core/snapshot/cut-incident'
import type { HandMark, Incident, IncidentProcess, RawReading, StreamColumns } from '#core/snapshot/incident'
import { streamColumns, type ProcessState, type StreamId } from '#core/snapshot/sample-parts'
import type { Verdict } from '#core/verdict/verdict'
import type { MinuteStore } from './minute-store'
import { selectNote, unpackNote } from './note-text'
import { isUnreadable, type Database, type Statement } from './open-database'
import { readAround } from './read-around'
import { findSeries, readRows } from './read-series'
import type { TimeRange, TopReading, TopRow } from '#core/snapshot/history'
import { stateAgainMs, type IncidentQuery, type NoteKind } from './recorder-types'
import { asBytes, asNumber, textOf } from './stored-value'

/** A day, and an hour around it: what a file of it, and the memory to make one, are made for. */
const longestMs = 25 * 3_600_000
/** The first sample shows a walk that was made before it. */
const lookBackMs = 600_000
const maxEvents = 20_000
export const noteColumns = `SELECT id, ${asNumber('at', 'atMs')}, ${selectNote('data')} FROM note`
const processStreams = ['process', 'rollup', 'go', 'cgroup'] as const

interface StoredNote {
  id: number
  atMs: number
  value: unknown
}

/**
 * Everything of a stretch of time, without heap profiles (`readProfiles`). In steps of a stream each: a day of many processes
 * takes longer than what comes in meanwhile may wait.
 */
export function* readIncident(
  db: Database,
  minutes: MinuteStore,
  query: IncidentQuery,
): Generator<void, Incident> {
  const { targetSpec, fromMs, toMs } = query
  if (toMs - fromMs > longestMs) throw new AppError('too-large', 'at most a day and an hour at once')
  const target = db.prepare('SELECT id FROM target WHERE spec = ?').get(targetSpec) as
    { id: number } | undefined
  if (target === undefined) throw new AppError('gone', 'nothing of this target is recorded')
  const readStream = (key: ProcessKey | null, stream: StreamId): StreamColumns => {
    const isOwnClock = stream === 'rollup' || stream === 'go'
    const range = { fromMs: isOwnClock ? fromMs - lookBackMs : fromMs, toMs }
    const rows = readRows(db, minutes, findSeries(db, targetSpec, key, stream), stream, range)
    const first = rows.findIndex(({ atMs }) => atMs >= fromMs)
    return toColumns(
      rows.slice(Math.max(0, (first < 0 ? rows.length : first) - (isOwnClock ? 1 : 0))),
      stream,
    )
  }
  const processes: IncidentProcess[] = []
  const keys = [...new Map(query.keys.map((key) => [toKeyText(key), key])).values()]
  for (const key of keys) {
    const found = readProcess(db, minutes, { targetSpec, target: target.id }, key, query)
    if (found === null) continue
    const streams: Partial<IncidentProcess['streams']> = {}
    for (const stream of processStreams) {
      yield
      streams[stream] = readStream(key, stream)
    }
    processes.push({ ...found, streams: streams as IncidentProcess['streams'] })
  }
  yield
  return {
    label: targetSpec,
    fromMs,
    toMs,
    host: (latestNote(db, target.id, 0, 'hostFacts', toMs)?.value as HostFacts | undefined) ?? unknownHost(),
    hostStream: readStream(null, 'host'),
    processes,
    ...keepAsked(
      {
        events: readEvents(db, target.id, query),
        readings: readNotes(db, target.id, 0, 'reading', query).flatMap(({ value }) => value as RawReading[]),
      },
      keys,
    ),
    marks: readMarks(db, targetSpec, query),
    profiles: [],
    top: readTop(db, target.id, query),
  }
}

export function readMarks(db: Database, targetSpec: string, { fromMs, toMs }: TimeRange): HandMark[] {
  return db
    .prepare(
      `SELECT ${asBytes('m.id', 'id')}, ${asNumber('m.at', 'atMs')}, ${asBytes('m.text', 'text')} FROM mark m JOIN target t ON t.id = m.target
       WHERE t.spec = ? AND m.at BETWEEN ? AND ? ORDER BY m.at`,
    )
    .all(targetSpec, fromMs, toMs)
    .map((row) => {
      const { id, atMs, text } = row as { id: unknown; atMs: number; text: unknown }
      return { id: textOf(id), atMs, text: textOf(text) }
    })
}

/** The recorded tops of the process table, in order of time. */
export function readTop(db: Database, target: number, range: TimeRange): TopReading[] {
  return readNotes(db, target, 0, 'top', range).map(({ atMs, value }) => ({ atMs, rows: value as TopRow[] }))
}

/** Notes of one kind, in order of time. */
function readNotes(
  db: Database,
  target: number,
  process: number,
  kind: NoteKind,
  { fromMs, toMs }: TimeRange,
): StoredNote[] {
  const select = db.prepare(
    `${noteColumns} WHERE target = ? AND process = ?
     AND kind = ? AND at BETWEEN ? AND ? ORDER BY at, id LIMIT ${maxEvents}`,
  )
  const read = (from: number, to: number): unknown[] => select.all(target, process, kind, from, to)
  return toNotes(readAround(Math.ceil(fromMs), Math.floor(toMs), read)).slice(0, maxEvents)
}

/** The one that held then; what came first when none did. */
function latestNote(
  db: Database,
  target: number,
  process: number,
  kind: NoteKind,
  atMs: number,
): StoredNote | undefined {
  const where = `${noteColumns} WHERE target = ? AND process = ? AND kind = ?`
  const before = db.prepare(`${where} AND at <= ? ORDER BY at DESC, id DESC LIMIT 1`)
  const after = db.prepare(`${where} AND at > ? ORDER BY at, id LIMIT 1`)
  const read = (select: Statement): unknown[] => {
    try {
      return select.all(target, process, kind, atMs)
    } catch (error) {
      // What a process is called is not worth its numbers.
      if (isUnreadable(error)) return []
      throw error
    }
  }
  return toNotes([...read(before), ...read(after)])[0]
}

function toNotes(rows: unknown[]): StoredNote[] {
  return (rows as { id: number; atMs: number }[]).flatMap((row) => {
    const value = unpackNote(row)
    return value === null ? [] : [{ id: row.id, atMs: row.atMs, value }]
  })
}

function readProcess(
  db: Database,
  minutes: MinuteStore,
  { targetSpec, target }: { targetSpec: string; target: number },
  key: ProcessKey,
  range: TimeRange,
): Omit<IncidentProcess, 'streams'> | null {
  const found = db
    .prepare(
      `SELECT id, ${asBytes('comm')} FROM process WHERE target = ? AND pid = ? AND start_ticks = ?
       ORDER BY coalesce(first_at, 0) > ?, last_at DESC LIMIT 1`,
    )
    .get(target, key.pid, key.startTimeTicks, range.toMs) as { id: number; comm: unknown } | undefined
  if (found === undefined) return null
  const before = (kind: NoteKind): unknown => {
    const note = latestNote(db, target, found.id, kind, range.toMs)
    return note !== undefined && note.atMs <= range.toMs ? note.value : null
  }
  return {
    key,
    facts:
      (latestNote(db, target, found.id, 'processFacts', range.toMs)?.value as ProcessFacts | undefined) ??
      unknownProcess(key, textOf(found.comm)),
    states: readStates(db, minutes, targetSpec, key, range),
    verdict: before('verdict') as Verdict | null,
    proof: before('proof') as BalloonProof | null,
  }
}

/** The one that held at the beginning, and all after it. */
function readStates(
  db: Database,
  minutes: MinuteStore,
  targetSpec: string,
  key: ProcessKey,
  { fromMs, toMs }: TimeRange,
): IncidentProcess['states'] {
  const series = findSeries(db, targetSpec, key, 'state')
  const marginMs = stateAgainMs + lookBackMs
  const near = readRows(db, minutes, series, 'state', { fromMs: fromMs - marginMs, toMs: toMs + marginMs })
  const within = near.filter(({ atMs }) => atMs <= toMs)
  // Retention may have taken the one that held: the next one is the nearest to the truth.
  const rows = within.length > 0 ? within : near.slice(0, 1)
  const held = rows.findLastIndex(({ atMs }) => atMs <= fromMs)
  const find = db.prepare(`SELECT ${selectNote('text')} FROM state_text WHERE id = ?`)
  // A busy process goes back and forth between few of them.
  const known = new Map<number, ProcessState | null>()
  const stateOf = (id: number): ProcessState | null => {
    const state = known.get(id) ?? (unpackNote(find.get(id)) as ProcessState | null)
    known.set(id, state)
    return state
  }
  const states = rows.slice(Math.max(0, held)).flatMap(({ atMs, values }) => {
    const state = stateOf(values[0] ?? 0)
    return state === null ? [] : [{ atMs, state }]
  })
  const [first, ...later] = states
  return first === undefined ? [] : [{ ...first, atMs: Math.min(first.atMs, fromMs) }, ...later]
}

/** The first 20,000 of what happened, in order of time. */
export function readEvents(db: Database, target: number, range: TimeRange): SessionEvent[] {
  return readNotes(db, target, 0, 'event', range).map(({ id, value }) => ({
    ...(value as SessionEvent),
    id,
  }))
}

function toColumns(rows: ReturnType<typeof readRows>, stream: StreamId): StreamColumns {
  return {
    atMs: Float64Array.from(rows, ({ atMs }) => atMs),
    columns: Object.fromEntries(
      streamColumns[stream].map((name, index) => [
        name,
        Float64Array.from(rows, ({ values }) => values[index] ?? NaN),
      ]),
    ),
  }
}

/** Samples that came before their facts, and no facts after them. */
function unknownProcess(key: ProcessKey, comm: string): ProcessFacts {
  return {
    key,
    comm,
    cmdline: null,
    uid: null,
    user: null,
    exePath: null,
    cgroupPath: null,
    isGo: null,
    goVersion: null,
    goModule: null,
    isRaceBuild: null,
    goEnvironment: null,
    madvise: 'unknown',
    madviseWhy: null,
    build: null,
    absent: {},
  }
}

function unknownHost(): HostFacts {
  return {
    hostname: null,
    kernelRelease: null,
    os: 'other',
    arch: null,
    bootId: null,
    pageSizeBytes: 4096,
    clockTicksPerSecond: 100,
    cpuCount: null,
    thpEnabled: null,
    thpDefrag: null,
    kernelMemory: {
      madvFreeCounted: null,
      lazyFreeReported: null,
      smapsRollup: null,
      pressure: null,
      swapTotalBytes: null,
    },
    cgroupVersion: null,
    uid: null,
  }
}
