import type { SessionEvent } from '../ipc/contract'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '../metrics/samples'
import { toKeyText, type ProcessKey } from '../process-key'
import type { Verdict } from '../verdict/verdict'
import type { Incident, IncidentProcess, IncidentProfile, RawReading, StreamColumns } from './incident'
import { snapshotLimits } from './manifest'
import {
  createSampleSplitter,
  streamColumns,
  toHostRow,
  type ProcessState,
  type StreamId,
  type StreamRow,
} from './sample-parts'

/** A day, and an hour around it: what a file is made for. */
const longestMs = 25 * 3_600_000
const maxStates = 20_000

/** Collects what a sampler says into an incident. What comes after 25 hours is not taken. */
export interface IncidentBuilder {
  /** false: the incident is as long as one may be. */
  addSample(sample: ProcessSample): boolean
  addHost(sample: HostSample): boolean
  addEvent(event: Omit<SessionEvent, 'id' | 'targetId'>): void
  setFacts(facts: ProcessFacts): void
  setVerdict(key: ProcessKey, verdict: Verdict): void
  addProfile(profile: IncidentProfile): void
  addReadings(readings: readonly RawReading[]): void
  build(toMs: number): Incident
}

interface Collector {
  /** false: it is not later than the one before. */
  add(row: StreamRow): boolean
  columns(): StreamColumns
}

interface ProcessEntry {
  split: ReturnType<typeof createSampleSplitter>
  streams: Record<Exclude<StreamId, 'host'>, Collector>
  states: { atMs: number; state: ProcessState }[]
  facts: ProcessFacts
  verdict: Verdict | null
}

export function createIncidentBuilder(options: {
  label: string
  host: HostFacts
  fromMs: number
}): IncidentBuilder {
  const { label, host, fromMs } = options
  const processes = new Map<string, ProcessEntry>()
  const hostRows = createCollector('host')
  const events: SessionEvent[] = []
  const profiles: IncidentProfile[] = []
  const readings: RawReading[] = []
  /** Of what was taken: a clock that was set back since then does not make the range end before it. */
  let latestMs = fromMs
  const fits = (atMs: number): boolean => {
    if (atMs - fromMs > longestMs) return false
    latestMs = Math.max(latestMs, atMs)
    return true
  }

  return {
    addSample(sample) {
      if (!fits(sample.atMs)) return false
      const entry = processes.get(toKeyText(sample.key))
      if (entry === undefined) throw new RangeError('the facts of a process come before its samples')
      addParts(entry, sample)
      return true
    },
    addHost(sample) {
      if (!fits(sample.atMs)) return false
      hostRows.add(toHostRow(sample))
      return true
    },
    addEvent(event) {
      // The readings of the runtime hold the time of each collection.
      if (event.kind !== 'gc' && fits(event.atMs) && events.length < snapshotLimits.events)
        events.push({ ...event, id: events.length + 1, targetId: '' })
    },
    setFacts(facts) {
      const id = toKeyText(facts.key)
      const entry = processes.get(id)
      if (entry === undefined) processes.set(id, createEntry(facts))
      else entry.facts = facts
    },
    setVerdict(key, verdict) {
      const entry = processes.get(toKeyText(key))
      if (entry !== undefined) entry.verdict = verdict
    },
    addProfile(profile) {
      if (profiles.length < snapshotLimits.profiles) profiles.push(profile)
    },
    addReadings(more) {
      readings.push(...more.slice(0, snapshotLimits.readings - readings.length))
    },
    build: (toMs) => ({
      label,
      fromMs,
      toMs: Math.min(Math.max(toMs, latestMs), fromMs + longestMs),
      host,
      hostStream: hostRows.columns(),
      processes: [...processes.values()].map(toProcess),
      events: events.toSorted((a, b) => a.atMs - b.atMs),
      marks: [],
      profiles: [...profiles],
      readings: [...readings],
      top: [],
    }),
  }
}

function createEntry(facts: ProcessFacts): ProcessEntry {
  return {
    split: createSampleSplitter(),
    streams: {
      process: createCollector('process'),
      rollup: createCollector('rollup'),
      go: createCollector('go'),
      cgroup: createCollector('cgroup'),
    },
    states: [],
    facts,
    verdict: null,
  }
}

function addParts({ split, streams, states }: ProcessEntry, sample: ProcessSample): void {
  const parts = split(sample)
  if (!streams.process.add(parts.process)) return
  if (parts.rollup !== null) streams.rollup.add(parts.rollup)
  if (parts.go !== null) streams.go.add(parts.go)
  if (parts.cgroup !== null) streams.cgroup.add(parts.cgroup)
  if (parts.state !== null && states.length < maxStates)
    states.push({ atMs: sample.atMs, state: parts.state })
}

function toProcess({ facts, streams, states, verdict }: ProcessEntry): IncidentProcess {
  return {
    key: facts.key,
    facts,
    streams: {
      process: streams.process.columns(),
      rollup: streams.rollup.columns(),
      go: streams.go.columns(),
      cgroup: streams.cgroup.columns(),
    },
    states,
    verdict,
    proof: null,
  }
}

/** Rows of one stream in columns that grow; NaN is not reported. A clock that was set back adds nothing until it is over. */
function createCollector(stream: StreamId): Collector {
  const names = streamColumns[stream]
  const width = names.length + 1
  let cells = new Float64Array(width * 64)
  let rows = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    add({ atMs, values }) {
      if (atMs <= lastMs) return false
      lastMs = atMs
      if ((rows + 1) * width > cells.length) {
        const larger = new Float64Array(cells.length * 2)
        larger.set(cells)
        cells = larger
      }
      const at = rows * width
      cells[at] = atMs
      for (let index = 1; index < width; index++) cells[at + index] = values[index - 1] ?? Number.NaN
      rows++
      return true
    },
    columns() {
      const column = (index: number): Float64Array =>
        Float64Array.from({ length: rows }, (_, row) => cells[row * width + index] ?? Number.NaN)
      return {
        atMs: column(0),
        columns: Object.fromEntries(names.map((name, index) => [name, column(index + 1)])),
      }
    },
  }
}
