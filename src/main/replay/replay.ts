import { AppError } from '#core/errors'
import type { TargetInfo } from '#core/ipc/contract'
import type { ReplayInfo, ReplayOverview, ReplayVerdict } from '#core/ipc/snapshot-contract'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import { hostAt, sampleAt } from '#core/snapshot/sample-at'
import type { TableFrame } from '#core/metrics/process-table'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import type { Incident, IncidentProcess, IncidentProfile } from '#core/snapshot/incident'
import { profilesUntil } from '#core/snapshot/profiles-until'
import { verdictAt } from '#core/snapshot/verdict-at'
import { verdictDifference, type VerdictDifference } from '#core/snapshot/verdict-difference'
import { readProfileGrowth } from '../profiling/read-profile-growth'
import type { TableRequest, TableSubscription } from '../sampling/sampler'
import { createReplayTable } from './replay-table'

/** An open incident: a target in which any moment can be looked at, and nothing new is read. */
export interface Replay {
  readonly info: TargetInfo
  /** With the ids that its profiles and events have here. */
  readonly incident: Incident
  overview(): ReplayOverview
  /** Throws AppError `gone` for a process that it does not hold. */
  process(key: ProcessKey): IncidentProcess
  verdict(key: ProcessKey, atMs: number): Promise<ReplayVerdict>
  /** Throws AppError `gone`. */
  reading(atMs: number, path: string): string
  subscribeTable(request: TableRequest, listener: (frame: TableFrame) => void): TableSubscription
  /** What the tables show from now on; gives the samples of that moment, too. */
  seek(atMs: number): ReplayMoment
  removeProfile(id: string): boolean
}

/** What was known at a moment. */
export interface ReplayMoment {
  atMs: number
  host: HostSample | null
  samples: ProcessSample[]
}

const noNewReadings = {
  live: false,
  smaps: false,
  pressure: false,
  cgroup: false,
  endpoint: false,
  balloon: false,
  elevate: false,
  remote: false,
} as const

export function createReplay(
  id: string,
  opened: Incident,
  origin: Pick<ReplayInfo, 'source' | 'name'>,
): Replay {
  const incident: Incident = {
    ...opened,
    events: opened.events.map((event, index) => ({ ...event, id: index + 1, targetId: id })),
    profiles: opened.profiles.map(({ info, bytes }, index) => ({
      info: { ...info, id: `${id}/${index + 1}`, targetId: id },
      bytes,
    })),
  }
  const { host, fromMs, toMs, processes } = incident
  const table = createReplayTable(incident)
  const subscribers = new Set<() => void>()
  const growths = new Map<string, Promise<ProfileGrowth | null>>()
  const differences = new Map<string, Promise<VerdictDifference | null>>()
  let comparing: Promise<unknown> = Promise.resolve()
  let cursorMs = toMs
  const info: TargetInfo = {
    id,
    spec: id,
    label: host.hostname ?? incident.label,
    state: 'connected',
    step: null,
    retryAtMs: null,
    capabilities: { ...noNewReadings, seek: true, pressure: host.kernelMemory.pressure === true },
    host,
    replay: {
      ...origin,
      fromMs,
      toMs,
      processes: processes.map(({ key, facts }) => ({ key, comm: facts.comm })),
    },
    error: null,
  }

  function processOf(key: ProcessKey): IncidentProcess {
    const process = processes.find((each) => isSameProcess(each.key, key))
    if (process === undefined) throw new AppError('gone', 'this process was not recorded')
    return process
  }

  /** Between the first and the newest profile of that time. What can't be compared is told when a person opens it. */
  function growthAt(key: ProcessKey, atMs: number): Promise<ProfileGrowth | null> {
    const { first, newest } = profilesUntil(incident, key, atMs)
    if (first === null || newest === null || first === newest) return Promise.resolve(null)
    const name = `${first.info.id} ${newest.info.id}`
    const known = growths.get(name)
    if (known !== undefined) return known
    // One after the other: each takes a thread, and a slider passes many.
    const growth = comparing.then(() => readProfileGrowth(toSide(first), toSide(newest)).catch(() => null))
    comparing = growth
    growths.set(name, growth)
    return growth
  }

  async function judge(key: ProcessKey, atMs: number) {
    const growth = await growthAt(key, atMs)
    return verdictAt(
      { process: processOf(key), hostFacts: host, hostStream: incident.hostStream, growth },
      atMs,
    )
  }

  /** Of the moment of the stored one: the same wherever the cursor is. */
  function differenceOf(key: ProcessKey): Promise<VerdictDifference | null> {
    const text = toKeyText(key)
    const { verdict: stored } = processOf(key)
    const compare = async (): Promise<VerdictDifference | null> => {
      if (stored === null) return null
      const computed = await judge(key, stored.atMs)
      return computed === null ? null : verdictDifference(stored, computed)
    }
    const difference = differences.get(text) ?? compare()
    differences.set(text, difference)
    return difference
  }

  return {
    info,
    incident,
    overview: () => ({
      fromMs,
      toMs,
      host,
      hostStream: incident.hostStream,
      events: incident.events,
      marks: incident.marks,
      profiles: incident.profiles.map((each) => each.info),
      readings: incident.readings.map(({ atMs, path }) => ({ atMs, path })),
    }),
    process: processOf,
    async verdict(key, atMs) {
      return { verdict: await judge(key, atMs), difference: await differenceOf(key) }
    },
    reading(atMs, path) {
      const found = incident.readings.find((each) => each.atMs === atMs && each.path === path)
      if (found === undefined) throw new AppError('gone', 'there is no such reading')
      return found.text
    },
    subscribeTable(request, listener) {
      let asked = request
      const show = (): void => listener(table.frameAt(cursorMs, asked.columns))
      subscribers.add(show)
      show()
      return {
        update(next) {
          asked = next
          show()
        },
        close: () => void subscribers.delete(show),
      }
    },
    seek(atMs) {
      cursorMs = Math.min(toMs, Math.max(fromMs, atMs))
      for (const show of subscribers) show()
      const samples = processes.map((process) => sampleAt(process, cursorMs)).filter((each) => each !== null)
      return { atMs: cursorMs, host: hostAt(incident.hostStream, cursorMs), samples }
    },
    removeProfile(profileId) {
      const at = incident.profiles.findIndex((each) => each.info.id === profileId)
      if (at >= 0) incident.profiles.splice(at, 1)
      return at >= 0
    },
  }
}

function toSide({ info, bytes }: IncidentProfile): { bytes: Uint8Array; atMs: number } {
  return { bytes, atMs: info.atMs }
}
