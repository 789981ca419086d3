import { toRoundedCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'PID/limits'

export interface PidLimit {
  soft: number | 'unlimited'
  hard: number | 'unlimited'
  /** bytes, seconds, us, processes, files, locks, signals; empty where it has none. */
  unit: string
}

/** One line: name, soft and hard limit, unit, in columns. */
const limitPattern =
  /^(Max [a-z ]{1,30}?) {2,30}(unlimited|[0-9]{1,20}) {1,30}(unlimited|[0-9]{1,20})(?: {1,30}([a-z]{0,20}))? {0,30}$/

/**
 * /proc/PID/limits (proc(5)), since 2.6.24, by the kernel's name of the limit: `Max address space`. Rounded above 2^53.
 * Throws AppError `parse` or `too-large`.
 */
export function parsePidLimits(text: string): ReadonlyMap<string, PidLimit> {
  const limits = new Map<string, PidLimit>()
  forEachLine(file, text, 64 * 1024, (line, place) => {
    if (place.line === 1 && line.startsWith('Limit ')) return
    const match = limitPattern.exec(line)
    if (!match) throw parseFailure(place, 'expected a limit')
    const [, name, soft, hard, unit] = match
    if (limits.has(name!)) throw parseFailure(place, 'the same limit twice')
    limits.set(name!, { soft: toLimit(soft!, place), hard: toLimit(hard!, place), unit: unit ?? '' })
  })
  return limits
}

function toLimit(text: string, place: LinePlace): number | 'unlimited' {
  return text === 'unlimited' ? 'unlimited' : toRoundedCount(text, place)
}
