import { randomUUID } from 'node:crypto'
import { AppError } from '#core/errors'
import type { BalloonProof } from '#core/balloon/types'
import type { ProfileInfo, SessionEvent } from '#core/ipc/contract'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { HandMark, Incident, IncidentProfile, RawReading } from '#core/snapshot/incident'
import {
  createSampleSplitter,
  toHostRow,
  type ProcessState,
  type SampleParts,
} from '#core/snapshot/sample-parts'
import { toNeutralText } from '#core/text/neutral-text'
import type { Verdict } from '#core/verdict/verdict'
import { boundNotes } from './bound-notes'
import { startRecorderThread } from './recorder-thread'
import type {
  History,
  HistoryQuery,
  RecordedProcess,
  RecordedTarget,
  RecorderProblem,
  RecorderStats,
  Retention,
  TimeRange,
  TopReading,
} from '#core/snapshot/history'
import {
  stateAgainMs,
  type Batch,
  type IncidentQuery,
  type NoteKind,
  type RowItem,
  type Subject,
} from './recorder-types'

/** With the write this is well below the two seconds that may be lost. */
const sendEveryMs = 500
/** While the thread is busy; a minute of 20 targets with five processes each. */
const maxRows = 15_000
const maxNotes = 2000
const maxNoteLength = 1_000_000
/** Of some 16 MB: one of 80,000 stacks has five. */
const maxProfileLength = 22_000_000
const maxMarkLength = 200
/** They are taken once a minute, of a poll that may come a little sooner than that after the last one. */
const topEveryMs = 50_000
const maxTopRows = 30
/** A verdict that says the same again. */
const verdictEveryMs = 60_000
const maxProcesses = 2000
/** Facts that say the same again: retention keeps an hour at least, and may have deleted who was away for longer. */
const factsAgainMs = 3_600_000

export interface RecorderOptions {
  file: string
  /** Each change once: that nothing can be recorded for now and why, and that it goes on. */
  onProblem: (problem: RecorderProblem) => void
}

/** Writes what was seen, and reads it again, in a thread: nothing here waits for a disk. */
export interface Recorder {
  recordHost(targetSpec: string, sample: HostSample): void
  recordProcess(targetSpec: string, sample: ProcessSample): void
  recordHostFacts(targetSpec: string, facts: HostFacts): void
  recordProcessFacts(targetSpec: string, facts: ProcessFacts): void
  recordEvent(event: SessionEvent): void
  recordVerdict(targetSpec: string, key: ProcessKey, verdict: Verdict): void
  recordProof(targetSpec: string, proof: BalloonProof): void
  /** At most one a minute of a target is kept, and of it the first 30 rows. */
  recordTop(targetSpec: string, reading: TopReading): void
  /** As it came. */
  recordProfile(targetSpec: string, profile: IncidentProfile): void
  /** Raw texts of one moment. */
  recordReadings(targetSpec: string, readings: readonly RawReading[]): void
  addMark(targetSpec: string, mark: { atMs: number; text: string }): Promise<HandMark>
  listEvents(targetSpec: string, range: TimeRange): Promise<SessionEvent[]>
  listMarks(targetSpec: string, range: TimeRange): Promise<HandMark[]>
  /** False: there was none. */
  removeMark(id: string): Promise<boolean>
  history(query: HistoryQuery): Promise<History>
  listTargets(): Promise<RecordedTarget[]>
  listProcesses(targetSpec: string, range: TimeRange): Promise<RecordedProcess[]>
  readTop(targetSpec: string, range: TimeRange): Promise<TopReading[]>
  /** When the first and the last reading of a target was; null: there is none. */
  range(targetSpec: string): Promise<TimeRange | null>
  /** Rejects with AppError `gone` for a target of which nothing is recorded, `too-large` for more than a day and an hour. */
  readIncident(query: IncidentQuery): Promise<Incident>
  /** The newest heap profiles of these processes, 64 at most, in order of time. Rejects with `gone` as readIncident does. */
  readProfiles(query: IncidentQuery): Promise<IncidentProfile[]>
  /** Those that readProfiles gives, without their bytes. */
  listProfiles(query: IncidentQuery): Promise<ProfileInfo[]>
  stats(): Promise<RecorderStats>
  setRetention(retention: Retention): Promise<void>
  /** Writes what waits. */
  dispose(): Promise<void>
}

/** The last that was recorded; facts are told to each who looks. */
interface ToldFacts {
  text: string
  atMs: number
}

interface SeenHost {
  bootId: string
  topAtMs: number
  facts: ToldFacts | null
}

