import { toTimeTicks, toValueScale } from './chart-scale'
import { decimate } from './decimate'
import { escapeHtml } from './escape-html'
import type { ReportMoment } from './report-moments'
import { toExtremes, type ReportSeries } from './report-series'
import type { ReportWording } from './report-wording'

export interface SvgChart {
  title: string
  series: readonly ReportSeries[]
  moments: readonly ReportMoment[]
  fromMs: number
  toMs: number
}

const width = 960
const height = 260
const left = 76
const right = 12
const top = 26
const bottom = 24
const plotWidth = width - left - right
const plotHeight = height - top - bottom
/** Labels of moments closer than this would cover each other. */
const labelWidth = 110

/** A chart of lines as SVG of fixed proportions, coloured by the classes of report-style.ts. */
export function toSvgChart(
  { title, series, moments, fromMs, toMs }: SvgChart,
  wording: ReportWording,
): string {
  const known = series.filter(({ absent }) => absent === null)
  const unit = series[0]?.unit ?? 'bytes'
  const most = Math.max(0, ...known.map(({ values }) => toExtremes(values)?.most ?? 0))
  const scale = toValueScale(most, unit)
  const xOf = (atMs: number): number => left + ((atMs - fromMs) / Math.max(1, toMs - fromMs)) * plotWidth
  const yOf = (value: number): number => top + plotHeight * (1 - value / scale.end)
  const body =
    known.length === 0
      ? `<text class="empty" x="${width / 2}" y="${height / 2}">${escapeHtml(wording.say('report.chart.nothing'))}</text>`
      : [
          ...scale.ticks.map((tick) => toValueLine(yOf(tick), wording.value(tick, unit))),
          ...toTimeTicks(fromMs, toMs).map((tick) => toTimeLine(xOf(tick), wording.time(tick))),
          ...toMomentShapes(moments, xOf),
          ...known.map((each) => toPath(each, fromMs, toMs, yOf)),
        ].join('')
  return (
    `<figure><figcaption>${escapeHtml(title)}${toLegend(series, wording)}</figcaption>` +
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${body}</svg></figure>`
  )
}

function toLegend(series: readonly ReportSeries[], wording: ReportWording): string {
  const items = series
    .filter(({ absent }) => absent === null)
    .map(({ id }) => `<span class="key s-${id}">${escapeHtml(wording.say(`report.series.${id}`))}</span>`)
  return ` ${items.join(' ')}`
}

function toValueLine(y: number, label: string): string {
  return (
    `<path class="grid" d="M${left} ${round(y)}H${width - right}"/>` +
    `<text class="value" x="${left - 8}" y="${round(y + 4)}">${escapeHtml(label)}</text>`
  )
}

function toTimeLine(x: number, label: string): string {
  return (
    `<path class="grid" d="M${round(x)} ${top}V${height - bottom}"/>` +
    `<text class="time${x > width - right - 24 ? ' last' : ''}" x="${round(x)}" y="${height - 7}">${escapeHtml(label)}</text>`
  )
}

function toMomentShapes(moments: readonly ReportMoment[], xOf: (atMs: number) => number): string[] {
  let freeFrom = left
  return moments.map(({ kind, fromMs, toMs, label }) => {
    const x = Math.min(width - right, Math.max(left, xOf(fromMs)))
    const end = toMs === null ? x : Math.min(width - right, Math.max(x + 1, xOf(toMs)))
    const shape =
      toMs === null
        ? `<path class="moment ${kind}" d="M${round(x)} ${top - 4}V${height - bottom}"/>`
        : `<rect class="moment ${kind}" x="${round(x)}" y="${top}" width="${round(end - x)}" height="${plotHeight}"/>`
    const hasRoom = x >= freeFrom && x + labelWidth <= width
    if (hasRoom) freeFrom = x + labelWidth
    const text = hasRoom
      ? `<text class="label" x="${round(x + 3)}" y="${top - 8}">${escapeHtml(label.slice(0, 22))}</text>`
      : ''
    return `<g><title>${escapeHtml(label)}</title>${shape}${text}</g>`
  })
}

function toPath(series: ReportSeries, fromMs: number, toMs: number, yOf: (value: number) => number): string {
  const runs = decimate(series, fromMs, toMs, plotWidth)
  const commands = runs.map((run) => {
    const points = run.map(({ x, value }) => `${round(left + x * plotWidth)} ${round(yOf(value))}`)
    // A single point is a dot: round ends make a line of no length visible.
    return `M${points.length === 1 ? `${points[0]}L${points[0]}` : points.join('L')}`
  })
  return `<path class="line s-${series.id}" d="${commands.join('')}"/>`
}

const round = (value: number): string => String(Math.round(value * 10) / 10)
