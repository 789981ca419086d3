import { Chart } from 'chart.js'
import type { MetricUnit } from '#core/metrics/catalogue'
import type { Envelope } from '../live/envelope'
import { AxisScale, valueAxisWidth, type AxisView } from './axis-scale'
import { formatClock, formatTick, hasSeconds, toTimeAxis, toValueAxis } from './axis-ticks'
import type { ChartTheme } from './chart-theme'
import { createLinesPlugin, type LineStyle } from './lines-plugin'
import { createMarksPlugin, type ChartMarks } from './marks-plugin'
import type { TimeSpan } from './time-window'

Chart.register(AxisScale)

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
export const plotInset = { left: valueAxisWidth, right: 12 } as const

/** Two points a bucket, one bucket for two pixels: finer than a line of 1.5 px can show. */
export function toBuckets(canvasWidth: number): number {
  return Math.max(1, Math.round((canvasWidth - plotInset.left - plotInset.right) / 2))
}

/** Half the width of a time label: one of a later tick would be cut off by the canvas's right side. */
const nearEdge = 26
/** Half the height of a label of the axis of values, which lies on the plot's upper and lower side. */
const halfLabel = 7

export function createTimeChart(
  canvas: HTMLCanvasElement,
  options: TimeChartOptions,
  theme: ChartTheme,
): TimeChart {
  const marks = createMarksPlugin()
  const lines = createLinesPlugin(options.lines)
  const chart = new Chart<'line'>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [marks.plugin, lines.plugin],
    options: {
      animation: false,
      responsive: false,
      maintainAspectRatio: false,
      events: [],
      layout: {
        padding: { top: halfLabel, right: plotInset.right, bottom: options.hasTimeLabels ? 0 : halfLabel },
      },
      scales: {
        x: { type: 'axis', ticks: { display: options.hasTimeLabels } },
        y: { type: 'axis', ticks: { display: true } },
      },
    },
  })
  const { x, y } = chart.scales as { x?: AxisScale; y?: AxisScale }
  let shown: TimeChartView | null = null
  let look = theme

  /** Not Chart.js's update: nothing but the axes' views has changed, and the layout depends on nothing that they show. */
  function redraw(): void {
    if (shown === null) return
    x?.show(toTimes(shown, chart.width), look)
    y?.show(toValues(shown, options.unit, chart.height), look)
    chart.draw()
  }

  function recolour(next: ChartTheme): void {
    look = next
    marks.setTheme(next)
    lines.setTheme(next)
    redraw()
  }

  recolour(theme)
  return {
    draw(view) {
      shown = view
      lines.setEnvelopes(view.envelopes)
      marks.setMarks(view.marks)
      redraw()
    },
    resize(width, height) {
      if (chart.width !== width || chart.height !== height) chart.resize(width, height)
    },
    recolour,
    toPixelY(value) {
      return y === undefined || !Number.isFinite(value) ? null : y.getPixelForValue(value)
    },
    dispose: () => chart.destroy(),
  }
}

function toTimes({ fromMs, toMs }: TimeSpan, canvasWidth: number): AxisView {
  const width = Math.max(40, canvasWidth - plotInset.left - plotInset.right)
  const offset = new Date(toMs).getTimezoneOffset()
  const { stepMs, ticks } = toTimeAxis(fromMs, toMs, Math.max(2, Math.floor(width / 90)), offset)
  const lastLabelMs = toMs - ((nearEdge - plotInset.right) / width) * (toMs - fromMs)
  const toLabel = (at: number): string => (at > lastLabelMs ? '' : formatClock(at, hasSeconds(stepMs)))
  return { min: fromMs, max: toMs, ticks: ticks.map((at) => ({ at, label: toLabel(at) })) }
}

function toValues({ leastTop, envelopes }: TimeChartView, unit: MetricUnit, canvasHeight: number): AxisView {
  const greatest = Math.max(leastTop, ...envelopes.map((envelope) => envelope?.greatest || 0))
  const mostTicks = Math.max(2, Math.min(5, Math.floor(canvasHeight / 38)))
  const { max, ticks } = toValueAxis(unit, greatest, mostTicks)
  return { min: 0, max, ticks: ticks.map((at) => ({ at, label: formatTick(unit, at, max) })) }
}
