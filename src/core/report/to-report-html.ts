import { verdictAt } from '../snapshot/verdict-at'
import { verdictDifference } from '../snapshot/verdict-difference'
import type { Incident, IncidentProcess } from '../snapshot/incident'
import type { Locale } from '../text/catalogue'
import { formatDuration } from '../text/units'
import { mainFinding, type Verdict } from '../verdict/verdict'
import { escapeHtml, toIsolated } from './escape-html'
import { toMoments } from './report-moments'
import { toExtremes, toHostSeries, toProcessSeries, type ReportSeries } from './report-series'
import { reportStyle } from './report-style'
import { createReportWording, type ReportWording } from './report-wording'
import { toSvgChart } from './to-svg-chart'

const mostEvents = 200
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** The report of an incident as one HTML file that loads nothing and runs nothing. */
export function toReportHtml(incident: Incident, { locale }: { locale: Locale }): string {
  const wording = createReportWording(locale)
  const { fromMs, toMs, label, processes } = incident
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
    ...processes.map((process) => toProcessSection(incident, process, wording)),
    toHostSection(incident, wording),
    toMarks(incident, wording),
    toEvents(incident, wording),
    `<p class="dim">${escapeHtml(wording.say('report.foot', { zone: wording.zone() }))}</p></body></html>\n`,
  ].join('\n')
}

function toProcessSection(incident: Incident, process: IncidentProcess, wording: ReportWording): string {
  const { fromMs, toMs } = incident
  const series = toProcessSeries(process)
  const { key, facts, proof } = process
  return [
    `<h2>${toIsolated(facts.comm)} <span class="dim">pid ${key.pid}</span></h2>`,
    toVerdictCard(incident, process, wording),
    proof === null
      ? ''
      : `<div class="card"><span class="level">${escapeHtml(wording.say('report.proof.title'))}</span> ${escapeHtml(wording.proof(proof))}</div>`,
    toSvgChart(
      {
        title: wording.say('report.chart.memory'),
        series,
        moments: toMoments(incident, key, wording),
        fromMs,
        toMs,
      },
      wording,
    ),
    toNumbers(series, wording),
    toFacts(toProcessFacts(process, wording), wording),
  ].join('\n')
}

function toVerdictCard(incident: Incident, process: IncidentProcess, wording: ReportWording): string {
  const { host, hostStream, toMs } = incident
  const source = { process, hostFacts: host, hostStream, growth: null }
  const stored = process.verdict
  // What was computed back then knew more: profiles that were compared, and what came before the range.
  const verdict = stored ?? verdictAt(source, toMs)
  if (verdict === null) return `<p class="dim">${escapeHtml(wording.say('report.verdict.none'))}</p>`
  const now = stored === null ? null : verdictAt(source, stored.atMs)
  const severity = mainFinding(verdict)?.severity ?? 'calm'
  const findings = wording.held(verdict).map((finding) => {
    const evidence = finding.evidence.map((one) => `<li>${escapeHtml(wording.evidence(one))}</li>`)
    const steps = finding.next.map((step) => `<li>${escapeHtml(wording.line(step))}</li>`)
    const next =
      steps.length === 0
        ? ''
        : `<p class="dim">${escapeHtml(wording.say('report.verdict.next'))}</p><ul>${steps.join('')}</ul>`
    return (
      `<p><span class="level">${escapeHtml(wording.level(finding))}</span> ${escapeHtml(wording.line(finding))}</p>` +
      `<ul class="dim">${evidence.join('')}</ul>${next}`
    )
  })
  return `<div class="card ${severity}">${findings.join('')}${toDifference(stored, now, wording)}</div>`
}

function toDifference(stored: Verdict | null, now: Verdict | null, wording: ReportWording): string {
  if (stored === null || now === null || verdictDifference(stored, now) === null) return ''
  const say = (verdict: Verdict): string => {
    const main = mainFinding(verdict)
    return main === null ? '' : wording.line(main)
  }
  const params = { now: say(now), then: say(stored) }
  return `<p class="dim">${escapeHtml(wording.say('report.verdict.differs', params))}</p>`
}