interface Seen {
  subject: Subject
  split: (sample: ProcessSample) => SampleParts
  facts: ToldFacts | null
  proofAtMs: number | null
  state: ProcessState | null
  stateAtMs: number
  verdict: { text: string; atMs: number } | null
}

/** Begins or goes on with the recording at `file`; whatever lies there, it resolves. */
export async function openRecorder({ file, onProblem }: RecorderOptions): Promise<Recorder> {
  const hosts = new Map<string, SeenHost>()
  const processes = new Map<string, Seen>()
  let batch: Batch = { rows: [], notes: [], dropped: 0 }
  const thread = startRecorderThread(file, {
    onProblem,
    onRestart(lost) {
      for (const { rows, notes, dropped } of lost) batch.dropped += rows.length + notes.length + dropped
      // The state of each process is written again with its next sample.
      processes.clear()
      for (const host of hosts.values()) host.facts = null
    },
  })

  function flush(): void {
    if (batch.rows.length === 0 && batch.notes.length === 0 && batch.dropped === 0) return
    thread.send(batch)
    batch = { rows: [], notes: [], dropped: 0 }
  }
  const timer = setInterval(() => {
    if (thread.isFree) flush()
  }, sendEveryMs)
  timer.unref()

  function addRow(item: RowItem): void {
    batch.rows.push(item)
    // A part at once: cutting off the front of a long list each time would cost.
    if (batch.rows.length > maxRows) batch.dropped += batch.rows.splice(0, maxRows / 10).length
  }

  function addNote(subject: Subject, kind: NoteKind, atMs: number, value: unknown): void {
    const text = JSON.stringify(value)
    if (text.length > (kind === 'profile' ? maxProfileLength : maxNoteLength)) {
      batch.dropped++
      return
    }
    batch.notes.push({ subject, kind, atMs, text })
    if (batch.notes.length > maxNotes) batch.dropped += batch.notes.splice(0, maxNotes / 10).length
    if (kind !== 'profile') return
    const before = batch.notes.length
    batch.notes = boundNotes(batch.notes, maxNotes)
    batch.dropped += before - batch.notes.length
  }

  function addFacts(
    to: { facts: ToldFacts | null },
    subject: Subject,
    kind: 'hostFacts' | 'processFacts',
    facts: HostFacts | ProcessFacts,
  ): void {
    const told: ToldFacts = { text: JSON.stringify(facts), atMs: Date.now() }
    const { facts: last } = to
    if (last !== null && last.text === told.text && Math.abs(told.atMs - last.atMs) < factsAgainMs) return
    to.facts = told
    addNote(subject, kind, told.atMs, facts)
  }

  const hostOf = (targetSpec: string): SeenHost => {
    const known = hosts.get(targetSpec) ?? { bootId: '', topAtMs: -Infinity, facts: null }
    hosts.set(targetSpec, known)
    return known
  }
  const hostSubject = (targetSpec: string): Subject => ({ targetSpec, process: null })

  function seenOf(targetSpec: string, key: ProcessKey, comm: string): Seen {
    const { bootId } = hostOf(targetSpec)
    const id = `${targetSpec}\n${toKeyText(key)}\n${bootId}`
    const known = processes.get(id)
    if (known !== undefined) {
      const { process } = known.subject
      // Another program in the same process.
      if (comm !== '' && process !== null && process.comm !== comm)
        known.subject = { targetSpec, process: { ...process, comm } }
      return known
    }
    const [oldest] = processes.keys()
    if (processes.size >= maxProcesses && oldest !== undefined) processes.delete(oldest)
    const seen: Seen = {
      subject: { targetSpec, process: { ...key, bootId, comm } },
      split: createSampleSplitter(),
      facts: null,
      proofAtMs: null,
      state: null,
      stateAtMs: 0,
      verdict: null,
    }
    processes.set(id, seen)
    return seen
  }

  function recordProcess(targetSpec: string, sample: ProcessSample): void {
    const seen = seenOf(targetSpec, sample.key, sample.comm)
    const { subject, split } = seen
    const { state, ...streams } = split(sample)
    if (state !== null) seen.state = state
    if (seen.state !== null && (state !== null || Math.abs(sample.atMs - seen.stateAtMs) >= stateAgainMs)) {
      addNote(subject, 'state', sample.atMs, seen.state)
      seen.stateAtMs = sample.atMs
    }
    for (const stream of ['process', 'rollup', 'go', 'cgroup'] as const) {
      const row = streams[stream]
      if (row !== null) addRow({ subject, stream, row })
    }
  }

  /** What a verdict rests on changes with each poll; what it says does not. */
  function recordVerdict(targetSpec: string, key: ProcessKey, verdict: Verdict): void {
    const seen = seenOf(targetSpec, key, '')
    const text = JSON.stringify(verdict.findings.map(({ id, level }) => [id, level]))
    const { verdict: last } = seen
    if (last !== null && last.text === text && Math.abs(verdict.atMs - last.atMs) < verdictEveryMs) return
    seen.verdict = { text, atMs: verdict.atMs }
    addNote(seen.subject, 'verdict', verdict.atMs, verdict)
  }

  /** With all that was recorded before: the thread takes messages in their order. */
  const ask: typeof thread.ask = (name, params) => {
    flush()
    return thread.ask(name, params)
  }

  // A thread that ends while it opens the file is told, and followed by another one.
  await thread.ask('stats', null).catch(() => undefined)
  return {
    recordHost: (targetSpec, sample) =>
      addRow({ subject: hostSubject(targetSpec), stream: 'host', row: toHostRow(sample) }),
    recordProcess,
    recordHostFacts(targetSpec, facts) {
      const host = hostOf(targetSpec)
      host.bootId = facts.bootId ?? ''
      addFacts(host, hostSubject(targetSpec), 'hostFacts', facts)
    },
    recordProcessFacts(targetSpec, facts) {
      const seen = seenOf(targetSpec, facts.key, facts.comm)
      addFacts(seen, seen.subject, 'processFacts', facts)
    },
    recordEvent: (event) => addNote(hostSubject(event.targetId), 'event', event.atMs, event),
    recordVerdict,
    recordProof(targetSpec, proof) {
      const seen = seenOf(targetSpec, proof.target, proof.comm)
      // It is told again with each state of the balloon that follows.
      if (seen.proofAtMs === proof.startedAtMs) return
      seen.proofAtMs = proof.startedAtMs
      addNote(seen.subject, 'proof', proof.startedAtMs + proof.elapsedMs, proof)
    },
    recordTop(targetSpec, { atMs, rows }) {
      const host = hostOf(targetSpec)
      if (Math.abs(atMs - host.topAtMs) < topEveryMs) return
      host.topAtMs = atMs
      addNote(hostSubject(targetSpec), 'top', atMs, rows.slice(0, maxTopRows))
    },
    recordProfile(targetSpec, { info, bytes }) {
      const { subject } = seenOf(targetSpec, info.key, info.comm)
      addNote(subject, 'profile', info.atMs, { info, base64: Buffer.from(bytes).toString('base64') })
    },
    recordReadings(targetSpec, readings) {
      const [first] = readings
      if (first !== undefined) addNote(hostSubject(targetSpec), 'reading', first.atMs, readings)
    },
    async addMark(targetSpec, { atMs, text }) {
      const mark: HandMark = {
        id: randomUUID(),
        atMs: Math.round(atMs),
        text: toNeutralText(text.trim(), maxMarkLength).slice(0, maxMarkLength),
      }
      if (mark.text === '' || text.trim().length > maxMarkLength || !Number.isFinite(atMs))
        throw new AppError('invalid', `a mark has 1 to ${maxMarkLength} characters`)
      await ask('addMark', { targetSpec, mark })
      return mark
    },
    listEvents: (targetSpec, range) => ask('listEvents', { targetSpec, ...range }),
    listMarks: (targetSpec, range) => ask('listMarks', { targetSpec, ...range }),
    removeMark: (id) => ask('removeMark', { id }),
    history: (query) => ask('history', query),
    listTargets: () => ask('listTargets', null),
    listProcesses: (targetSpec, range) => ask('listProcesses', { targetSpec, ...range }),
    readTop: (targetSpec, range) => ask('readTop', { targetSpec, ...range }),
    async range(targetSpec) {
      const found = (await ask('listTargets', null)).find((target) => target.targetSpec === targetSpec)
      return found === undefined ? null : { fromMs: found.fromMs, toMs: found.toMs }
    },
    readIncident: (query) => ask('readIncident', query),
    readProfiles: (query) => ask('readProfiles', query),
    listProfiles: (query) => ask('listProfiles', query),
    stats: () => ask('stats', null),
    async setRetention(retention) {
      await ask('setRetention', retention)
    },
    async dispose() {
      clearInterval(timer)
      flush()
      await thread.ask('close', null).catch(() => undefined)
      await thread.end()
    },
  }
}
