import { formatBytes, formatPercent } from '../text/units'
import { toBandName, type RssBand } from '../metrics/rss-accounting'
import { mainFinding } from '../verdict/verdict'
import { toIsolated, escapeHtml } from './escape-html'
import { toFacts, toNumbers, type Fact } from './html-tables'
import { shownVerdict, type Report, type ReportProcess } from './prepare-report'
import { toMoments } from './report-moments'
import { toProcessSeries } from './report-series'
import type { ReportWording } from './report-wording'
import { toSvgChart } from './to-svg-chart'

/** The part of the page that is about one process. */
export function toProcessHtml({ incident }: Report, of: ReportProcess, wording: ReportWording): string {
  const { fromMs, toMs } = incident
  const { key, facts, proof } = of.process
  const series = toProcessSeries(of.process)
  const proofCard = `<div class="card"><span class="level">${escapeHtml(wording.say('report.proof.title'))}</span> ${
    proof === null ? '' : escapeHtml(wording.proof(proof))
  }</div>`
  const moments = toMoments(incident, key, wording)
  return [
    `<h2>${toIsolated(facts.comm)} <span class="dim">pid ${key.pid}</span></h2>`,
    toVerdictCard(of, wording),
    proof === null ? '' : proofCard,
    toSvgChart({ title: wording.say('report.chart.memory'), series, moments, fromMs, toMs }, wording),
    toNumbers(series, wording),
    toBands(of, wording),
    toHeap(of, wording),
    toFacts(toProcessFacts(of, wording), wording),
  ].join('\n')
}

function toVerdictCard(of: ReportProcess, wording: ReportWording): string {
  const verdict = shownVerdict(of)
  if (verdict === null) return `<p class="dim">${escapeHtml(wording.say('report.verdict.none'))}</p>`
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
  const difference = wording.difference(of)
  const again = difference === null ? '' : `<p class="dim">${escapeHtml(difference)}</p>`
  return `<div class="card ${severity}">${findings.join('')}${again}</div>`
}

/** Where RSS went when it was read last: a bar, and a row for each band. */
function toBands({ accounting }: ReportProcess, wording: ReportWording): string {
  if (accounting?.rssBytes == null || accounting.atMs === null) return ''
  const { rssBytes, bands } = accounting
  const known = bands.filter(({ bytes }) => (bytes ?? 0) > 0)
  const sumBytes = known.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  let x = 0
  const rects = known.map(({ id, bytes }) => {
    const width = ((bytes ?? 0) / Math.max(1, sumBytes)) * 100
    x += width
    return `<rect class="b-${id}" x="${(x - width).toFixed(3)}" y="0" width="${width.toFixed(3)}" height="1"/>`
  })
  const params = { rssBytes: formatBytes(rssBytes), at: wording.moment(accounting.atMs) }
  const rows = bands.map((band) => {
    const name = wording.say(`rssBand.${toBandName(accounting, band.id)}.title`)
    return `<tr><td><span class="swatch b-${band.id}"></span>${escapeHtml(name)}</td>${toBandCells(band, rssBytes, wording)}</tr>`
  })
  return (
    `<h3>${escapeHtml(wording.say('report.bands.title'))}</h3>` +
    `<p class="dim">${escapeHtml(wording.say('report.bands.of', params))}</p>` +
    `<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${rects.join('')}</svg>` +
    `<table>${rows.join('')}</table>`
  )
}

function toBandCells({ bytes, reason }: RssBand, rssBytes: number, wording: ReportWording): string {
  if (bytes === null)
    return `<td class="dim" colspan="2">${escapeHtml(wording.absence(reason ?? 'not-read'))}</td>`
  const share = formatPercent((bytes / Math.max(1, rssBytes)) * 100)
  return `<td class="n">${escapeHtml(formatBytes(bytes))}</td><td class="n">${escapeHtml(share)}</td>`
}

/** The functions whose memory is in use, and what grew since the first profile. */
function toHeap({ heap, growth }: ReportProcess, wording: ReportWording): string {
  if (heap === null) return ''
  const say = (key: string): string => escapeHtml(wording.say(`report.heap.${key}`))
  const title = `<h3>${escapeHtml(wording.say('report.heap.title', { at: wording.moment(heap.atMs) }))}</h3>`
  if (heap.table === null) return `${title}<p class="dim">${say('unreadable')}</p>`
  const { rows, rowCount, totalBytes } = heap.table
  const numbers = (flatBytes: number, cumBytes: number): string =>
    [flatBytes, cumBytes].map((bytes) => `<td class="n">${escapeHtml(formatBytes(bytes))}</td>`).join('')
  const lines = rows.map(({ name, flatBytes, cumBytes }) => {
    const share = totalBytes === 0 ? '' : formatPercent((flatBytes / totalBytes) * 100)
    return `<tr><td>${toIsolated(name)}</td><td class="n">${escapeHtml(share)}</td>${numbers(flatBytes, cumBytes)}</tr>`
  })
  const about = wording.say('report.heap.about', {
    total: formatBytes(totalBytes),
    shown: rows.length,
    count: rowCount,
  })
  const head = (name: string, share: string): string =>
    `<tr><th>${name}</th>${share}<th class="n">${say('flat')}</th><th class="n">${say('cum')}</th></tr>`
  const parts = [
    title,
    `<p class="dim">${escapeHtml(about)}</p>`,
    `<table>${head(say('function'), `<th class="n">${say('share')}</th>`)}${lines.join('')}</table>`,
  ]
  if (growth !== null && growth.top.length > 0) {
    const since = wording.say('report.heap.grew', { since: wording.moment(growth.fromAtMs) })
    const grown = growth.top.map(
      ({ name, flatDeltaBytes, cumDeltaBytes }) =>
        `<tr><td>${toIsolated(name)}</td>${numbers(flatDeltaBytes, cumDeltaBytes)}</tr>`,
    )
    parts.push(`<table>${head(escapeHtml(since), '')}${grown.join('')}</table>`)
  }
  return parts.join('\n')
}

function toProcessFacts({ process }: ReportProcess, wording: ReportWording): Fact[] {
  const { facts, states } = process
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
    [
      say('endpoint'),
      states.findLast(({ state }) => state.endpoint.url !== null)?.state.endpoint.url ?? null,
    ],
  ]
}
