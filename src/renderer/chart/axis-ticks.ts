import type { MetricUnit } from '#core/metrics/catalogue'

/** Values of the grid lines and the top of the axis, which starts at 0. */
export interface ValueAxis {
  max: number
  ticks: number[]
}

const gib = 1024 ** 3

/** The axis for data up to `greatest`: steps that are powers of two for bytes, 1-2-5 otherwise. */
export function toValueAxis(unit: MetricUnit, greatest: number, mostTicks: number): ValueAxis {
  // No data: an axis without numbers says nothing wrong.
  if (!(greatest > 0)) return { max: 1, ticks: [0] }
  const floor = unit === 'bytes' ? 1024 * 1024 : 1
  const top = Math.max(Number.isFinite(greatest) ? greatest : 0, floor) * 1.04
  const step = unit === 'bytes' ? binaryStep(top / mostTicks) : decimalStep(top / mostTicks)
  // The top lies on quarters of a step: it follows the data closely, but does not move with every sample.
  const max = Math.ceil(top / (step / 4)) * (step / 4)
  return { max, ticks: Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step) }
}

/** The horizontal lines of an axis, but that at 0, as a path of SVG in a box of that size. */
export function toGridPath({ ticks, max }: ValueAxis, width: number, height: number): string {
  return ticks
    .filter((tick) => tick > 0)
    .map((tick) => `M0 ${(height * (1 - tick / max)).toFixed(1)}H${width}`)
    .join('')
}

function binaryStep(least: number): number {
  return 2 ** Math.ceil(Math.log2(least))
}

function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power
}

/** `0`, `0.5 GiB`, `256 MiB`: one unit for the whole axis, chosen by its top. */
export function formatTick(unit: MetricUnit, value: number, max: number): string {
  if (value === 0) return '0'
  if (unit === 'percent') return `${Number(value.toFixed(2))}\u00a0%`
  if (unit === 'count') return String(value)
  const [size, name] = max >= gib ? [gib, 'GiB'] : max >= 1024 ** 2 ? [1024 ** 2, 'MiB'] : [1024, 'KiB']
  return `${Number((value / size).toFixed(3))}\u00a0${name}`
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * hour),
]

export interface TimeAxis {
  stepMs: number
  ticks: number[]
}

/** Round local times in the window, at most `mostTicks`. offsetMinutes as Date.getTimezoneOffset gives it. */
export function toTimeAxis(fromMs: number, toMs: number, mostTicks: number, offsetMinutes: number): TimeAxis {
  const least = (toMs - fromMs) / Math.max(1, mostTicks)
  const stepMs = timeSteps.find((step) => step >= least) ?? Math.ceil(least / (24 * hour)) * 24 * hour
  const shift = offsetMinutes * minute
  const ticks: number[] = []
  for (let at = Math.ceil((fromMs - shift) / stepMs) * stepMs + shift; at <= toMs; at += stepMs)
    ticks.push(at)
  return { stepMs, ticks }
}

/** `14:05` or, where seconds matter, `14:05:30`; always 24 h. */
export function formatClock(ms: number, hasSeconds: boolean): string {
  const date = new Date(ms)
  const parts = [date.getHours(), date.getMinutes(), ...(hasSeconds ? [date.getSeconds()] : [])]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** `2026-03-01`, local. */
export function formatDay(ms: number): string {
  // Sweden writes dates as ISO 8601 does.
  return new Date(ms).toLocaleDateString('sv')
}

/** `2026-03-01 12:00:00`, local. */
export function formatMoment(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms, true)}`
}

/** `2026-03-01 12:00:00 – 12:00:20`, with the second day where it is another one. */
export function formatRange({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const end = formatDay(fromMs) === formatDay(toMs) ? formatClock(toMs, true) : formatMoment(toMs)
  return `${formatMoment(fromMs)} – ${end}`
}

/** Which ticks show seconds. */
export function hasSeconds(stepMs: number): boolean {
  return stepMs < minute
}
