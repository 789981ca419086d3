import { toCount, toRoundedCount, toSigned } from './checked-numbers'
import { parseFailure, refuseLarge, type LinePlace } from './parse-failure'

const file = 'PID/stat'
const maxLength = 64 * 1024

/** Fields after the name in every kernel since 2.6.18; fewer means that the text was cut. */
const minFields = 40

/** PF_KTHREAD of the kernel's include/linux/sched.h. */
const kernelThreadFlag = 0x00200000

/** /proc/PID/stat, numbers as the kernel counts them: clock ticks and pages. */
export interface PidStat {
  pid: number
  /** At most 15 bytes for a program, longer for kernel workers; may hold any characters, newlines and brackets too. */
  comm: string
  /** One letter: R S D Z T t X I. */
  state: string
  ppid: number
  /** -1 for a process that is just ending; so are session and tpgid. */
  pgrp: number
  session: number
  ttyNumber: number
  tpgid: number
  flags: number
  isKernelThread: boolean
  minorFaults: number
  majorFaults: number
  utimeTicks: number
  stimeTicks: number
  priority: number
  nice: number
  threads: number
  /** Clock ticks since boot. */
  startTimeTicks: number
  /** Rounded above 2^53, which no 4 KiB multiple below 2^64 is. */
  vsizeBytes: number
  /**
   * Approximate (proc(5)): the kernel batches per thread or CPU. Kernels that count exactly for statm and status (6.18
   * does) still give the approximation here, so that it may differ from the RES of top.
   */
  rssPages: number
  /**
   * Where the stack of the program begins: with a random address space another one after each exec. Rounded. 0 for a
   * kernel thread, a zombie, and where the reader may not know (ptrace permission).
   */
  startStackAddress: number
  /** CPU that it last ran on. */
  processor: number
  /** Ticks waited for block I/O. Since 2.6.18. */
  blkioDelayTicks: number
}

/**
 * /proc/PID/stat (proc(5), fs/proc/array.c). The name is not escaped there: it ends at the *last* bracket. Throws
 * AppError `parse` or `too-large`.
 */
export function parsePidStat(text: string): PidStat {
  refuseLarge(file, text.length, maxLength)
  const place: LinePlace = { file, line: 1, text }
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 2 || close < open || text[open - 1] !== ' ' || text[close + 1] !== ' ') {
    throw parseFailure(place, 'expected "pid (name) state"')
  }
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  const rest = text.slice(close + 2, end).split(' ')
  if (rest.length < minFields) throw parseFailure(place, 'fields are missing')
  const state = rest[0]!
  if (!/^[A-Za-z]$/.test(state)) throw parseFailure(place, 'expected a state letter')
  return {
    pid: toCount(text.slice(0, open - 1), place),
    comm: text.slice(open + 1, close),
    state,
    ...readNumbers(rest, place),
  }
}

/** Field n of proc(5) is at n - 3: pid and name are off. */
function readNumbers(rest: readonly string[], place: LinePlace): Omit<PidStat, 'pid' | 'comm' | 'state'> {
  const count = (field: number): number => toCount(rest[field - 3]!, place)
  const signed = (field: number): number => toSigned(rest[field - 3]!, place)
  const flags = count(9)
  return {
    ppid: signed(4),
    pgrp: signed(5),
    session: signed(6),
    ttyNumber: signed(7),
    tpgid: signed(8),
    flags,
    isKernelThread: (flags & kernelThreadFlag) !== 0,
    minorFaults: toRoundedCount(rest[10 - 3]!, place),
    majorFaults: toRoundedCount(rest[12 - 3]!, place),
    utimeTicks: count(14),
    stimeTicks: count(15),
    priority: signed(18),
    nice: signed(19),
    threads: count(20),
    startTimeTicks: count(22),
    vsizeBytes: toRoundedCount(rest[23 - 3]!, place),
    rssPages: count(24),
    startStackAddress: toRoundedCount(rest[28 - 3]!, place),
    processor: signed(39),
    blkioDelayTicks: toRoundedCount(rest[42 - 3]!, place),
  }
}
