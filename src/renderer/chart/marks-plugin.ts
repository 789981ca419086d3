import type { Chart, Plugin } from 'chart.js'
import { momentLook, signPaths, type ChartMoment, type MomentLook } from './chart-moment'
import type { ChartTheme } from './chart-theme'

/** What is drawn behind and under the lines. */
export interface ChartMarks {
  /** Garbage collections: ticks on the lower edge. */
  gcAtMs: readonly number[]
  /** Runs of the balloon: a tinted band; toMs of a run that goes on is the newest sample. */
  bands: readonly { fromMs: number; toMs: number }[]
  /** Things that happened, and marks by hand: thin lines with a sign. */
  moments: readonly ChartMoment[]
  /** The moment that is looked at in a recorded stretch; null: the newest. */
  cursorMs: number | null
}

export const noMarks: ChartMarks = { gcAtMs: [], bands: [], moments: [], cursorMs: null }

const gcTickHeight = 5

export function createMarksPlugin(): {
  plugin: Plugin<'line'>
  setMarks(marks: ChartMarks): void
  setTheme(theme: ChartTheme): void
} {
  let marks = noMarks
  let colours = {
    gc: '#888',
    balloon: '#d55e00',
    cursor: '#454f58',
    moments: {} as Record<string, string | undefined>,
  }
  const signs = new Map<MomentLook['sign'], Path2D>()

  function drawBands(chart: Chart): void {
    const { ctx, chartArea } = chart
    const x = chart.scales['x']
    if (x === undefined) return
    for (const band of marks.bands) {
      const left = Math.max(chartArea.left, x.getPixelForValue(band.fromMs))
      const right = Math.min(chartArea.right, x.getPixelForValue(band.toMs))
      if (right < chartArea.left || left > chartArea.right) continue
      ctx.globalAlpha = 0.1
      ctx.fillRect(left, chartArea.top, Math.max(1, right - left), chartArea.bottom - chartArea.top)
      ctx.globalAlpha = 0.55
      ctx.fillRect(left, chartArea.top, 1, chartArea.bottom - chartArea.top)
      if (right - left > 2) ctx.fillRect(right - 1, chartArea.top, 1, chartArea.bottom - chartArea.top)
    }
  }

  function drawGc(chart: Chart): void {
    const { ctx, chartArea } = chart
    const x = chart.scales['x']
    if (x === undefined) return
    for (const at of marks.gcAtMs) {
      const left = Math.round(x.getPixelForValue(at))
      if (left >= chartArea.left && left <= chartArea.right) {
        ctx.fillRect(left, chartArea.bottom - gcTickHeight, 1, gcTickHeight)
      }
    }
  }

  function drawLine(chart: Chart, atMs: number, dash: number[]): void {
    const { ctx, chartArea } = chart
    const at = Math.round(chart.scales['x']?.getPixelForValue(atMs) ?? -1) + 0.5
    if (at < chartArea.left || at > chartArea.right + 1) return
    ctx.setLineDash(dash)
    ctx.beginPath()
    ctx.moveTo(at, chartArea.top)
    ctx.lineTo(at, chartArea.bottom)
    ctx.stroke()
  }

  function drawMoment(chart: Chart, { atMs, kind }: ChartMoment): void {
    const { ctx, chartArea } = chart
    const { colourToken, sign } = momentLook(kind)
    const at = Math.round(chart.scales['x']?.getPixelForValue(atMs) ?? -1) + 0.5
    if (at < chartArea.left || at > chartArea.right + 1) return
    ctx.strokeStyle = ctx.fillStyle = colours.moments[colourToken] ?? colours.gc
    drawLine(chart, atMs, [2, 3])
    ctx.save()
    ctx.translate(at, chartArea.top)
    const path = signs.get(sign) ?? new Path2D(signPaths[sign])
    signs.set(sign, path)
    ctx.fill(path)
    ctx.restore()
  }

  return {
    plugin: {
      id: 'marks',
      beforeDatasetsDraw(chart) {
        const { ctx } = chart
        ctx.save()
        ctx.fillStyle = colours.balloon
        drawBands(chart)
        ctx.restore()
      },
      afterDatasetsDraw(chart) {
        const { ctx } = chart
        ctx.save()
        ctx.fillStyle = colours.gc
        drawGc(chart)
        for (const moment of marks.moments) drawMoment(chart, moment)
        ctx.strokeStyle = colours.cursor
        if (marks.cursorMs !== null) drawLine(chart, marks.cursorMs, [])
        ctx.restore()
      },
    },
    setMarks: (next) => void (marks = next),
    setTheme: (theme) =>
      void (colours = {
        gc: theme.gc,
        balloon: theme.balloon,
        cursor: theme.crosshair,
        moments: theme.moments,
      }),
  }
}
