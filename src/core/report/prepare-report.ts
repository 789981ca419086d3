import { toRssAccounting, type RssAccounting } from '../metrics/rss-accounting'
import type { ProfileGrowth } from '../pprof/profile-growth'
import type { Incident, IncidentProcess } from '../snapshot/incident'
import { sampleAt } from '../snapshot/sample-at'
import { verdictAt } from '../snapshot/verdict-at'
import { verdictDifference, type VerdictDifference } from '../snapshot/verdict-difference'
import type { Verdict } from '../verdict/verdict'
import { createProfileReader, type HeapReport } from './report-profiles'

/** One process of a report, with all that is computed of it. */
export interface ReportProcess {
  process: IncidentProcess
  /** Computed of the end of the incident, by today's rules; null: there were too few readings. */
  endVerdict: Verdict | null
  /** The kept verdict computed again of its own moment, where that says something else. */
  again: { verdict: Verdict; difference: VerdictDifference } | null
  /** Where RSS went when it was read last; null: it never was. */
  accounting: RssAccounting | null
  heap: HeapReport | null
  /** Between the first and the newest profile. */
  growth: ProfileGrowth | null
}

/** An incident and what a report says of it, whatever form it has. */
export interface Report {
  incident: Incident
  processes: ReportProcess[]
}

/** One process after the other: of profiles no more than those of one are held unpacked. */
export async function prepareReport(incident: Incident): Promise<Report> {
  const processes: ReportProcess[] = []
  for (const process of incident.processes) processes.push(await prepareProcess(incident, process))
  return { incident, processes }
}

/** What was said then, or where nothing was kept, what is said now. It knew more then: what came before the range. */
export function shownVerdict({ process, endVerdict }: ReportProcess): Verdict | null {
  return process.verdict ?? endVerdict
}

async function prepareProcess(incident: Incident, process: IncidentProcess): Promise<ReportProcess> {
  const { host: hostFacts, hostStream, toMs } = incident
  const { verdict: stored } = process
  const profiles = createProfileReader(incident, process.key)
  const judge = async (momentMs: number): Promise<Verdict | null> => {
    const growth = await profiles.growthUntil(momentMs)
    return verdictAt({ process, hostFacts, hostStream, growth }, momentMs)
  }
  const now = stored === null ? null : await judge(stored.atMs)
  const difference = stored === null || now === null ? null : verdictDifference(stored, now)
  const last = sampleAt(process, lastRssAtMs(process) ?? Number.NEGATIVE_INFINITY)
  return {
    process,
    endVerdict: await judge(toMs),
    again: now === null || difference === null ? null : { verdict: now, difference },
    accounting: last === null ? null : toRssAccounting(last, process.facts),
    heap: await profiles.readNewest(),
    growth: await profiles.growthUntil(toMs),
  }
}

/** A process that has ended has no RSS any more. */
function lastRssAtMs({ streams }: IncidentProcess): number | undefined {
  const { atMs, columns } = streams.process
  return atMs[columns['rssBytes']?.findLastIndex((bytes) => !Number.isNaN(bytes)) ?? -1]
}
