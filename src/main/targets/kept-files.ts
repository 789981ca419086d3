import { closeSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs'
import { fail, ok } from '#core/errors'
import type { FdBudget } from './fd-budget'
import { toReadError } from './read-error'
import type { ReadRequest, ReadResult } from './target'

const defaultMaxBytes = 1024 * 1024

/**
 * Cheap reads on the calling thread. A file that two polls in a row ask for is kept open until a poll no longer asks;
 * read again at offset 0, a file of /proc is made anew by the kernel.
 */
export interface KeptFiles {
  read(requests: readonly ReadRequest[]): ReadResult[]
  close(): void
}

export function createKeptFiles(toLocalPath: (path: string) => string, budget: FdBudget): KeptFiles {
  let buffer = Buffer.allocUnsafeSlow(64 * 1024)
  /** Path -> descriptor, or -1 for one that was read once and is opened for good the next time. */
  const kept = new Map<string, number>()

  function release(fd: number): void {
    if (fd < 0) return
    closeSync(fd)
    budget.give()
  }

  /** Reads to the end of the file or one byte past `max`, and gives the number of bytes now in the buffer. */
  function readAll(fd: number, offset: number, max: number): number {
    let length = 0
    for (;;) {
      if (length === buffer.length) {
        const larger = Buffer.allocUnsafeSlow(buffer.length * 2)
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      const wanted = Math.min(buffer.length - length, max + 1 - length)
      if (wanted === 0) return length
      const got = readSync(fd, buffer, length, wanted, offset + length)
      if (got === 0) return length
      length += got
    }
  }

  function readFile(request: Extract<ReadRequest, { kind: 'file' }>): number {
    const { path, offsetBytes = 0, maxBytes = defaultMaxBytes } = request
    const before = kept.get(path)
    if (before !== undefined && before >= 0) {
      try {
        return readAll(before, offsetBytes, maxBytes)
      } catch {
        // ESRCH: the process that this descriptor belongs to ended. One new open tells whether the path lives on.
        release(before)
        kept.delete(path)
      }
    }
    const fd = openSync(toLocalPath(path), 'r')
    let isKept = false
    try {
      const length = readAll(fd, offsetBytes, maxBytes)
      isKept = before !== undefined && budget.take()
      kept.set(path, isKept ? fd : -1)
      return length
    } finally {
      if (!isKept) closeSync(fd)
    }
  }

  function readOne(request: ReadRequest): ReadResult {
    const startMs = performance.now()
    const answer = (bytes: Uint8Array, names: string[] = []): ReadResult =>
      ok({ bytes, names, links: [], durationMs: performance.now() - startMs })
    try {
      if (request.kind === 'file') {
        const max = request.maxBytes ?? defaultMaxBytes
        const length = readFile(request)
        if (length > max && request.mayCut !== true)
          return fail('too-large', `over ${max} bytes: ${request.path}`)
        return answer(Uint8Array.prototype.slice.call(buffer, 0, Math.min(length, max)))
      }
      if (request.kind === 'link') return answer(Buffer.from(readlinkSync(toLocalPath(request.path))))
      if (request.kind === 'dir') return answer(new Uint8Array(), readdirSync(toLocalPath(request.path)))
      return fail('unsupported', `${request.kind} does not ride along with a poll`)
    } catch (error) {
      return { ok: false, error: toReadError(error, request.path) }
    }
  }

  return {
    read(requests) {
      const results = requests.map(readOne)
      const asked = new Set(requests.map((request) => request.path))
      for (const [path, fd] of kept) {
        if (asked.has(path)) continue
        release(fd)
        kept.delete(path)
      }
      return results
    },
    close() {
      for (const fd of kept.values()) release(fd)
      kept.clear()
    },
  }
}
