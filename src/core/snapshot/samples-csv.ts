import { toKeyText } from '../process-key'
import type { Incident, IncidentProcess, StreamColumns } from './incident'
import type { StreamId } from './sample-parts'

/** [title, stream, column]; units as the names say. */
const csvColumns = [
  ...columnsOf('process', [
    'rssBytes',
    'rssAnonBytes',
    'rssFileBytes',
    'rssShmemBytes',
    'swapBytes',
    'virtBytes',
    'threads',
    'cpuPercent',
    'memPercent',
  ]),
  ...columnsOf('rollup', ['pssBytes', 'ussBytes', 'lazyFreeBytes', 'anonHugePagesBytes']),
  ...columnsOf('go', [
    'heapAllocBytes',
    'heapInuseBytes',
    'heapIdleBytes',
    'heapReleasedBytes',
    'sysBytes',
    'goroutines',
  ]),
  ...columnsOf('cgroup', ['currentBytes', 'limitBytes']),
  ...columnsOf('host', ['memTotalBytes', 'memAvailableBytes', 'swapFreeBytes', 'psiSomeAvg10']),
]

interface CsvColumn {
  title: string
  stream: StreamId
  column: string
}

function columnsOf(stream: StreamId, columns: string[]): CsvColumn[] {
  const prefix = stream === 'cgroup' || stream === 'host' ? stream : ''
  return columns.map((column) => ({
    title: prefix === '' ? column : `${prefix}${column.charAt(0).toUpperCase()}${column.slice(1)}`,
    stream,
    column,
  }))
}

/** Five processes of 25 hours at 1 Hz: with more, the text would be larger than a part may be. */
const mostRows = 450_000

/**
 * One row a poll of each process; of more than 450,000 polls every second one, or every third. A reading stands in the first row at or
 * after its moment and not again; an empty cell was not reported or not read. Cells of text can't be taken for formulas.
 */
export function toSamplesCsv({ processes, hostStream }: Incident): string {
  const polls = processes.reduce((sum, { streams }) => sum + streams.process.atMs.length, 0)
  const every = Math.max(1, Math.ceil(polls / mostRows))
  const lines = [['time', 'pid', 'startTimeTicks', 'command', ...csvColumns.map(({ title }) => title)].join()]
  for (const process of processes) addRows(process, hostStream, every, lines)
  return `${lines.join('\r\n')}\r\n`
}

function addRows(process: IncidentProcess, hostStream: StreamColumns, every: number, lines: string[]): void {
  const streams: Record<StreamId, StreamColumns> = { ...process.streams, host: hostStream }
  const next: Record<StreamId, number> = { process: 0, rollup: 0, go: 0, cgroup: 0, host: 0 }
  const ids = Object.keys(next) as StreamId[]
  const who = [...toKeyText(process.key).split(':'), toCsvText(process.facts.comm)].join()
  const times = streams.process.atMs
  for (let poll = 0; poll < times.length; poll += every) {
    const atMs = times[poll] as number
    const rows = Object.fromEntries(ids.map((id) => [id, takeRow(streams[id], next, id, atMs)]))
    const cells = csvColumns.map(({ stream, column }) => {
      const row = rows[stream] ?? -1
      const value = row < 0 ? NaN : (streams[stream].columns[column]?.[row] ?? NaN)
      return Number.isFinite(value) ? String(value) : ''
    })
    lines.push(`${new Date(atMs).toISOString()},${who},${cells.join()}`)
  }
}

/** The newest row that is not younger than the moment and was not taken yet; -1: there is none. */
function takeRow(stream: StreamColumns, next: Record<StreamId, number>, id: StreamId, atMs: number): number {
  const from = next[id]
  let at = from
  while (at < stream.atMs.length && (stream.atMs[at] as number) <= atMs) at++
  next[id] = at
  return at > from ? at - 1 : -1
}

/** What a spreadsheet would calculate, or turn around, is only text: a quote before it, no control or bidi characters. */
export function toCsvText(text: string): string {
  const visible = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd')
  const inert = /^\s*[=+\-@|%＝＋－＠]/u.test(visible) ? `'${visible}` : visible
  return `"${inert.replaceAll('"', '""')}"`
}
