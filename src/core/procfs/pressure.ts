import { toDecimal, toRoundedCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'pressure'

/** How long tasks waited for memory: percent of the last 10, 60 and 300 seconds, and microseconds since boot. */
export interface PressureLine {
  avg10: number
  avg60: number
  avg300: number
  /** Rounded above 2^53. */
  totalUs: number
}

export interface Pressure {
  /** At least one task waited. */
  some: PressureLine | null
  /** All tasks waited at once; absent for cpu before 5.13. */
  full: PressureLine | null
}

const linePattern =
  /^(some|full) avg10=([0-9.]{1,20}) avg60=([0-9.]{1,20}) avg300=([0-9.]{1,20}) total=([0-9]{1,20})$/

/**
 * /proc/pressure/memory (since 4.20, Documentation/accounting/psi.rst; not with psi=0) and a cgroup's memory.pressure.
 * Throws AppError `parse` or `too-large`.
 */
export function parsePressure(text: string): Pressure {
  const pressure: Pressure = { some: null, full: null }
  forEachLine(file, text, 64 * 1024, (line, place) => {
    if (!/^(some|full)\b/.test(line)) return
    const [kind, values] = parseLine(line, place)
    if (pressure[kind] !== null) throw parseFailure(place, 'the same line twice')
    pressure[kind] = values
  })
  return pressure
}

function parseLine(line: string, place: LinePlace): ['some' | 'full', PressureLine] {
  const match = linePattern.exec(line)
  if (!match) throw parseFailure(place, 'expected averages and a total')
  const [, kind, avg10, avg60, avg300, total] = match
  return [
    kind as 'some' | 'full',
    {
      avg10: toPercent(avg10!, place),
      avg60: toPercent(avg60!, place),
      avg300: toPercent(avg300!, place),
      totalUs: toRoundedCount(total!, place),
    },
  ]
}

function toPercent(text: string, place: LinePlace): number {
  const value = toDecimal(text, place)
  if (value > 100) throw parseFailure(place, 'expected at most 100 percent')
  return value
}
