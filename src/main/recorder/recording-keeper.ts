import { AppError } from '#core/errors'
import { boundNotes } from './bound-notes'
import { isFault, kindOf } from './failure-kind'
import { finishSteps } from './finish-steps'
import { createLastingNotes } from './lasting-notes'
import { isUnreadable, setAside } from './open-database'
import { takeRecordingLock, type RecordingLock } from './recording-lock'
import { openRecording, type Recording } from './recording'
import { retainForAWhile } from './retain-for-a-while'
import { giveUpReserve, keepReserve } from './room-reserve'
import type { RecorderProblem, Retention } from '#core/snapshot/history'
import {
  isStepped,
  type Batch,
  type IncidentQuery,
  type NoteItem,
  type RecorderRequests,
  type RecorderRequestName,
  type RowItem,
  type SteppedRequestName,
  type Steps,
} from './recorder-types'

/** What waits while nothing can be written; some two minutes of 20 targets with five processes each. */
const maxRows = 30_000
const maxNotes = 3000
/** A disk that is full is full for a while. */
const retryMs = 1500
const retainEveryMs = 20_000
/** Attempts that fail for no reason of the disk: then what waits is given up, then the file. */
const faultsOfBatch = 3
const faultsOfFile = 6

const defaultRetention: Retention = { maxAgeMs: 7 * 86_400_000, maxBytes: 1024 ** 3 }

export interface KeeperOptions {
  file: string
  onProblem: (problem: RecorderProblem) => void
  /** Swapped in tests. */
  now?: () => number
}

/** Holds a recording open, whatever happens to its file: what can't be written waits, and what waits too long is counted. */
export interface RecordingKeeper {
  add(batch: Batch): void
  /** Writes what waits. Called about once a second, also when nothing came. */
  turn(): void
  answer<Name extends RecorderRequestName>(
    name: Name,
    params: RecorderRequests[Name][0],
  ): RecorderRequests[Name][1]
  /** The same in steps, between which it may be given batches and turns. */
  answerInSteps<Name extends SteppedRequestName>(name: Name, query: IncidentQuery): Steps<Name>
}

