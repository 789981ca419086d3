import { codeOf } from './open-database'

/** Of one answer. A broken page of an index takes some hundred minutes with it; a file that is broken all over is given up. */
const maxFailures = 2000

/**
 * What `read` finds between two whole numbers, in order. Where a page of the file is broken, all that lies beside it: a day must not be
 * hidden by one minute of it, nor a process by another one's.
 */
export function readAround<T>(from: number, to: number, read: (from: number, to: number) => T[]): T[] {
  let failures = 0

  function readPart(start: number, end: number): T[] {
    if (failures > maxFailures) return []
    try {
      return read(start, end)
    } catch (error) {
      if (!isBroken(error)) throw error
      failures++
      if (start >= end) return []
      const middle = Math.floor((start + end) / 2)
      return readPart(start, middle).concat(readPart(middle + 1, end))
    }
  }

  return readPart(from, to)
}

/** What one question finds; nothing where it meets a broken page. */
export function readWhole<T>(read: () => T[]): T[] {
  return readAround(0, 0, read)
}

/** A page that is broken, or that the disk does not give. */
function isBroken(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(codeOf(error))
}
