import { open, readdir, readlink, stat } from 'node:fs/promises'
import { fail, ok } from '#core/errors'
import { toReadError } from './read-error'
import type { ReadRequest, ReadResult } from './target'

const defaultMaxBytes = 1024 * 1024
/** Node's thread pool has four threads: one stays free when all of these are stuck in the kernel. */
const maxInFlight = 3
const maxLinks = 4096

/** Reads that may block in the kernel (they take the process's mmap lock), on the thread pool. */
export interface BlockingReads {
  read(requests: readonly ReadRequest[], timeoutMs: number): Promise<ReadResult[]>
  /** Answers what still waits with `cancelled`; a read that is in the kernel can't be stopped, its answer is dropped. */
  close(): void
}

interface WaitingRead {
  request: ReadRequest
  /** One waiter can give up: later ones still get the answer. */
  settle: (result: ReadResult) => void
  isSettled: boolean
}

/**
 * A read that goes beyond its time limit is answered with `timeout` but keeps its slot until the kernel lets it go, and
 * no second read of the same path starts meanwhile: stuck reads can't pile up.
 */
export function createBlockingReads(toLocalPath: (path: string) => string): BlockingReads {
  const inFlight = new Set<string>()
  let running = 0
  let queue: WaitingRead[] = []

  async function run(waiting: WaitingRead, id: string): Promise<void> {
    running++
    inFlight.add(id)
    try {
      waiting.settle(await readOne(waiting.request, toLocalPath))
    } finally {
      running--
      inFlight.delete(id)
      startNext()
    }
  }

  function startNext(): void {
    while (running < maxInFlight && queue.length > 0) {
      const index = queue.findIndex(({ request, isSettled }) => isSettled || !inFlight.has(toId(request)))
      if (index < 0) return
      const [waiting] = queue.splice(index, 1)
      if (waiting !== undefined && !waiting.isSettled) void run(waiting, toId(waiting.request))
    }
  }

  function enqueue(request: ReadRequest, timeoutMs: number): Promise<ReadResult> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => waiting.settle(fail('timeout', `no answer in ${timeoutMs} ms: ${request.path}`)),
        timeoutMs,
      )
      const waiting: WaitingRead = {
        request,
        isSettled: false,
        settle(result) {
          if (waiting.isSettled) return
          waiting.isSettled = true
          clearTimeout(timer)
          resolve(result)
        },
      }
      queue.push(waiting)
      startNext()
    })
  }

  return {
    read: (requests, timeoutMs) => Promise.all(requests.map((request) => enqueue(request, timeoutMs))),
    close() {
      for (const waiting of queue) waiting.settle(fail('cancelled', 'the target was closed'))
      queue = []
    },
  }
}

function toId(request: ReadRequest): string {
  return `${request.kind}:${request.path}`
}

async function readOne(request: ReadRequest, toLocalPath: (path: string) => string): Promise<ReadResult> {
  const path = toLocalPath(request.path)
  const startMs = performance.now()
  const answer = (bytes: Uint8Array, names: string[] = [], links: [string, string][] = []): ReadResult =>
    ok({ bytes, names, links, durationMs: performance.now() - startMs })
  try {
    if (request.kind === 'link') return answer(await readlink(path, { encoding: 'buffer' }))
    if (request.kind === 'dir') return answer(new Uint8Array(), await readdir(path))
    if (request.kind === 'links') return answer(new Uint8Array(), [], await readLinks(path))
    if (request.kind === 'identity') {
      const { dev, ino, size, mtimeMs } = await stat(path)
      return answer(Buffer.from(`${dev}:${ino}:${size}:${mtimeMs}`))
    }
    const max = request.maxBytes ?? defaultMaxBytes
    const { bytes, readMs } = await readBytes(path, request.offsetBytes ?? 0, max)
    const cut = bytes.subarray(0, max)
    if (bytes.length <= max || request.mayCut === true) {
      return ok({ bytes: cut, names: [], links: [], durationMs: readMs })
    }
    return fail('too-large', `over ${max} bytes: ${request.path}`)
  } catch (error) {
    return { ok: false, error: toReadError(error, request.path) }
  }
}

/**
 * Reads to the end of the file, or one byte past `max`. Sizes of /proc files are 0: only the read tells. The time is that
 * of the reads alone, in which the kernel does its work: opening and closing wait for this process, not for the other.
 */
async function readBytes(
  path: string,
  offset: number,
  max: number,
): Promise<{ bytes: Uint8Array; readMs: number }> {
  const file = await open(path, 'r')
  try {
    let buffer = new Uint8Array(Math.min(max + 1, 16 * 1024))
    let length = 0
    let readMs = 0
    for (;;) {
      const startMs = performance.now()
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, offset + length)
      length += bytesRead
      // The last read only tells that the file ends.
      if (bytesRead === 0 || length > max) return { bytes: buffer.subarray(0, length), readMs }
      readMs += performance.now() - startMs
      if (length === buffer.length) {
        const larger = new Uint8Array(Math.min(max + 1, buffer.length * 2))
        larger.set(buffer)
        buffer = larger
      }
    }
  } finally {
    await file.close()
  }
}

async function readLinks(path: string): Promise<[string, string][]> {
  const names = (await readdir(path)).slice(0, maxLinks)
  const links: [string, string][] = []
  for (const name of names) {
    try {
      links.push([name, await readlink(`${path}/${name}`)])
    } catch (error) {
      // A descriptor that was closed meanwhile is left out; a folder that may not be read is an error.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return links
}
