import { Scale, type CoreScaleOptions } from 'chart.js'
import type { ChartTheme } from './chart-theme'

export interface AxisTick {
  at: number
  /** Empty: a line of the grid without a label. */
  label: string
}

/** What an axis shows from now on. */
export interface AxisView {
  min: number
  max: number
  ticks: readonly AxisTick[]
}

/** Width of the axis of values, which is the same in all charts of a stack. */
export const valueAxisWidth = 62

const timeAxisHeight = 25
const labelDistance = 6

interface AxisOptions extends CoreScaleOptions {
  /** display: with labels. */
  ticks: { display: boolean }
}

declare module 'chart.js' {
  interface CartesianScaleTypeRegistry {
    axis: { options: AxisOptions }
  }
}

/**
 * An axis of Chart.js of a fixed size that is told what to show. Its own scales choose ticks and measure labels in each
 * update of a chart, which costs several times what drawing costs; this one needs no update when a window slides.
 */
export class AxisScale extends Scale<AxisOptions> {
  static readonly id = 'axis'
  private view: AxisView = { min: 0, max: 1, ticks: [] }
  private theme: ChartTheme | null = null

  show(view: AxisView, theme: ChartTheme): void {
    this.view = view
    this.theme = theme
    this.min = view.min
    this.max = view.max
  }

  override determineDataLimits(): void {
    this.min = this.view.min
    this.max = this.view.max
  }

  override buildTicks(): [] {
    return []
  }

  override calculateLabelRotation(): void {
    // Labels lie flat.
  }

  override fit(): void {
    const hasLabels = this.options.ticks.display
    this.width = this.isHorizontal() ? this.maxWidth : valueAxisWidth
    this.height = this.isHorizontal() ? (hasLabels ? timeAxisHeight : 0) : this.maxHeight
  }

  override getPixelForValue(value: number): number {
    const share = (value - this.min) / (this.max - this.min)
    return this.isHorizontal()
      ? this.left + share * (this.right - this.left)
      : this.bottom - share * (this.bottom - this.top)
  }

  override draw(): void {
    const { ctx, theme } = this
    if (theme === null) return
    ctx.save()
    ctx.font = `11px ${theme.font}`
    if (this.isHorizontal()) this.drawTimes(theme)
    else this.drawValues(theme)
    ctx.restore()
  }

  private drawTimes(theme: ChartTheme): void {
    const { ctx, chart, view } = this
    const { left, right, top, bottom } = chart.chartArea
    ctx.fillStyle = theme.grid
    for (const { at } of view.ticks) ctx.fillRect(this.sharp(at), top, 1, bottom - top)
    ctx.fillStyle = theme.border
    ctx.fillRect(left, Math.round(bottom), right - left, 1)
    if (!this.options.ticks.display) return
    ctx.fillStyle = theme.axis
    ctx.textAlign = 'center'
    ctx.textBaseline = 'top'
    for (const { at, label } of view.ticks) {
      if (label !== '') ctx.fillText(label, this.getPixelForValue(at), bottom + labelDistance)
    }
  }

  private drawValues(theme: ChartTheme): void {
    const { ctx, chart, view } = this
    const { left, right } = chart.chartArea
    ctx.fillStyle = theme.grid
    for (const { at } of view.ticks) ctx.fillRect(left, this.sharp(at), right - left, 1)
    ctx.fillStyle = theme.axis
    ctx.textAlign = 'right'
    ctx.textBaseline = 'middle'
    for (const { at, label } of view.ticks)
      ctx.fillText(label, left - labelDistance, this.getPixelForValue(at))
  }

  /** The nearest pixel of the screen, CSS pixels: a line of the grid that lies between two would be blurred. */
  private sharp(value: number): number {
    const ratio = this.chart.currentDevicePixelRatio
    return Math.round((this.getPixelForValue(value) - 0.5) * ratio) / ratio
  }
}