export function createRecordingKeeper({ file, onProblem, now = Date.now }: KeeperOptions): RecordingKeeper {
  let lock: RecordingLock | null = null
  let recording: Recording | null = null
  let rows: RowItem[] = []
  let notes: NoteItem[] = []
  const lasting = createLastingNotes()
  let dropped = 0
  let problem: RecorderProblem['kind'] | null = null
  let faults = 0
  let retryAtMs = 0
  let retainAtMs = 0
  let retention = defaultRetention
  /** Since this was started. */
  let chosenRetention: Retention | null = null
  let isRetentionKept = true

  function tell(kind: RecorderProblem['kind'], message: string, path: string | null = null): void {
    onProblem({ kind, message: message.slice(0, 300), path })
  }

  function open(): Recording {
    if (recording !== null) return recording
    lock ??= takeRecordingLock(file)
    const opened = openRecording(file)
    recording = opened
    if (chosenRetention === null) retention = opened.keptRetention() ?? retention
    else isRetentionKept = false
    if (opened.asidePath !== null) beginAnew(opened.asidePath)
    return opened
  }

  /** Of a time that was set at most `waitMs` ahead: a clock that was set back does not make it longer. */
  function isAhead(atMs: number, waitMs: number): boolean {
    const leftMs = atMs - now()
    return leftMs > 0 && leftMs <= waitMs
  }

  function beginAnew(path: string): void {
    tellLasting()
    tell('set-aside', 'the recording was not readable', path)
  }

  /** To a recording that knows nothing yet. */
  function tellLasting(): void {
    const waiting = new Set(notes)
    notes.unshift(...lasting.all().filter((note) => !waiting.has(note)))
  }

  /** Runs a write; false: it could not be done, and is to be tried again later. */
  function attempt(job: (recording: Recording) => void): boolean {
    if (isAhead(retryAtMs, retryMs)) return false
    try {
      job(open())
      if (problem !== null) tell('resumed', 'recording goes on')
      problem = null
      faults = 0
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }

  function fail(error: unknown): void {
    retryAtMs = now() + retryMs
    const kind = kindOf(error, file)
    if (kind !== problem) tell(kind, String(error))
    problem = kind
    if (kind === 'full' || kind === 'busy') return
    closeRecording()
    if (lock === null || kind !== 'failed') return
    if (isUnreadable(error)) moveAside()
    else if (isFault(error)) endFault()
  }

  /** Neither a reading that does not go in nor a file that is broken in itself may end the recording for good. */
  function endFault(): void {
    faults++
    if (faults === faultsOfBatch) {
      dropped += rows.length + notes.length
      rows = []
      notes = []
    }
    if (faults === faultsOfFile) moveAside()
  }

  function moveAside(): void {
    try {
      beginAnew(setAside(file))
      retryAtMs = 0
      faults = 0
    } catch (error) {
      tell('failed', String(error))
    }
  }

  function closeRecording(): void {
    try {
      recording?.close()
    } catch {
      // It is not used any more in any case.
    }
    recording = null
  }

  function bound(): void {
    const overRows = rows.length - maxRows
    if (overRows > 0) {
      rows = rows.slice(overRows)
      dropped += overRows
    }
    const before = notes.length
    notes = boundNotes(notes, maxNotes)
    dropped += before - notes.length
  }

  /** Somebody deleted or replaced the file: what is written to it from now on, nobody would find. */
  function reopenReplaced(): void {
    if (recording === null || recording.isInPlace()) return
    closeRecording()
    // Its folder may have gone with it, and the file of the lock.
    lock?.release()
    lock = null
    tellLasting()
  }

  function write(): void {
    reopenReplaced()
    attempt((open) => {
      // First: while packing fails, what comes in must not fill the disk unpacked.
      open.seal()
      if (rows.length > 0 || notes.length > 0) open.write(rows, notes)
      rows = []
      notes = []
    })
    bound()
  }

  /** Not while the disk is full, but then. */
  function keepRetention(): void {
    const chosen = chosenRetention
    if (chosen === null || isRetentionKept) return
    isRetentionKept = attempt((open) => open.keepRetention(chosen))
  }

  function retain(): void {
    keepRetention()
    if (isAhead(retainAtMs, retainEveryMs)) return
    let isMore = false
    const isDone = attempt((open) => {
      isMore = retainForAWhile(open, retention, now())
      if (!isMore) keepReserve(file, retention.maxBytes)
    })
    retainAtMs = isDone && isMore ? 0 : now() + retainEveryMs
  }

  function ask<Name extends RecorderRequestName>(
    name: Name,
    params: RecorderRequests[Name][0],
  ): RecorderRequests[RecorderRequestName][1] {
    if (name === 'close') {
      write()
      closeRecording()
      lock?.release()
      lock = null
      return null
    }
    if (name === 'setRetention') {
      const chosen = params as Retention
      chosenRetention = chosen
      retention = chosen
      isRetentionKept = false
      // A full disk: what is deleted now makes room, but to delete needs some first.
      if (problem === 'full' && giveUpReserve(file)) retryAtMs = 0
      keepRetention()
      retainAtMs = 0
      return null
    }
    write()
    if (name === 'stats')
      return {
        bytes: recording?.bytes() ?? 0,
        oldestMs: recording?.oldestMs() ?? null,
        dropped,
        retention,
      }
    if (isStepped(name)) return finishSteps(answerInSteps(name, params as IncidentQuery))
    if (recording === null) throw notOpen()
    const answers = recording as unknown as Record<
      string,
      (params: unknown) => RecorderRequests[RecorderRequestName][1]
    >
    return answers[name]?.(params) ?? null
  }

  function* answerInSteps<Name extends SteppedRequestName>(name: Name, query: IncidentQuery): Steps<Name> {
    write()
    const asked = recording
    if (asked === null) throw notOpen()
    const steps = asked[name](query)
    for (;;) {
      // It may have been closed since the last one, and have another one in its place.
      if (recording !== asked) throw notOpen()
      const step = steps.next()
      if (step.done === true) return step.value
      yield
    }
  }

  return {
    answerInSteps,
    add(batch) {
      dropped += batch.dropped
      const newRows = batch.rows.filter(({ row }) => isTime(row.atMs))
      const newNotes = batch.notes.filter(({ atMs }) => isTime(atMs))
      dropped += batch.rows.length - newRows.length + batch.notes.length - newNotes.length
      for (const note of newNotes) lasting.remember(note)
      rows = rows.concat(newRows)
      notes = notes.concat(newNotes)
      bound()
    },
    turn() {
      write()
      retain()
    },
    answer: (name, params) => ask(name, params),
  }
}

const notOpen = (): AppError => new AppError('failed', 'the recording is not open')

/** One without it belongs to no minute. */
function isTime(atMs: number): boolean {
  return Number.isSafeInteger(Math.round(atMs))
}
