import { readFileSync } from 'node:fs'

/** Descriptors left for the rest of the process: sockets, pipes, the reads that are not kept open. */
const marginFds = 256

/** Counts the descriptors that are kept open, against RLIMIT_NOFILE less a margin. */
export interface FdBudget {
  /** Takes one; false: over the limit, so the caller opens, reads and closes instead. */
  take(): boolean
  give(): void
  readonly used: number
}

export function createFdBudget(limit = readFdLimit()): FdBudget {
  const cap = Math.max(0, limit - marginFds)
  let used = 0
  return {
    take() {
      if (used >= cap) return false
      used++
      return true
    },
    give: () => void used--,
    get used() {
      return used
    },
  }
}

/** The soft RLIMIT_NOFILE of this process; 1024, the usual default, where it can't be read. */
function readFdLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
    if (line?.[1] === 'unlimited') return 1_048_576
    if (line?.[1] !== undefined) return Number(line[1])
  } catch {
    // Not Linux, or no /proc: the default below.
  }
  return 1024
}
