import type { Incident } from './incident'

/** The same incident, from its first reading to its last: a stretch in which nothing was read is none of it. */
export function trimIncident(incident: Incident): Incident {
  const streams = [incident.hostStream, ...incident.processes.flatMap((each) => Object.values(each.streams))]
  const known = streams.filter(({ atMs }) => atMs.length > 0)
  if (known.length === 0) return incident
  const firstMs = Math.min(...known.map(({ atMs }) => atMs[0] as number))
  const lastMs = Math.max(...known.map(({ atMs }) => atMs.at(-1) as number))
  return {
    ...incident,
    fromMs: Math.max(incident.fromMs, firstMs),
    toMs: Math.min(incident.toMs, lastMs),
  }
}
