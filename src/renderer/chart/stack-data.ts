import { historyColumns, seriesInfos, type SeriesId } from '#core/metrics/catalogue'
import { readValueAt } from '../live/envelope'
import type { HostFeed } from '../live/host-feed'
import type { ProcessFeed } from '../live/process-feed'
import type { SampleTable } from '../live/sample-table'
import { thinMoments, type ChartMoment } from './chart-moment'
import type { ChartMarks } from './marks-plugin'
import type { DataSpan, TimeSpan } from './time-window'

/** The feeds of a stack of charts: one process and its host. */
export interface StackFeeds {
  feed: ProcessFeed
  host: HostFeed
  moments?: readonly ChartMoment[] | undefined
  /** The moment that is looked at; null or absent: the newest. */
  cursorMs?: number | null | undefined
}

/** Two lines nearer than this can't be told apart. */
const leastMomentPixels = 3

export type SeriesValues = Partial<Record<SeriesId, number>>

/** The table and the column of a series. */
export function toColumn({ feed, host }: StackFeeds, id: SeriesId): { table: SampleTable; column: number } {
  const { history } = seriesInfos[id]
  const tables = { process: feed.table, host: host.table, balloon: host.balloonTable }
  return { table: tables[history], column: (historyColumns[history] as readonly SeriesId[]).indexOf(id) }
}

/** From the first to the newest sample of the process. */
export function toDataSpan({ feed: { table } }: StackFeeds): DataSpan {
  const count = table.count()
  return count === 0 ? null : { fromMs: table.timeAt(0), toMs: table.timeAt(count - 1) }
}

export function toMarks(
  { feed, host, moments = [], cursorMs = null }: StackFeeds,
  span: TimeSpan,
  pixels: number,
): ChartMarks {
  const { table } = feed
  const newestMs = table.count() === 0 ? span.toMs : table.timeAt(table.count() - 1)
  const bands = host.runs.value
    .map((run) => ({ fromMs: run.startedAtMs, toMs: run.endedAtMs ?? Math.max(run.startedAtMs, newestMs) }))
    .filter((band) => band.toMs >= span.fromMs && band.fromMs <= span.toMs)
  return {
    gcAtMs: feed.gcMarks.read(span.fromMs, span.toMs, pixels),
    bands,
    moments: thinMoments(
      moments.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs),
      ((span.toMs - span.fromMs) / Math.max(1, pixels)) * leastMomentPixels,
    ),
    cursorMs,
  }
}

/** Values at a moment; null: the newest of each series in the window. NaN where nothing is known. */
export function readValues(
  feeds: StackFeeds,
  ids: readonly SeriesId[],
  span: TimeSpan,
  atMs: number | null,
): SeriesValues {
  const values: SeriesValues = {}
  for (const id of ids) {
    const { table, column } = toColumn(feeds, id)
    const count = table.count()
    values[id] =
      count === 0 ? NaN : readValueAt(table, column, atMs ?? Math.min(table.timeAt(count - 1), span.toMs))
  }
  return values
}
