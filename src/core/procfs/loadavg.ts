import { toCount, toDecimal } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

const file = 'loadavg'

export interface Loadavg {
  loadAvg1: number
  loadAvg5: number
  loadAvg15: number
  runnableTasks: number
  totalTasks: number
  /** The pid that was given last in this pid namespace. */
  lastPid: number
}

/** /proc/loadavg (proc(5)). Throws AppError `parse` or `too-large`. */
export function parseLoadavg(text: string): Loadavg {
  refuseLarge(file, text.length, 4096)
  const place: LinePlace = { file, line: 1, text }
  const match =
    /^([0-9.]{1,20}) ([0-9.]{1,20}) ([0-9.]{1,20}) ([0-9]{1,20})\/([0-9]{1,20}) ([0-9]{1,20})\n?$/.exec(text)
  if (!match) throw parseFailure(place, 'expected three averages and two counts')
  return {
    loadAvg1: toDecimal(match[1]!, place),
    loadAvg5: toDecimal(match[2]!, place),
    loadAvg15: toDecimal(match[3]!, place),
    runnableTasks: toCount(match[4]!, place),
    totalTasks: toCount(match[5]!, place),
    lastPid: toCount(match[6]!, place),
  }
}
