import type { SourceId } from './samples'

export type MetricUnit = 'bytes' | 'percent' | 'count'

/** Where a number comes from: a file of the process, its Go endpoint, a file of the host, or the balloon's own count. */
export type MetricSource = SourceId | 'endpoint' | 'meminfo' | 'pressure' | 'balloon'

/** One number that is shown or drawn. Its title and help are in the window's catalogues under the two keys. */
export interface MetricInfo {
  id: string
  unit: MetricUnit
  source: MetricSource
  /** First mainline kernel with it; null: older than any that matters, or not the kernel's. Vendors port back. */
  sinceKernel: string | null
  titleKey: string
  helpKey: string
}

function metric<const Id extends string>(
  id: Id,
  unit: MetricUnit,
  source: MetricSource,
  sinceKernel: string | null = null,
) {
  return {
    id,
    unit,
    source,
    sinceKernel,
    titleKey: `chart.metric.${id}.title`,
    helpKey: `chart.metric.${id}.help`,
  } as const
}

/** Every number of one process and its host, in the order of the number strip. */
export const metrics = [
  metric('virtBytes', 'bytes', 'status'),
  metric('rssBytes', 'bytes', 'status'),
  metric('rssLessLazyFreeBytes', 'bytes', 'smaps_rollup', '4.12'),
  metric('lazyFreeBytes', 'bytes', 'smaps_rollup', '4.12'),
  metric('heapInuseBytes', 'bytes', 'endpoint'),
  metric('heapIdleBytes', 'bytes', 'endpoint'),
  metric('heapReleasedBytes', 'bytes', 'endpoint'),
  metric('goSysBytes', 'bytes', 'endpoint'),
  metric('ussBytes', 'bytes', 'smaps_rollup'),
  metric('pssBytes', 'bytes', 'smaps_rollup'),
  metric('swapBytes', 'bytes', 'status'),
  metric('cpuPercent', 'percent', 'stat'),
  metric('threads', 'count', 'status'),
  metric('memAvailableBytes', 'bytes', 'meminfo', '3.14'),
  metric('psiSomeAvg10', 'percent', 'pressure', '4.20'),
  metric('psiFullAvg10', 'percent', 'pressure', '4.20'),
  metric('balloonBytes', 'bytes', 'balloon'),
] as const satisfies readonly MetricInfo[]

export type MetricId = (typeof metrics)[number]['id']

const metricsById = new Map<string, MetricInfo & { id: MetricId }>(metrics.map((info) => [info.id, info]))

export function metricInfo(id: MetricId): MetricInfo & { id: MetricId } {
  const info = metricsById.get(id)
  if (info === undefined) throw new RangeError(`no such metric: ${id}`)
  return info
}

/** The numbers of the strip over the chart, in order. */
export const stripMetricIds = [
  'virtBytes',
  'rssBytes',
  'rssLessLazyFreeBytes',
  'lazyFreeBytes',
  'heapInuseBytes',
  'heapIdleBytes',
  'heapReleasedBytes',
  'goSysBytes',
  'ussBytes',
  'pssBytes',
  'swapBytes',
  'cpuPercent',
] as const satisfies readonly MetricId[]

/** Columns of the history of one process, of its host and of the balloon: what a chart can draw. */
export const historyColumns = {
  process: ['rssBytes', 'lazyFreeBytes', 'rssLessLazyFreeBytes', 'heapInuseBytes'],
  host: ['memAvailableBytes', 'psiSomeAvg10', 'psiFullAvg10'],
  balloon: ['balloonBytes'],
} as const satisfies Record<string, readonly MetricId[]>

export type HistoryKind = keyof typeof historyColumns
export type SeriesId = (typeof historyColumns)[HistoryKind][number]

/** How a metric is drawn wherever it is drawn. */
export interface SeriesInfo {
  id: SeriesId
  history: HistoryKind
  /** CSS custom property without the dashes; one colour for each series everywhere. */
  colourToken: string
  line: 'solid' | 'dashed'
  isFilled: boolean
  /** The value holds until the next reading (smaps_rollup is read seldom): drawn as steps. */
  isStepped: boolean
}

export const seriesInfos: Record<SeriesId, SeriesInfo> = {
  rssBytes: series('rssBytes', 'process', 'series-rss'),
  heapInuseBytes: series('heapInuseBytes', 'process', 'series-heap-inuse'),
  lazyFreeBytes: series('lazyFreeBytes', 'process', 'series-lazyfree', { isStepped: true }),
  rssLessLazyFreeBytes: series('rssLessLazyFreeBytes', 'process', 'series-rss-less-lazyfree', {
    line: 'dashed',
    isStepped: true,
  }),
  memAvailableBytes: series('memAvailableBytes', 'host', 'series-memavailable'),
  psiSomeAvg10: series('psiSomeAvg10', 'host', 'series-psi', { isFilled: true }),
  psiFullAvg10: series('psiFullAvg10', 'host', 'series-psi', { line: 'dashed' }),
  balloonBytes: series('balloonBytes', 'balloon', 'series-balloon', { isFilled: true }),
}

function series(
  id: SeriesId,
  history: HistoryKind,
  colourToken: string,
  style: Partial<Pick<SeriesInfo, 'line' | 'isFilled' | 'isStepped'>> = {},
): SeriesInfo {
  return { id, history, colourToken, line: 'solid', isFilled: false, isStepped: false, ...style }
}

/** One chart of the stack. All panels share one time axis. */
export interface PanelInfo {
  id: string
  titleKey: string
  unit: MetricUnit
  series: readonly SeriesId[]
}

function panel(id: string, unit: MetricUnit, seriesIds: readonly SeriesId[]): PanelInfo {
  return { id, titleKey: `chart.panel.${id}`, unit, series: seriesIds }
}

/** The hero chart: everything that answers "whose memory is it" on one axis. */
export const heroPanel = panel('hero', 'bytes', [
  'rssBytes',
  'lazyFreeBytes',
  'rssLessLazyFreeBytes',
  'heapInuseBytes',
])

/** The same series side by side. */
export const splitPanels: readonly PanelInfo[] = heroPanel.series.map((id) => panel(id, 'bytes', [id]))

export const balloonLane = panel('balloon', 'bytes', ['balloonBytes'])

/** The host's lanes under the chart. */
export const hostLanes: readonly PanelInfo[] = [
  panel('available', 'bytes', ['memAvailableBytes']),
  panel('pressure', 'percent', ['psiSomeAvg10', 'psiFullAvg10']),
]
