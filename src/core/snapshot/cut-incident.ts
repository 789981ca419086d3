import { isSameProcess, type ProcessKey } from '../process-key'
import type { TimeRange } from './history'
import type { Incident, IncidentProcess, StreamColumns } from './incident'
import { endOf } from './sample-at'

/** A part of an incident: these processes, this stretch, these profiles (by id). The end of a verdict stays at its moment. */
export function cutIncident(
  incident: Incident,
  { keys, profileIds, ...asked }: { keys: ProcessKey[]; profileIds: string[] } & TimeRange,
): Incident {
  const range = {
    fromMs: Math.max(asked.fromMs, incident.fromMs),
    toMs: Math.min(asked.toMs, incident.toMs),
  }
  const isIn = ({ atMs }: { atMs: number }): boolean => atMs >= range.fromMs && atMs <= range.toMs
  const isAsked = (key: ProcessKey): boolean => keys.some((each) => isSameProcess(each, key))
  return {
    ...incident,
    ...range,
    hostStream: cutStream(incident.hostStream, range),
    processes: incident.processes
      .filter(({ key }) => isAsked(key))
      .map((process) => cutProcess(process, range)),
    ...keepAsked({ events: incident.events.filter(isIn), readings: incident.readings.filter(isIn) }, keys),
    marks: incident.marks.filter(isIn),
    top: incident.top.filter(isIn),
    profiles: incident.profiles.filter(({ info }) => profileIds.includes(info.id) && isAsked(info.key)),
  }
}

/** What happened to the target and to these processes, and raw texts of both: nothing of others. */
export function keepAsked(
  { events, readings }: Pick<Incident, 'events' | 'readings'>,
  keys: readonly ProcessKey[],
): Pick<Incident, 'events' | 'readings'> {
  return {
    // A recording may have lost a part of one.
    events: events.filter(({ key }) => key == null || keys.some((each) => isSameProcess(each, key))),
    readings: readings.filter(({ path }) => isOfAsked(path, keys)),
  }
}

function isOfAsked(path: string, keys: readonly ProcessKey[]): boolean {
  const pid = /^\/proc\/(\d+)\//.exec(path)?.[1]
  return pid === undefined || keys.some((key) => key.pid === Number(pid))
}

function cutProcess(process: IncidentProcess, range: TimeRange): IncidentProcess {
  const { streams, states, verdict, proof } = process
  const held = states.findLastIndex(({ atMs }) => atMs <= range.fromMs)
  return {
    ...process,
    streams: {
      process: cutStream(streams.process, range),
      // What was read before and was still shown at the beginning.
      rollup: cutStream(streams.rollup, range, 1),
      go: cutStream(streams.go, range, 1),
      cgroup: cutStream(streams.cgroup, range),
    },
    states: states.slice(Math.max(0, held)).filter(({ atMs }) => atMs <= range.toMs),
    verdict: verdict !== null && verdict.atMs >= range.fromMs && verdict.atMs <= range.toMs ? verdict : null,
    proof: proof !== null && proof.startedAtMs <= range.toMs ? proof : null,
  }
}

function cutStream({ atMs, columns }: StreamColumns, range: TimeRange, before = 0): StreamColumns {
  let from = endOf(atMs, range.fromMs)
  if (atMs[from - 1] === range.fromMs) from--
  from = Math.max(0, from - before)
  const to = endOf(atMs, range.toMs)
  return {
    atMs: atMs.slice(from, to),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, values.slice(from, to)]),
    ),
  }
}
