import { toDecimal } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

const file = 'uptime'

export interface Uptime {
  uptimeSeconds: number
  /** Sum over all CPUs. */
  idleSeconds: number
}

/** /proc/uptime (proc(5)). Throws AppError `parse` or `too-large`. */
export function parseUptime(text: string): Uptime {
  refuseLarge(file, text.length, 4096)
  const place: LinePlace = { file, line: 1, text }
  const match = /^([0-9.]{1,30}) ([0-9.]{1,30})\n?$/.exec(text)
  if (!match) throw parseFailure(place, 'expected two numbers of seconds')
  return { uptimeSeconds: toDecimal(match[1]!, place), idleSeconds: toDecimal(match[2]!, place) }
}