function toHostSection(incident: Incident, wording: ReportWording): string {
  const { fromMs, toMs, host, label } = incident
  const series = toHostSeries(incident.hostStream)
  const moments = toMoments(incident, null, wording).filter(({ kind }) => kind === 'balloon')
  const chartOf = (id: 'hostUsed' | 'psi', title: string): string =>
    toSvgChart({ title, series: series.filter((each) => each.id === id), moments, fromMs, toMs }, wording)
  const say = (key: string): string => wording.say(`report.facts.${key}`)
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
      ],
      wording,
    ),
  ].join('\n')
}

type Fact = [name: string, value: string | null]

function toProcessFacts({ facts, states }: IncidentProcess, wording: ReportWording): Fact[] {
  const say = (key: string): string => wording.say(`report.facts.${key}`)
  const { cmdline, user, exePath, goVersion, goModule, goEnvironment, madvise, madviseWhy, isGo } = facts
  const all: Fact[] = [
    [say('commandLine'), cmdline === null ? null : cmdline.join(' ')],
    [say('user'), user],
    [say('executable'), exePath],
  ]
  if (isGo !== true) return all
  const environment = Object.entries(goEnvironment ?? {}).map(([name, value]) => `${name}=${value}`)
  const policyText = madvise === 'unknown' ? null : `MADV_${madvise.toUpperCase()}`
  const why = madviseWhy === null ? '' : ` – ${wording.line(madviseWhy)}`
  return [
    ...all,
    [say('go'), goVersion],
    [say('module'), goModule],
    [say('environment'), goEnvironment === null ? null : environment.join(' ') || say('none')],
    [say('madvise'), policyText === null ? null : policyText + why],
    ['pprof', states.findLast(({ state }) => state.endpoint.url !== null)?.state.endpoint.url ?? null],
  ]
}

function toFacts(facts: Fact[], wording: ReportWording): string {
  const rows = facts.map(([name, value]) => {
    const shown =
      value === null
        ? `<td class="dim">${escapeHtml(wording.say('report.facts.unknown'))}</td>`
        : `<td>${toIsolated(value)}</td>`
    return `<tr><th>${escapeHtml(name)}</th>${shown}</tr>`
  })
  return `<h3>${escapeHtml(wording.say('report.facts.title'))}</h3><table class="facts">${rows.join('')}</table>`
}

function toNumbers(series: readonly ReportSeries[], wording: ReportWording): string {
  const say = (key: string): string => escapeHtml(wording.say(`report.numbers.${key}`))
  const rows = series.map(({ id, unit, values, absent }) => {
    const name = `<td>${escapeHtml(wording.say(`report.series.${id}`))}</td>`
    const extremes = toExtremes(values)
    if (extremes === null)
      return `<tr>${name}<td class="dim" colspan="4">${escapeHtml(wording.say(`report.absence.${absent ?? 'not-read'}`))}</td></tr>`
    const { first, least, most, last } = extremes
    const cells = [first, least, most, last].map(
      (value) => `<td class="n">${escapeHtml(wording.value(value, unit))}</td>`,
    )
    return `<tr>${name}${cells.join('')}</tr>`
  })
  const heads = ['first', 'least', 'most', 'last'].map((key) => `<th class="n">${say(key)}</th>`)
  return `<table><tr><th>${say('name')}</th>${heads.join('')}</tr>${rows.join('')}</table>`
}

function toMarks({ marks }: Incident, wording: ReportWording): string {
  if (marks.length === 0) return ''
  const rows = marks
    .slice(0, mostEvents)
    .map(
      ({ atMs, text }) => `<tr><td class="n">${wording.moment(atMs)}</td><td>${toIsolated(text)}</td></tr>`,
    )
  return `<h2>${escapeHtml(wording.say('report.marks.title'))}</h2><table>${rows.join('')}</table>`
}

function toEvents({ events }: Incident, wording: ReportWording): string {
  const told = events.filter(({ kind }) => kind !== 'gc')
  const rows = told
    .slice(-mostEvents)
    .map(
      (event) =>
        `<tr><td class="n">${wording.moment(event.atMs)}</td><td>${toIsolated(wording.event(event))}</td></tr>`,
    )
  const more = told.length - rows.length
  const foot =
    rows.length === 0
      ? `<p class="dim">${escapeHtml(wording.say('report.events.none'))}</p>`
      : more > 0
        ? `<p class="dim">${escapeHtml(wording.say('report.events.more', { count: more }))}</p>`
        : ''
  return `<h2>${escapeHtml(wording.say('report.events.title'))}</h2><table>${rows.join('')}</table>${foot}`
}
