import { toSigned } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

/** /proc/PID/oom_score: 0 to 2000, the highest is killed first (proc(5)). Throws AppError `parse` or `too-large`. */
export function parseOomScore(text: string): number {
  return readScore('PID/oom_score', text, 0, 2000)
}

/** /proc/PID/oom_score_adj: -1000 (never) to 1000 (first). Since 2.6.36. Throws AppError `parse` or `too-large`. */
export function parseOomScoreAdj(text: string): number {
  return readScore('PID/oom_score_adj', text, -1000, 1000)
}

function readScore(file: string, text: string, min: number, max: number): number {
  refuseLarge(file, text.length, 4096)
  const place: LinePlace = { file, line: 1, text }
  const score = toSigned(text.endsWith('\n') ? text.slice(0, -1) : text, place)
  if (score < min || score > max) throw parseFailure(place, `expected ${min} to ${max}`)
  return score
}
