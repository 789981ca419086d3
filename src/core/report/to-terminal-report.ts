import { verdictAt } from '../snapshot/verdict-at'
import { verdictDifference } from '../snapshot/verdict-difference'
import type { Incident, IncidentProcess } from '../snapshot/incident'
import type { Locale } from '../text/catalogue'
import { formatDuration } from '../text/units'
import { mainFinding } from '../verdict/verdict'
import { decimate } from './decimate'
import { toExtremes, toHostSeries, toProcessSeries, type ReportSeries } from './report-series'
import { createReportWording, toShownText, type ReportWording } from './report-wording'

export interface TerminalReportOptions {
  locale: Locale
  /** Characters of a line. */
  width: number
  /** false: only ASCII. */
  hasBlocks: boolean
}

const blocks = '▁▂▃▄▅▆▇█'
const ascii = '.:-=+*#@'
const nameWidth = 16
const valueWidth = 11
const leastChart = 10
const mostEvents = 20

/** A report for a terminal: the verdict, a small chart and the extremes of each number, what happened. */
export function toTerminalReport(incident: Incident, options: TerminalReportOptions): string[] {
  const wording = createReportWording(options.locale)
  const { fromMs, toMs, label, host, processes, events, marks } = incident
  const range = wording.say('report.range', {
    from: wording.moment(fromMs),
    to: wording.moment(toMs),
    spanMs: formatDuration(toMs - fromMs),
  })
  const chart = (series: ReportSeries[]): string[] =>
    series.map((each) => toChartLine(each, incident, options, wording))
  const told = events.filter(({ kind }) => kind !== 'gc')
  const lines = [
    `${wording.say('report.title')} · ${host.hostname ?? label} · ${host.kernelRelease ?? '?'}`,
    range,
    ...processes.flatMap((process) => [
      '',
      `${process.facts.comm}  pid ${process.key.pid}${process.facts.goVersion === null ? '' : `  ${process.facts.goVersion}`}`,
      ...toVerdictLines(incident, process, wording),
      ...(process.proof === null ? [] : [wording.proof(process.proof)]),
      ...chart(toProcessSeries(process)),
    ]),
    '',
    wording.say('report.host'),
    ...chart(toHostSeries(incident.hostStream)),
    ...(marks.length === 0 ? [] : ['', wording.say('report.marks.title')]),
    ...marks.slice(0, mostEvents).map(({ atMs, text }) => `  ${wording.moment(atMs)}  ${text}`),
    ...(told.length === 0 ? [] : ['', wording.say('report.events.title')]),
    ...told.slice(-mostEvents).map((event) => `  ${wording.moment(event.atMs)}  ${wording.event(event)}`),
  ]
  const more = told.length - mostEvents
  if (more > 0) lines.push(`  ${wording.say('report.events.more', { count: more })}`)
  return lines.map((line) => toShownText(line.replaceAll('\u00a0', ' ')))
}

function toVerdictLines(incident: Incident, process: IncidentProcess, wording: ReportWording): string[] {
  const { host, hostStream, toMs } = incident
  const source = { process, hostFacts: host, hostStream, growth: null }
  const verdict = process.verdict ?? verdictAt(source, toMs)
  if (verdict === null) return [wording.say('report.verdict.none')]
  const lines = wording.held(verdict).map((finding, index) => {
    const also = index === 0 ? '' : `  ${wording.say('report.verdict.also')} `
    return `${also}${wording.level(finding)}: ${wording.line(finding)}`
  })
  const now = process.verdict === null ? null : verdictAt(source, process.verdict.atMs)
  if (process.verdict === null || now === null || verdictDifference(process.verdict, now) === null)
    return lines
  const main = mainFinding(now)
  const then = mainFinding(process.verdict)
  const params = {
    now: main === null ? '' : wording.line(main),
    then: then === null ? '' : wording.line(then),
  }
  return [...lines, wording.say('report.verdict.differs', params)]
}

function toChartLine(
  series: ReportSeries,
  { fromMs, toMs }: Incident,
  { width, hasBlocks }: TerminalReportOptions,
  wording: ReportWording,
): string {
  const name = wording.say(`report.series.${series.id}`)
  const head = `  ${name}${' '.repeat(Math.max(1, nameWidth - cellsOf(name)))}`
  const extremes = toExtremes(series.values)
  if (extremes === null) return head + wording.say(`report.absence.${series.absent ?? 'not-read'}`)
  const columns = Math.max(leastChart, width - nameWidth - 2 - 2 * (valueWidth + 1))
  const marks = hasBlocks ? blocks : ascii
  // The most of each column, and a blank where nothing was read.
  const most = new Array<number | null>(columns).fill(null)
  const columnOf = (x: number): number => Math.min(columns - 1, Math.floor(x * columns))
  for (const run of decimate(series, fromMs, toMs, columns)) {
    run.forEach(({ x, value }, index) => {
      const at = columnOf(x)
      most[at] = Math.max(most[at] ?? 0, value)
      // What a line would join is no gap.
      const next = run[index + 1]
      for (let between = at + 1; next !== undefined && between < columnOf(next.x); between++)
        most[between] = value
    })
  }
  const line = most.map((value) =>
    value === null
      ? ' '
      : marks[Math.min(marks.length - 1, Math.floor((value / Math.max(extremes.most, 1e-9)) * marks.length))],
  )
  const value = (number: number): string => wording.value(number, series.unit).padStart(valueWidth)
  return `${head}${value(extremes.first)} ${line.join('')} ${value(extremes.last).trim()}`
}

/** Cells of a terminal: Chinese characters take two. */
function cellsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u2e80-\uffdc]/.test(character) ? 2 : 1), 0)
}
