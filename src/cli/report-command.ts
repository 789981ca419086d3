import { stat } from 'node:fs/promises'
import { prepareReport, type Report } from '#core/report/prepare-report'
import { toReportHtml } from '#core/report/to-report-html'
import { toTerminalReport } from '#core/report/to-terminal-report'
import { hostAt, samplesOf } from '#core/snapshot/sample-at'
import { snapshotLimits } from '#core/snapshot/manifest'
import type { Locale } from '#core/text/catalogue'
import { readNamedFile } from '#main/files/read-named-file'
import { runIncidentJob } from '#main/incident/incident-thread'
import { saveWhole } from '#main/files/save-whole'
import { usageError } from './arguments'
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
  if (options.html !== null && (await isSameFile(options.file, options.html)))
    throw usageError('--html would put the report in the place of the snapshot')
  const { bytes } = await readNamedFile(options.file, snapshotLimits.fileBytes)
  // In a thread that has as much memory as a snapshot may take.
  const incident = await runIncidentJob('read', { bytes })
  const report = await prepareReport(incident)
  const { html, isJson, locale } = options
  if (html === '-') output.line(toReportHtml(report, { locale }))
  else if (html !== null) await saveWhole(html, Buffer.from(toReportHtml(report, { locale })))
  if (isJson) await printJson(report, output)
  else if (html === null)
    for (const line of toTerminalReport(report, { locale, ...toTerminal() })) output.line(line)
}

/** By another path, or a link, as well. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([one, other].map((path) => stat(path).catch(() => null)))
  return first != null && second != null && first.dev === second.dev && first.ino === second.ino
}

function toTerminal(): { width: number; hasBlocks: boolean } {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env
  const isUtf8 = /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
  return { width: Math.max(60, process.stdout.columns || 80), hasBlocks: isUtf8 && TERM !== 'dumb' }
}

/** First a line about the whole, then one a process, then one a sample of each: as `watch --json` prints them. */
async function printJson({ incident, processes }: Report, output: Output): Promise<void> {
  const { label, fromMs, toMs, host, hostStream, events, marks, profiles, readings } = incident
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
  for (const { process, endVerdict, again, accounting, heap, growth } of processes)
    output.json({
      kind: 'process',
      ...process.key,
      facts: process.facts,
      storedVerdict: toVerdictRecord(process.verdict),
      verdict: toVerdictRecord(endVerdict),
      verdictDifference: again?.difference ?? null,
      proof: process.proof,
      accounting,
      heap,
      growth,
    })
  for (const { process } of processes)
    for (const sample of samplesOf(process)) {
      const host = hostAt(hostStream, sample.atMs)
      output.json({ kind: 'sample', ...toProcessRecord(sample, host, process.facts) })
      // A day of several processes is gigabytes of text.
      await output.drained()
    }
}
