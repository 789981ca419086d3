import { toRoundedCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'PID/maps'
const maxLength = 64 * 1024 * 1024

/** One mapping of a process's address space. */
export interface MapsEntry {
  /** Lower-case hexadecimal without 0x, as the kernel writes it: addresses do not fit into a number. */
  startAddress: string
  endAddress: string
  /** Exact below 2^53, and every page multiple above. */
  sizeBytes: number
  /** `rwxp`: p private, s shared. */
  permissions: string
  /** Hexadecimal offset in the file. */
  offset: string
  /** `major:minor`, hexadecimal. */
  device: string
  /** Rounded above 2^53. */
  inode: number
  /** Of the file, or `[heap]`, `[stack]`, `[anon:name]` (5.17) …; empty for plain anonymous memory. */
  path: string
  /** The file was unlinked or replaced since. */
  isDeleted: boolean
}

const deletedMark = ' (deleted)'
const entryPattern =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][sp]) ([0-9a-f]{1,16}) ([0-9a-f]{2,8}:[0-9a-f]{2,8}) ([0-9]{1,20})(?: +(.*))?$/s

/** /proc/PID/maps (proc(5)). Throws AppError `parse` or `too-large`. */
export function parsePidMaps(text: string): MapsEntry[] {
  const entries: MapsEntry[] = []
  forEachLine(file, text, maxLength, (line, place) => entries.push(parseMapsLine(line, place)))
  return entries
}

/** One line of maps, which is also the header of each mapping in smaps. */
export function parseMapsLine(line: string, place: LinePlace): MapsEntry {
  const match = entryPattern.exec(line)
  if (!match) throw parseFailure(place, 'expected a mapping')
  const [, startAddress, endAddress, permissions, offset, device, inode, rawPath] = match
  const size = BigInt(`0x${endAddress}`) - BigInt(`0x${startAddress}`)
  if (size <= 0n) throw parseFailure(place, 'expected the end after the start')
  const named = rawPath ?? ''
  const isDeleted = !named.startsWith('[') && named.endsWith(deletedMark)
  return {
    startAddress: startAddress!,
    endAddress: endAddress!,
    sizeBytes: Number(size),
    permissions: permissions!,
    offset: offset!,
    device: device!,
    inode: toRoundedCount(inode!, place),
    path: unescapePath(isDeleted ? named.slice(0, -deletedMark.length) : named),
    isDeleted,
  }
}

/** Only the newline is escaped in this file, as octal; a name that holds `\040` really holds those four characters. */
function unescapePath(text: string): string {
  return text.includes('\\012') ? text.replaceAll('\\012', '\n') : text
}
