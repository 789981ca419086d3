import { toCount } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

const file = 'PID/statm'

/** /proc/PID/statm, in pages. */
export interface PidStatm {
  /** VmSize. */
  sizePages: number
  /** VmRSS, as approximate as that. */
  residentPages: number
  /** RssFile + RssShmem. */
  sharedPages: number
  textPages: number
  /** Data and stack. */
  dataPages: number
}

/** /proc/PID/statm (proc(5)); all 0 for kernel threads. Throws AppError `parse` or `too-large`. */
export function parsePidStatm(text: string): PidStatm {
  refuseLarge(file, text.length, 4096)
  const place: LinePlace = { file, line: 1, text }
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  const parts = text.slice(0, end).split(' ')
  if (parts.length !== 7) throw parseFailure(place, 'expected seven numbers')
  const numbers = parts.map((part) => toCount(part, place))
  return {
    sizePages: numbers[0]!,
    residentPages: numbers[1]!,
    sharedPages: numbers[2]!,
    textPages: numbers[3]!,
    dataPages: numbers[5]!,
  }
}
