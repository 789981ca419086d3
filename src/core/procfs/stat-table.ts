/** The bytes of many /proc/PID/stat: text i is bytes[offsets[i], offsets[i] + lengths[i]). */
export interface StatBytes {
  readonly count: number
  readonly bytes: Uint8Array
  readonly pids: Int32Array
  readonly offsets: Int32Array
  readonly lengths: Int32Array
}

/** Columns of the process table. Row i of every array is one process; rows at and after `count` are stale. */
export interface StatTable {
  count: number
  pid: Int32Array
  ppid: Int32Array
  /** ASCII code of the state letter. */
  state: Uint8Array
  /** 1 for a thread of the kernel (PF_KTHREAD), which has no address space. */
  isKernelThread: Uint8Array
  startTimeTicks: Float64Array
  virtBytes: Float64Array
  rssPages: Float64Array
  threads: Float64Array
  minorFaults: Float64Array
  majorFaults: Float64Array
  /** utime + stime. */
  cpuTicks: Float64Array
  /** Where comm stands in the bytes that were parsed: untrusted, any bytes but 0. */
  commOffset: Int32Array
  commLength: Int32Array
  /** FNV-1a of comm's bytes: tells a changed name without decoding it. */
  commHash: Uint32Array
}

export function createStatTable(capacity = 512): StatTable {
  return {
    count: 0,
    pid: new Int32Array(capacity),
    ppid: new Int32Array(capacity),
    state: new Uint8Array(capacity),
    isKernelThread: new Uint8Array(capacity),
    startTimeTicks: new Float64Array(capacity),
    virtBytes: new Float64Array(capacity),
    rssPages: new Float64Array(capacity),
    threads: new Float64Array(capacity),
    minorFaults: new Float64Array(capacity),
    majorFaults: new Float64Array(capacity),
    cpuTicks: new Float64Array(capacity),
    commOffset: new Int32Array(capacity),
    commLength: new Int32Array(capacity),
    commHash: new Uint32Array(capacity),
  }
}

const space = 0x20
const minus = 0x2d
const openParenthesis = 0x28
const closeParenthesis = 0x29
const kernelThreadFlag = 0x00200000
/** Fields up to rss (24) are read; they have stood in this order since Linux 2.6. */
const lastField = 24

/** Values of fields 4 to 24 of the row being parsed: one for all rows, so that no row makes an object. */
const fields = new Float64Array(lastField + 1)

/**
 * Parses all rows of /proc/[pid]/stat (proc(5)) into columns, without an object a process. `into` is reused when it is
 * large enough; a row that is no stat line, is cut short or names another pid is left out. Never throws.
 */
export function parseStatTable(frame: StatBytes, into?: StatTable): StatTable {
  const table =
    into !== undefined && into.pid.length >= frame.count
      ? into
      : createStatTable(Math.ceil(frame.count * 1.25) + 64)
  let row = 0
  for (let index = 0; index < frame.count; index++) {
    const start = frame.offsets[index] ?? 0
    const end = Math.min(start + (frame.lengths[index] ?? 0), frame.bytes.length)
    if (parseRow(frame.bytes, start, end, frame.pids[index] ?? -1, table, row)) row++
  }
  table.count = row
  return table
}

function parseRow(
  bytes: Uint8Array,
  start: number,
  end: number,
  pid: number,
  table: StatTable,
  row: number,
): boolean {
  let position = start
  let ownPid = 0
  for (; position < end; position++) {
    const digit = (bytes[position] as number) - 0x30
    if (digit < 0 || digit > 9) break
    ownPid = ownPid * 10 + digit
  }
  if (position === start || ownPid !== pid) return false
  if (bytes[position] !== space || bytes[position + 1] !== openParenthesis) return false
  const commOffset = position + 2
  // comm may hold `)` itself, and nothing after it can: the last one ends it.
  let close = end - 1
  while (close >= commOffset && bytes[close] !== closeParenthesis) close--
  if (close < commOffset || close + 4 > end || bytes[close + 1] !== space) return false
  if (!parseFields(bytes, close + 3, end)) return false

  let hash = 0x811c9dc5
  for (let index = commOffset; index < close; index++)
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193)
  table.pid[row] = pid
  table.ppid[row] = fields[4] as number
  table.state[row] = bytes[close + 2] as number
  table.isKernelThread[row] = ((fields[9] as number) & kernelThreadFlag) === 0 ? 0 : 1
  table.minorFaults[row] = fields[10] as number
  table.majorFaults[row] = fields[12] as number
  table.cpuTicks[row] = (fields[14] as number) + (fields[15] as number)
  table.threads[row] = fields[20] as number
  table.startTimeTicks[row] = fields[22] as number
  table.virtBytes[row] = fields[23] as number
  table.rssPages[row] = fields[24] as number
  table.commOffset[row] = commOffset
  table.commLength[row] = close - commOffset
  table.commHash[row] = hash >>> 0
  return true
}

/** Reads ` 4th 5th … 24th` from the position after the state letter; false when they are not all there. */
function parseFields(bytes: Uint8Array, from: number, end: number): boolean {
  let position = from
  for (let field = 4; field <= lastField; field++) {
    if (position >= end || bytes[position] !== space) return false
    position++
    const isNegative = bytes[position] === minus
    if (isNegative) position++
    const first = position
    let value = 0
    for (; position < end; position++) {
      const digit = (bytes[position] as number) - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (position === first) return false
    fields[field] = isNegative ? -value : value
  }
  return true
}

const decoder = new TextDecoder()

/** The name of row `row` as text: bytes that are no UTF-8 become U+FFFD. */
export function toComm(frame: StatBytes, table: StatTable, row: number): string {
  const offset = table.commOffset[row] ?? 0
  return decoder.decode(frame.bytes.subarray(offset, offset + (table.commLength[row] ?? 0)))
}
