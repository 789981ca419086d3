import { escapeHtml, toIsolated } from './escape-html'
import { toExtremes, type ReportSeries } from './report-series'
import type { ReportWording } from './report-wording'

/** null: not known. */
export type Fact = [name: string, value: string | null]

export function toFacts(facts: Fact[], wording: ReportWording): string {
  const rows = facts.map(([name, value]) => {
    const shown =
      value === null
        ? `<td class="dim">${escapeHtml(wording.say('report.facts.unknown'))}</td>`
        : `<td>${toIsolated(value)}</td>`
    return `<tr><th>${escapeHtml(name)}</th>${shown}</tr>`
  })
  return `<h3>${escapeHtml(wording.say('report.facts.title'))}</h3><table class="facts">${rows.join('')}</table>`
}

/** First, least, most and last of each series, or why it is absent. */
export function toNumbers(series: readonly ReportSeries[], wording: ReportWording): string {
  const say = (key: string): string => escapeHtml(wording.say(`report.numbers.${key}`))
  const rows = series.map(({ id, unit, values, absent }) => {
    const name = `<td>${escapeHtml(wording.say(`report.series.${id}`))}</td>`
    const extremes = toExtremes(values)
    if (extremes === null)
      return `<tr>${name}<td class="dim" colspan="4">${escapeHtml(wording.absence(absent ?? 'not-read'))}</td></tr>`
    const { first, least, most, last } = extremes
    const cells = [first, least, most, last].map(
      (value) => `<td class="n">${escapeHtml(wording.value(value, unit))}</td>`,
    )
    return `<tr>${name}${cells.join('')}</tr>`
  })
  const heads = ['first', 'least', 'most', 'last'].map((key) => `<th class="n">${say(key)}</th>`)
  return `<table><tr><th>${say('name')}</th>${heads.join('')}</tr>${rows.join('')}</table>`
}
