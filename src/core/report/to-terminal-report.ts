import { toBandName } from '../metrics/rss-accounting'
import type { Incident, IncidentProcess } from '../snapshot/incident'
import type { Locale } from '../text/catalogue'
import { formatBytes, formatDuration } from '../text/units'
import { decimate } from './decimate'
import { shownVerdict, type Report, type ReportProcess } from './prepare-report'
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
const mostFunctions = 5
/** Of a column of the heap profile's functions. */
const heapWidth = 15

/** A report for a terminal: the verdict, a small chart and the extremes of each number, what happened. */
export function toTerminalReport(report: Report, options: TerminalReportOptions): string[] {
  const wording = createReportWording(options.locale)
  const { incident } = report
  const { fromMs, toMs, label, host, events, marks } = incident
  const range = wording.say('report.range', {
    from: wording.moment(fromMs),
    to: wording.moment(toMs),
    spanMs: formatDuration(toMs - fromMs),
  })
  const chart = (series: ReportSeries[]): string[] => [
    toAxisLine(incident, options, wording),
    ...series.map((each) => toChartLine(each, incident, options, wording)),
  ]
  const told = events.filter(({ kind }) => kind !== 'gc')
  const lines = [
    `${wording.say('report.title')} · ${host.hostname ?? label} · ${host.kernelRelease ?? '?'}`,
    range,
    ...report.processes.flatMap((each) => [
      '',
      toName(each.process),
      ...toVerdictLines(each, wording),
      ...(each.process.proof === null ? [] : [wording.proof(each.process.proof)]),
      ...chart(toProcessSeries(each.process)),
      ...toBandLines(each, wording),
      ...toHeapLines(each, wording),
    ]),
    '',
    wording.say('report.host'),
    ...chart(toHostSeries(incident.hostStream)),
    ...(marks.length === 0 ? [] : ['', wording.say('report.marks.title')]),
    ...marks.slice(0, mostEvents).map(({ atMs, text }) => `  ${wording.moment(atMs)}  ${text}`),
    ...toMore(marks.length, wording),
    ...(told.length === 0 ? [] : ['', wording.say('report.events.title')]),
    ...told.slice(-mostEvents).map((event) => `  ${wording.moment(event.atMs)}  ${wording.event(event)}`),
    ...toMore(told.length, wording),
  ]
  return lines.map((line) => toShownText(line.replaceAll('\u00a0', ' ')))
}

/** Marks, or events. */
function toMore(count: number, wording: ReportWording): string[] {
  return count > mostEvents ? [`  ${wording.say('report.more', { count: count - mostEvents })}`] : []
}

function toVerdictLines(process: ReportProcess, wording: ReportWording): string[] {
  const verdict = shownVerdict(process)
  if (verdict === null) return [wording.say('report.verdict.none')]
  const lines = wording.held(verdict).map((finding, index) => {
    const also = index === 0 ? '' : `  ${wording.say('report.verdict.also')} `
    return `${also}${wording.level(finding)}: ${wording.line(finding)}`
  })
  const difference = wording.difference(process)
  return difference === null ? lines : [...lines, difference]
}

/** Where RSS went when it was read last. */
function toBandLines({ accounting }: ReportProcess, wording: ReportWording): string[] {
  if (accounting?.rssBytes == null || accounting.atMs === null) return []
  const params = { rssBytes: formatBytes(accounting.rssBytes), at: wording.moment(accounting.atMs) }
  return [
    `  ${wording.say('report.bands.title')}: ${wording.say('report.bands.of', params)}`,
    ...accounting.bands.map((band) => {
      const name = wording.say(`rssBand.${toBandName(accounting, band.id)}.title`)
      const value =
        band.bytes === null
          ? wording.absence(band.reason ?? 'not-read')
          : formatBytes(band.bytes).padStart(valueWidth)
      return `    ${toCells(name, nameWidth - 2)}${value}`
    }),
  ]
}

/** The functions whose memory is in use, and what grew since the first profile. */
function toHeapLines({ heap, growth }: ReportProcess, wording: ReportWording): string[] {
  if (heap === null) return []
  const title = `  ${wording.say('report.heap.title', { at: wording.moment(heap.atMs) })}`
  if (heap.table === null) return [`${title}: ${wording.say('report.heap.unreadable')}`]
  const cells = (...texts: string[]): string =>
    texts.map((text) => ' '.repeat(Math.max(0, heapWidth - cellsOf(text))) + text).join('')
  const row = (ownBytes: number, cumBytes: number, name: string): string =>
    `${cells(formatBytes(ownBytes), formatBytes(cumBytes))}  ${name}`
  const head = `${cells(wording.say('report.heap.flat'), wording.say('report.heap.cum'))}  ${wording.say('report.heap.function')}`
  const rows = heap.table.rows.map(({ flatBytes, cumBytes, name }) => row(flatBytes, cumBytes, name))
  const lines = [title, head, ...rows.slice(0, mostFunctions)]
  if (growth === null || growth.top.length === 0) return lines
  const since = wording.say('report.heap.grew', { since: wording.moment(growth.fromAtMs) })
  const grown = growth.top.map(({ flatDeltaBytes, cumDeltaBytes, name }) =>
    row(flatDeltaBytes, cumDeltaBytes, name),
  )
  return [...lines, `  ${since}`, ...grown]
}

function toName({ facts, key }: IncidentProcess): string {
  return `${facts.comm}  pid ${key.pid}${facts.goVersion === null ? '' : `  ${facts.goVersion}`}`
}

/** What the numbers beside the charts are, and the times at their ends. */
function toAxisLine(
  { fromMs, toMs }: Incident,
  { width }: TerminalReportOptions,
  wording: ReportWording,
): string {
  const [from, to] = [wording.time(fromMs), wording.time(toMs)]
  const columns = toColumns(width)
  const first = wording.say('report.numbers.first')
  const times =
    columns < from.length + to.length + 1 ? ' '.repeat(columns) : from + to.padStart(columns - from.length)
  const indent = ' '.repeat(2 + nameWidth + Math.max(0, valueWidth - cellsOf(first)))
  return `${indent}${first} ${times} ${wording.say('report.numbers.last')}`
}

function toColumns(width: number): number {
  return Math.max(leastChart, width - nameWidth - 2 - 2 * (valueWidth + 1))
}

function toChartLine(
  series: ReportSeries,
  { fromMs, toMs }: Incident,
  { width, hasBlocks }: TerminalReportOptions,
  wording: ReportWording,
): string {
  const head = `  ${toCells(wording.say(`report.series.${series.id}`), nameWidth)}`
  const extremes = toExtremes(series.values)
  if (extremes === null) return head + wording.absence(series.absent ?? 'not-read')
  const columns = toColumns(width)
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

function toCells(text: string, width: number): string {
  return text + ' '.repeat(Math.max(1, width - cellsOf(text)))
}

/** Cells of a terminal: Chinese characters take two. */
function cellsOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u2e80-\uffdc]/.test(character) ? 2 : 1), 0)
}
