import type { Incident } from '../snapshot/incident'
import { isSameProcess, type ProcessKey } from '../process-key'
import type { ReportWording } from './report-wording'
import { toShownText } from './report-wording'

/** A moment or a stretch of time that a chart shows as a line or a band. */
export interface ReportMoment {
  kind: 'balloon' | 'mark' | 'verdict'
  fromMs: number
  /** null: a moment only. */
  toMs: number | null
  label: string
}

/** More lines than this would cover the chart; the tables below it have them all. */
const mostMoments = 200

/** Balloon runs, marks and changes of the verdict that belong to a process (null: to any), in order of time. */
export function toMoments(
  incident: Incident,
  key: ProcessKey | null,
  wording: ReportWording,
): ReportMoment[] {
  const own = incident.events.filter(
    (event) => key === null || event.key === null || isSameProcess(event.key, key),
  )
  const moments: ReportMoment[] = incident.marks.map(({ atMs, text }) => ({
    kind: 'mark',
    fromMs: atMs,
    toMs: null,
    label: toShownText(text),
  }))
  let startedMs: number | null = null
  for (const event of own) {
    if (event.kind === 'verdict-changed')
      moments.push({ kind: 'verdict', fromMs: event.atMs, toMs: null, label: wording.event(event) })
    if (event.kind === 'balloon-started') startedMs = event.atMs
    if (event.kind !== 'balloon-ended') continue
    moments.push(toRun(startedMs ?? incident.fromMs, event.atMs, wording))
    startedMs = null
  }
  if (startedMs !== null) moments.push(toRun(startedMs, incident.toMs, wording))
  // Marks by hand and balloons come before changes of the verdict.
  const chosen = [
    ...moments.filter(({ kind }) => kind !== 'verdict'),
    ...moments.filter(({ kind }) => kind === 'verdict'),
  ]
  return chosen.slice(0, mostMoments).sort((a, b) => a.fromMs - b.fromMs)
}

function toRun(fromMs: number, toMs: number, wording: ReportWording): ReportMoment {
  return { kind: 'balloon', fromMs, toMs, label: wording.say('report.chart.balloon') }
}
