import type { Incident } from '../snapshot/incident'
import { hostAt } from '../snapshot/sample-at'
import type { Locale } from '../text/catalogue'
import { formatBytes, formatDuration } from '../text/units'
import { escapeHtml, toIsolated } from './escape-html'
import { toFacts, toNumbers } from './html-tables'
import type { Report } from './prepare-report'
import { toMoments } from './report-moments'
import { toHostSeries } from './report-series'
import { reportStyle } from './report-style'
import { createReportWording, type ReportWording } from './report-wording'
import { toProcessHtml } from './to-process-html'
import { toSvgChart } from './to-svg-chart'

const mostEvents = 200
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** The report of an incident as one HTML file that loads nothing and runs nothing. */
export function toReportHtml(report: Report, { locale }: { locale: Locale }): string {
  const wording = createReportWording(locale)
  const { incident } = report
  const { fromMs, toMs, label } = incident
  const range = wording.say('report.range', {
    from: wording.moment(fromMs),
    to: wording.moment(toMs),
    spanMs: formatDuration(toMs - fromMs),
  })
  const title = `${wording.say('report.title')} · ${incident.host.hostname ?? label}`
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title><style>${reportStyle}</style></head><body>`,
    `<h1>${toIsolated(title)}</h1><p class="dim">${escapeHtml(range)}</p>`,
    ...report.processes.map((process) => toProcessHtml(report, process, wording)),
    toHostSection(incident, wording),
    toMarks(incident, wording),
    toEvents(incident, wording),
    `<p class="dim">${escapeHtml(wording.say('report.foot', { zone: wording.zone() }))}</p></body></html>\n`,
  ].join('\n')
}

function toHostSection(incident: Incident, wording: ReportWording): string {
  const { fromMs, toMs, host, label } = incident
  const series = toHostSeries(incident.hostStream)
  const moments = toMoments(incident, null, wording).filter(({ kind }) => kind === 'balloon')
  const chartOf = (id: 'hostUsed' | 'psi', title: string): string =>
    toSvgChart({ title, series: series.filter((each) => each.id === id), moments, fromMs, toMs }, wording)
  const say = (key: string): string => wording.say(`report.facts.${key}`)
  const totalBytes = hostAt(incident.hostStream, toMs)?.memTotalBytes ?? null
  return [
    `<h2>${escapeHtml(wording.say('report.host'))}</h2>`,
    chartOf('hostUsed', wording.say('report.chart.used')),
    chartOf('psi', wording.say('report.chart.psi')),
    toNumbers(series, wording),
    toFacts(
      [
        [say('target'), label],
        [say('hostName'), host.hostname],
        [say('kernel'), host.kernelRelease],
        [say('arch'), host.arch],
        [say('memory'), totalBytes === null ? null : formatBytes(totalBytes)],
      ],
      wording,
    ),
  ].join('\n')
}

function toMarks({ marks }: Incident, wording: ReportWording): string {
  if (marks.length === 0) return ''
  const rows = marks
    .slice(0, mostEvents)
    .map(
      ({ atMs, text }) => `<tr><td class="n">${wording.moment(atMs)}</td><td>${toIsolated(text)}</td></tr>`,
    )
  return (
    `<h2>${escapeHtml(wording.say('report.marks.title'))}</h2>` +
    `<table>${rows.join('')}</table>${toMore(marks.length - rows.length, wording)}`
  )
}

function toEvents({ events }: Incident, wording: ReportWording): string {
  const told = events.filter(({ kind }) => kind !== 'gc')
  const rows = told
    .slice(-mostEvents)
    .map(
      (event) =>
        `<tr><td class="n">${wording.moment(event.atMs)}</td><td>${toIsolated(wording.event(event))}</td></tr>`,
    )
  const foot =
    rows.length === 0
      ? `<p class="dim">${escapeHtml(wording.say('report.events.none'))}</p>`
      : toMore(told.length - rows.length, wording)
  return `<h2>${escapeHtml(wording.say('report.events.title'))}</h2><table>${rows.join('')}</table>${foot}`
}

const toMore = (count: number, wording: ReportWording): string =>
  count > 0 ? `<p class="dim">${escapeHtml(wording.say('report.more', { count }))}</p>` : ''
