import type { IncidentProcess, StreamColumns } from '../snapshot/incident'
import { toGapMs } from '../metrics/gap'
import type { AbsenceReason } from '../metrics/samples'
import type { StreamId } from '../snapshot/sample-parts'

export type SeriesId = 'rss' | 'heapInuse' | 'rssLessLazyFree' | 'lazyFree' | 'hostUsed' | 'psi'

/** Why a number is absent; a key below `report.absence`. */
export type AbsentWhy = AbsenceReason | 'noEndpoint' | 'notGo'

/** One line of a chart: NaN is not reported. */
export interface ReportSeries {
  id: SeriesId
  unit: 'bytes' | 'percent'
  atMs: Float64Array
  values: Float64Array
  /** Further apart than this, two readings are not joined by a line. */
  gapMs: number
  absent: AbsentWhy | null
}

/** What is shown of one process, in the order of the legend. */
export function toProcessSeries(process: IncidentProcess): ReportSeries[] {
  const { rollup, go } = process.streams
  const rolled = rollup.columns['rssBytes']
  const lazyFree = rollup.columns['lazyFreeBytes']
  const less = Float64Array.from(
    rollup.atMs,
    (_, row) => (rolled?.[row] ?? Number.NaN) - (lazyFree?.[row] ?? Number.NaN),
  )
  const walkWhy = whyNoWalk(process)
  return [
    toSeries('rss', ['process', process.streams.process], 'rssBytes', whyNoStatus(process)),
    toSeries(
      'heapInuse',
      ['go', go],
      'heapInuseBytes',
      process.facts.isGo === false ? 'notGo' : 'noEndpoint',
    ),
    { ...toSeries('rssLessLazyFree', ['rollup', rollup], 'rssBytes', walkWhy), values: less },
    toSeries('lazyFree', ['rollup', rollup], 'lazyFreeBytes', walkWhy),
  ].map(withWhy)
}

/** Used memory of the host, and its pressure. */
export function toHostSeries(host: StreamColumns): ReportSeries[] {
  const total = host.columns['memTotalBytes']
  const available = host.columns['memAvailableBytes']
  const used = Float64Array.from(
    host.atMs,
    (_, row) => (total?.[row] ?? Number.NaN) - (available?.[row] ?? Number.NaN),
  )
  const psi = toSeries('psi', ['host', host], 'psiSomeAvg10', 'not-reported')
  return [
    { ...toSeries('hostUsed', ['host', host], 'memTotalBytes', 'not-reported'), values: used },
    { ...psi, unit: 'percent' as const },
  ].map(withWhy)
}

/** First, least, most and last of what was reported; null: nothing was. */
export function toExtremes(
  values: Float64Array,
): { first: number; least: number; most: number; last: number } | null {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return null
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of known) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return { first: known[0]!, least, most, last: known.at(-1)! }
}

function toSeries(
  id: SeriesId,
  [stream, columns]: [StreamId, StreamColumns],
  column: string,
  absent: AbsentWhy,
): ReportSeries {
  const { atMs } = columns
  const values = columns.columns[column] ?? new Float64Array(atMs.length).fill(Number.NaN)
  return { id, unit: 'bytes', atMs, values, gapMs: toGapMs(stream, atMs), absent }
}

function withWhy(series: ReportSeries): ReportSeries {
  return toExtremes(series.values) === null ? series : { ...series, absent: null }
}

const isTelling = (reason: AbsenceReason | undefined): boolean => reason !== undefined && reason !== 'gone'

function whyNoWalk({ states }: IncidentProcess): AbsentWhy {
  // A process that has ended says nothing of why it was not read before.
  const why = states.findLast(({ state }) => isTelling(state.absent.smaps_rollup))?.state.absent.smaps_rollup
  if (why !== undefined) return why
  return states.some(({ state }) => state.hasRollup) ? 'not-reported' : 'not-read'
}

function whyNoStatus({ states }: IncidentProcess): AbsentWhy {
  const absent = states.findLast(({ state: { absent } }) => isTelling(absent.status ?? absent.stat))?.state
    .absent
  return absent?.status ?? absent?.stat ?? 'not-read'
}
