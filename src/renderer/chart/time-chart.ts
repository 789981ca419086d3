import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  type ChartDataset,
} from 'chart.js'
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
import { createMarksPlugin, type ChartMarks } from './marks-plugin'
import type { TimeSpan } from './time-window'

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler)

/** How one line looks. `colour` is a key of ChartTheme.series. */
export interface LineStyle {
  id: string
  colour: string
  isDashed: boolean
  isFilled: boolean
  isStepped: boolean
}

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

/**
 * Two points a bucket, one bucket for two pixels: finer than a line of 1.5 px can show, and what Chart.js costs goes by
 * the number of points.
 */
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

interface Point {
  x: number
  y: number
}

type LineChart = Chart<'line', Point[]>

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
  const datasets = options.lines.map((line) => toDataset(line, theme))
  const pools: Point[][] = options.lines.map(() => [])
  const chart: LineChart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets },
    plugins: [marks.plugin],
    options: {
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      spanGaps: false,
      events: [],
      layout: { padding: { top: 4, right: plotInset.right, bottom: options.hasTimeLabels ? 0 : 4 } },
      elements: { point: { radius: 0, hitRadius: 0 }, line: { borderWidth: 1.5, tension: 0 } },
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
  marks.setTheme(theme)

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
      view.envelopes.forEach((envelope, index) => {
        const dataset = datasets[index] as ChartDataset<'line', Point[]>
        dataset.hidden = envelope === null
        if (envelope !== null) dataset.data = toPoints(envelope, pools[index] as Point[])
      })
      marks.setMarks(view.marks)
      chart.update('none')
    },
    resize(width, height) {
      if (chart.width !== width || chart.height !== height) chart.resize(width, height)
    },
    recolour(next) {
      options.lines.forEach((line, index) => Object.assign(datasets[index] as object, toColours(line, next)))
      colourAxes(chart, next)
      marks.setTheme(next)
      chart.update('none')
    },
    toPixelY(value) {
      const scale = chart.scales['y']
      return scale === undefined || !Number.isFinite(value) ? null : scale.getPixelForValue(value)
    },
    dispose: () => chart.destroy(),
  }
}

/** Objects are used again from one drawing to the next: a chart that is at rest makes no garbage. */
function toPoints(envelope: Envelope, pool: Point[]): Point[] {
  const { x, y, length } = envelope
  while (pool.length < length) pool.push({ x: 0, y: 0 })
  for (let i = 0; i < length; i++) {
    const point = pool[i] as Point
    point.x = x[i] as number
    point.y = y[i] as number
  }
  // A fresh array: Chart.js watches the methods of the one that it was given.
  return pool.slice(0, length)
}

function toTimeLabel(atMs: number, axes: Axes): string {
  return atMs > axes.lastLabelMs ? '' : formatClock(atMs, hasSeconds(axes.x.stepMs))
}

function toColours(line: LineStyle, theme: ChartTheme): { borderColor: string; backgroundColor: string } {
  const colour = theme.series[line.colour] ?? theme.text
  return { borderColor: colour, backgroundColor: `color-mix(in srgb, ${colour} 22%, transparent)` }
}

function toDataset(line: LineStyle, theme: ChartTheme): ChartDataset<'line', Point[]> {
  return {
    data: [],
    ...toColours(line, theme),
    borderDash: line.isDashed ? [5, 3] : [],
    stepped: line.isStepped,
    fill: line.isFilled ? 'origin' : false,
  }
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
