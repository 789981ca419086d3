import { closeSync, openSync, readSync, readdirSync } from 'node:fs'
import type { FdBudget } from './fd-budget'
import type { StatFrame } from './target'

/** No stat line is longer: 52 numbers of at most 20 digits and a name of at most 64 bytes. */
const maxStatBytes = 2048

/** Reads every /proc/[pid]/stat of one moment. */
export interface StatPoller {
  /** The frame is valid until the next poll: its arrays and its buffer are reused. Throws when /proc can't be listed. */
  poll(): StatFrame
  close(): void
}

/**
 * Keeps one descriptor a process open and reads it again at offset 0, which costs about half of open, read and close.
 * A descriptor stays with its process: once that ended, reads answer ESRCH, even when the pid lives on as another one.
 */
export function createStatPoller(procPath: string, budget: FdBudget): StatPoller {
  let buffer = Buffer.allocUnsafeSlow(256 * 1024)
  let used = 0
  // What was open after the last poll, ascending by pid; fd -1: over the budget, opened for each read.
  let keptCount = 0
  let keptPids = new Int32Array(1024)
  let keptFds = new Int32Array(1024)
  let nextPids = new Int32Array(1024)
  let nextFds = new Int32Array(1024)
  let offsets = new Int32Array(1024)
  let lengths = new Int32Array(1024)
  let listed = new Int32Array(1024)

  function release(fd: number): void {
    if (fd < 0) return
    closeSync(fd)
    budget.give()
  }

  /** Length of what stands at `used` now, or -1 when the process is gone. */
  function readInto(fd: number): number {
    if (buffer.length - used < maxStatBytes) {
      const larger = Buffer.allocUnsafeSlow(buffer.length * 2)
      buffer.copy(larger, 0, 0, used)
      buffer = larger
    }
    try {
      const length = readSync(fd, buffer, used, maxStatBytes, 0)
      return length === 0 ? -1 : length
    } catch {
      return -1
    }
  }

  /** Opens a stat file and reads it; the descriptor is kept in `row`, or closed when over the budget. */
  function openRow(pid: number, row: number): number {
    let fd: number
    try {
      fd = openSync(`${procPath}/${pid}/stat`, 'r')
    } catch {
      return -1
    }
    const length = readInto(fd)
    if (length > 0 && budget.take()) {
      nextFds[row] = fd
    } else {
      closeSync(fd)
      nextFds[row] = -1
    }
    return length
  }

  function readRow(pid: number, keptFd: number, row: number): number {
    if (keptFd >= 0) {
      const length = readInto(keptFd)
      if (length > 0) {
        nextFds[row] = keptFd
        return length
      }
      release(keptFd)
    }
    return openRow(pid, row)
  }

  function list(): number {
    const names = readdirSync(procPath)
    if (names.length > listed.length) {
      const size = names.length * 2
      listed = new Int32Array(size)
      nextPids = new Int32Array(size)
      nextFds = new Int32Array(size)
      offsets = new Int32Array(size)
      lengths = new Int32Array(size)
    }
    let count = 0
    let isAscending = true
    for (const name of names) {
      const pid = toPid(name)
      if (pid < 0) continue
      if (count > 0 && pid < (listed[count - 1] as number)) isAscending = false
      listed[count++] = pid
    }
    // The kernel lists pids in order; a recorded tree on a disk may not.
    if (!isAscending) listed.subarray(0, count).sort()
    return count
  }

  function swapKept(count: number): void {
    const [pids, fds] = [keptPids, keptFds]
    keptPids = nextPids
    keptFds = nextFds
    keptCount = count
    nextPids = pids.length >= listed.length ? pids : new Int32Array(listed.length)
    nextFds = fds.length >= listed.length ? fds : new Int32Array(listed.length)
  }

  return {
    poll() {
      const listedCount = list()
      used = 0
      let count = 0
      let kept = 0
      for (let index = 0; index < listedCount; index++) {
        const pid = listed[index] as number
        while (kept < keptCount && (keptPids[kept] as number) < pid) release(keptFds[kept++] as number)
        const isKept = kept < keptCount && keptPids[kept] === pid
        const length = readRow(pid, isKept ? (keptFds[kept++] as number) : -1, count)
        if (length <= 0) continue
        nextPids[count] = pid
        offsets[count] = used
        lengths[count] = length
        used += length
        count++
      }
      while (kept < keptCount) release(keptFds[kept++] as number)
      swapKept(count)
      return { count, bytes: buffer.subarray(0, used), pids: keptPids, offsets, lengths }
    },
    close() {
      for (let index = 0; index < keptCount; index++) release(keptFds[index] as number)
      keptCount = 0
    },
  }
}

/** The number that a folder of /proc is named after, or -1. */
function toPid(name: string): number {
  if (name.length > 10) return -1
  let pid = 0
  for (let index = 0; index < name.length; index++) {
    const digit = name.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return -1
    pid = pid * 10 + digit
  }
  return pid > 0x7fffffff ? -1 : pid
}
