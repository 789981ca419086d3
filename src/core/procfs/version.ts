import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

const file = 'version'

export interface KernelVersion {
  /** As `uname -r` says it. For showing: what a kernel can do is probed, since vendors backport. */
  release: string
  major: number
  minor: number
}

/** /proc/version. Throws AppError `parse` or `too-large`. */
export function parseVersion(text: string): KernelVersion {
  refuseLarge(file, text.length, 16 * 1024)
  const place: LinePlace = { file, line: 1, text }
  const match = /^Linux version (([0-9]{1,5})\.([0-9]{1,5})[^\s]{0,200})(?:\s|$)/.exec(text)
  if (!match) throw parseFailure(place, 'expected "Linux version N.N"')
  return { release: match[1]!, major: Number(match[2]), minor: Number(match[3]) }
}
