/** Values of the horizontal lines of a chart from 0, and its upper end. */
export interface ValueScale {
  end: number
  ticks: number[]
}

const byteSteps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
const plainSteps = [1, 2, 5]
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * second),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * minute),
  ...[1, 2, 3, 6, 12].map((each) => each * hour),
]

/** At most five lines; bytes by powers of two, so that they are whole KiB, MiB, GiB. */
export function toValueScale(most: number, unit: 'bytes' | 'percent'): ValueScale {
  const wanted = Math.max(most, unit === 'bytes' ? 1024 : 1) / 4
  const base = unit === 'bytes' ? 1024 : 10
  const power = base ** Math.floor(Math.log(wanted) / Math.log(base))
  const steps = unit === 'bytes' ? byteSteps : plainSteps
  const step = (steps.find((each) => each * power >= wanted) ?? base) * power
  const count = Math.max(1, Math.ceil(most / step))
  return { end: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) }
}

/** At most eight moments that are round in local time. */
export function toTimeTicks(fromMs: number, toMs: number): number[] {
  const step = timeSteps.find((each) => (toMs - fromMs) / each <= 8) ?? 24 * hour
  const zoneMs = new Date(fromMs).getTimezoneOffset() * minute
  const ticks: number[] = []
  for (let at = Math.ceil((fromMs - zoneMs) / step) * step + zoneMs; at <= toMs; at += step) ticks.push(at)
  return ticks
}
