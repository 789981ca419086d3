import type { Chart, ChartArea, Plugin, Scale } from 'chart.js'
import type { Envelope } from '../live/envelope'
import type { ChartTheme } from './chart-theme'

/** How one line looks. `colour` is a key of ChartTheme.series. */
export interface LineStyle {
  id: string
  colour: string
  isDashed: boolean
  isFilled: boolean
  isStepped: boolean
  /** A plain area without a line, which hides what lies behind it: a band of a stack, given by its upper side. */
  isSolid?: boolean
}

const lineWidth = 1.5
const dash = [5, 3]
/** Steps of points that lie closer together than this can't be told from slopes, and cost twice the path. */
const leastStepPixels = 2

/** From a sample to CSS pixels of the canvas. */
interface Projection {
  left: number
  pixelsPerMs: number
  fromMs: number
  bottom: number
  pixelsPerUnit: number
  leastValue: number
}

/**
 * Draws the lines straight from their envelopes. Chart.js would make an element of every point at every update, which
 * costs more than all the rest of a chart; so it gets no datasets and only lays out and draws the axes.
 */
export function createLinesPlugin(styles: readonly LineStyle[]): {
  plugin: Plugin<'line'>
  /** In the order of the styles; null: hidden. They are read at each drawing, not copied. */
  setEnvelopes(envelopes: readonly (Envelope | null)[]): void
  setTheme(theme: ChartTheme): void
} {
  let envelopes: readonly (Envelope | null)[] = []
  let strokes: string[] = []
  let fills: string[] = []

  function drawLine(ctx: CanvasRenderingContext2D, index: number, area: ChartArea, to: Projection): void {
    const envelope = envelopes[index] ?? null
    const style = styles[index]
    if (envelope === null || style === undefined) return
    const isStepped = style.isStepped && envelope.length * leastStepPixels <= area.right - area.left
    if (style.isFilled || style.isSolid === true) {
      ctx.fillStyle = (style.isSolid === true ? strokes : fills)[index] as string
      ctx.beginPath()
      traceRuns(ctx, envelope, to, isStepped, area.bottom)
      ctx.fill()
    }
    if (style.isSolid === true) return
    ctx.strokeStyle = strokes[index] as string
    ctx.setLineDash(style.isDashed ? dash : [])
    ctx.beginPath()
    traceRuns(ctx, envelope, to, isStepped, null)
    ctx.stroke()
  }

  return {
    plugin: {
      id: 'lines',
      beforeDatasetsDraw(chart) {
        const { ctx, chartArea: area } = chart
        const to = toProjection(chart)
        if (to === null) return
        ctx.save()
        ctx.beginPath()
        ctx.rect(area.left, area.top, area.right - area.left, area.bottom - area.top)
        ctx.clip()
        ctx.lineWidth = lineWidth
        ctx.lineJoin = 'round'
        // The first line is the one that counts most: it lies on top.
        for (let index = styles.length - 1; index >= 0; index--) drawLine(ctx, index, area, to)
        ctx.restore()
      },
    },
    setEnvelopes: (next) => void (envelopes = next),
    setTheme(theme) {
      strokes = styles.map(({ colour }) => theme.series[colour] ?? theme.text)
      fills = strokes.map((colour) => `color-mix(in srgb, ${colour} 22%, transparent)`)
    },
  }
}

function toProjection({ chartArea: area, scales }: Chart): Projection | null {
  const { x, y } = scales as { x?: Scale; y?: Scale }
  if (x === undefined || y === undefined || !(x.max > x.min) || !(y.max > y.min)) return null
  return {
    left: area.left,
    pixelsPerMs: (area.right - area.left) / (x.max - x.min),
    fromMs: x.min,
    bottom: area.bottom,
    pixelsPerUnit: (area.bottom - area.top) / (y.max - y.min),
    leastValue: y.min,
  }
}

/** A path for each run of points without a gap; with `baseY` closed along that height, to be filled. */
function traceRuns(
  ctx: CanvasRenderingContext2D,
  { x, y, length }: Envelope,
  to: Projection,
  isStepped: boolean,
  baseY: number | null,
): void {
  let isOpen = false
  let lastX = 0
  let lastY = 0
  const close = (): void => {
    if (isOpen && baseY !== null) ctx.lineTo(lastX, baseY)
    isOpen = false
  }
  for (let i = 0; i < length; i++) {
    const value = y[i] as number
    if (Number.isNaN(value)) {
      close()
      continue
    }
    const pixelX = to.left + ((x[i] as number) - to.fromMs) * to.pixelsPerMs
    const pixelY = to.bottom - (value - to.leastValue) * to.pixelsPerUnit
    if (isOpen) {
      if (isStepped) ctx.lineTo(pixelX, lastY)
      ctx.lineTo(pixelX, pixelY)
    } else if (baseY === null) {
      ctx.moveTo(pixelX, pixelY)
    } else {
      ctx.moveTo(pixelX, baseY)
      ctx.lineTo(pixelX, pixelY)
    }
    isOpen = true
    lastX = pixelX
    lastY = pixelY
  }
  close()
}
