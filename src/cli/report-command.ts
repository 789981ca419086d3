import { toTerminalReport } from '#core/report/to-terminal-report'
import { toReportHtml } from '#core/report/to-report-html'
import { samplesOf } from '#core/snapshot/sample-at'
import { snapshotLimits } from '#core/snapshot/manifest'
import type { Incident } from '#core/snapshot/incident'
import { verdictAt } from '#core/snapshot/verdict-at'
import { verdictDifference } from '#core/snapshot/verdict-difference'
import type { Locale } from '#core/text/catalogue'
import { readNamedFile } from '#main/files/read-named-file'
import { parseIncidentFile } from '#main/incident/read-incident-file'
import { saveWhole } from '#main/incident/save-whole'
import type { Output } from './output'
import { toProcessRecord } from './record'
import { toVerdictRecord } from './verdict-record'

export interface ReportOptions {
  file: string
  /** Where the report goes; `-`: standard output; null: nowhere. */
  html: string | null
  isJson: boolean
  locale: Locale
}

/** `ballonet report`: what a `.ballonet` file says, on the terminal, as lines of JSON, or as HTML. */
export async function runReport(options: ReportOptions, output: Output): Promise<void> {
  const incident = await parseIncidentFile(
    (await readNamedFile(options.file, snapshotLimits.fileBytes)).bytes,
  )
  const { html, isJson, locale } = options
  if (html === '-') output.line(toReportHtml(incident, { locale }))
  else if (html !== null) await saveWhole(html, Buffer.from(toReportHtml(incident, { locale })))
  if (isJson) printJson(incident, output)
  else if (html === null)
    for (const line of toTerminalReport(incident, { locale, ...toTerminal() })) output.line(line)
}

function toTerminal(): { width: number; hasBlocks: boolean } {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env
  const isUtf8 = /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
  return { width: Math.max(60, process.stdout.columns || 80), hasBlocks: isUtf8 && TERM !== 'dumb' }
}

/** First a line about the whole, then one a process, then one a sample of each: as `watch --json` prints them. */
function printJson(incident: Incident, output: Output): void {
  const { label, fromMs, toMs, host, hostStream, processes, events, marks, profiles, readings } = incident
  output.json({
    kind: 'incident',
    label,
    fromMs,
    toMs,
    host,
    events,
    marks,
    profiles: profiles.map(({ info }) => info),
    readings: readings.map(({ atMs, path }) => ({ atMs, path })),
  })
  for (const process of processes) {
    const source = { process, hostFacts: host, hostStream, growth: null }
    const { verdict: stored } = process
    const now = stored === null ? null : verdictAt(source, stored.atMs)
    output.json({
      kind: 'process',
      ...process.key,
      facts: process.facts,
      storedVerdict: toVerdictRecord(stored),
      verdict: toVerdictRecord(verdictAt(source, toMs)),
      verdictDifference: stored === null || now === null ? null : verdictDifference(stored, now),
      proof: process.proof,
    })
  }
  for (const process of processes)
    for (const sample of samplesOf(process))
      output.json({ kind: 'sample', ...toProcessRecord(sample, null, process.facts) })
}
