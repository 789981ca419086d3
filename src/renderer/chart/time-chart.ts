import { Chart, LinearScale } from 'chart.js'
import type { MetricUnit } from '#core/metrics/catalogue'
import type { Envelope } from '../live/envelope'
import {
  formatClock,
  formatTick,
  hasSeconds,
  toTimeAxis,
  toValueAxis,
  type TimeAxis,
  type ValueAxis,
} from './axis-ticks'
import type { ChartTheme } from './chart-theme'
import { createLinesPlugin, type LineStyle } from './lines-plugin'
import { createMarksPlugin, type ChartMarks } from './marks-plugin'
import type { TimeSpan } from './time-window'

Chart.register(LinearScale)

export interface TimeChartOptions {
  unit: MetricUnit
  lines: readonly LineStyle[]
  /** Only the lowest chart of a stack writes the times. */
  hasTimeLabels: boolean
}

export interface TimeChartView extends TimeSpan {
  /** In the order of the lines; null: hidden. */
  envelopes: readonly (Envelope | null)[]
  marks: ChartMarks
  /** The axis reaches at least this; 0 when the data alone decides. */
  leastTop: number
}

/** One canvas of a stack of charts. All of a stack have the same plot left and right, so that one crosshair fits all. */
export interface TimeChart {
  draw(view: TimeChartView): void
  /** CSS pixels. */
  resize(width: number, height: number): void
  recolour(theme: ChartTheme): void
  /** CSS pixels from the top of the canvas, or null outside of the axis. */
  toPixelY(value: number): number | null
  dispose(): void
}

/** Distances of the plot from the canvas's sides, CSS pixels. */
export const plotInset = { left: 62, right: 12 } as const

/** Two points a bucket, one bucket for two pixels: finer than a line of 1.5 px can show. */
export function toBuckets(canvasWidth: number): number {
  return Math.max(1, Math.round((canvasWidth - plotInset.left - plotInset.right) / 2))
}

/** Half the width of a time label. */
const nearEdge = 26

interface Axes {
  y: ValueAxis
  x: TimeAxis
  /** A label of a later tick would be cut off by the canvas's right side. */
  lastLabelMs: number
}

type LineChart = Chart<'line'>

export function createTimeChart(
  canvas: HTMLCanvasElement,
  options: TimeChartOptions,
  theme: ChartTheme,
): TimeChart {
  const axes: Axes = {
    y: toValueAxis(options.unit, 0, 4),
    x: toTimeAxis(0, 60_000, 6, 0),
    lastLabelMs: Infinity,
  }
  const marks = createMarksPlugin()
  const lines = createLinesPlugin(options.lines)
  marks.setTheme(theme)
  lines.setTheme(theme)
  const chart: LineChart = new Chart<'line'>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [marks.plugin, lines.plugin],
    options: {
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      events: [],
      layout: { padding: { top: 4, right: plotInset.right, bottom: options.hasTimeLabels ? 0 : 4 } },
      scales: {
        x: {
          type: 'linear',
          grid: { drawTicks: false },
          border: { display: true },
          ticks: {
            display: options.hasTimeLabels,
            padding: 6,
            maxRotation: 0,
            autoSkip: false,
            callback: (value) => toTimeLabel(Number(value), axes),
          },
          afterBuildTicks: (scale) => void (scale.ticks = axes.x.ticks.map((value) => ({ value }))),
          // Labels must not widen the plot's margins, or the charts of a stack would not line up.
          afterFit: (scale) => void Object.assign(scale, { paddingLeft: 0, paddingRight: 0 }),
        },
        y: {
          type: 'linear',
          grid: { drawTicks: false },
          border: { display: false },
          ticks: {
            padding: 6,
            autoSkip: false,
            callback: (value) => formatTick(options.unit, Number(value), axes.y.max),
          },
          afterBuildTicks: (scale) => void (scale.ticks = axes.y.ticks.map((value) => ({ value }))),
          afterFit: (scale) => void (scale.width = plotInset.left),
        },
      },
    },
  })
  colourAxes(chart, theme)

  function plotSize(): { width: number; height: number } {
    return { width: Math.max(40, chart.width - plotInset.left - plotInset.right), height: chart.height }
  }

  function setAxes(view: TimeChartView): void {
    const { width, height } = plotSize()
    const greatest = Math.max(view.leastTop, ...view.envelopes.map((envelope) => envelope?.greatest || 0))
    axes.y = toValueAxis(options.unit, greatest, Math.max(2, Math.min(5, Math.floor(height / 38))))
    const offset = new Date(view.toMs).getTimezoneOffset()
    axes.x = toTimeAxis(view.fromMs, view.toMs, Math.max(2, Math.floor(width / 90)), offset)
    axes.lastLabelMs = view.toMs - ((nearEdge - plotInset.right) / width) * (view.toMs - view.fromMs)
    const { x, y } = chart.options.scales as Record<'x' | 'y', { min?: number; max?: number }>
    x.min = view.fromMs
    x.max = view.toMs
    y.min = 0
    y.max = axes.y.max
  }

  return {
    draw(view) {
      setAxes(view)
      lines.setEnvelopes(view.envelopes)
      marks.setMarks(view.marks)
      chart.update('none')
    },
    resize(width, height) {
      if (chart.width !== width || chart.height !== height) chart.resize(width, height)
    },
    recolour(next) {
      colourAxes(chart, next)
      marks.setTheme(next)
      lines.setTheme(next)
      chart.update('none')
    },
    toPixelY(value) {
      const scale = chart.scales['y']
      return scale === undefined || !Number.isFinite(value) ? null : scale.getPixelForValue(value)
    },
    dispose: () => chart.destroy(),
  }
}

function toTimeLabel(atMs: number, axes: Axes): string {
  return atMs > axes.lastLabelMs ? '' : formatClock(atMs, hasSeconds(axes.x.stepMs))
}

function colourAxes(chart: LineChart, theme: ChartTheme): void {
  const scales = chart.options.scales as unknown as Record<
    'x' | 'y',
    {
      grid: { color: string }
      border: { color: string }
      ticks: { color: string; font: { family: string; size: number } }
    }
  >
  for (const scale of [scales.x, scales.y]) {
    scale.grid.color = theme.grid
    scale.border.color = theme.border
    scale.ticks.color = theme.axis
    scale.ticks.font = { family: theme.font, size: 11 }
  }
}
