import { AppError, fail, ok } from '#core/errors'
import { parseHexBytes } from '#core/collector/hex-bytes'
import { parseLsLinks } from '#core/collector/ls-links'
import type { CollectorRecord } from '#core/collector/record-decoder'
import type { StatDelta } from '#core/collector/stat-delta'
import type { PollAnswer, PollRequest, ReadRequest, ReadResult } from '../target'
import { takeKeptText, type KeptFile } from './collector-kept'

const defaultMaxBytes = 1024 * 1024
/** Names and links of one folder, bytes and entries. */
const maxListBytes = 8 * 1024 * 1024
const maxItems = 65_536
/** What awk may send beyond the bytes that were asked for, since it counts by lines. */
const slackBytes = 128 * 1024

const decoder = new TextDecoder()

export function toMaxBytes(request: Extract<ReadRequest, { kind: 'file' }>): number {
  return request.maxBytes ?? defaultMaxBytes
}

/** One batch on its way: takes its records in order and makes its answer of them. */
export interface CollectorBatch {
  readonly request: PollRequest
  readonly sequence: number
  /** Which of its reads comes next; the one that awk ended at, when each record comes at once. */
  readonly nextRead: number
  /** Its processes came, or it has none: what it waits for is a read. */
  readonly isAtReads: boolean
  /** True: it is complete. Throws AppError `parse` for records that are not what was asked for. */
  take(record: CollectorRecord): boolean
  /** It was written, for the first time or once more: which of its reads are of kept files. */
  start(keptFiles: readonly (KeptFile | null)[]): void
  resolve(): void
  reject(error: AppError): void
}

interface Deferred {
  resolve(answer: PollAnswer): void
  reject(error: AppError): void
}

export function createCollectorBatch(
  request: PollRequest,
  sequence: number,
  stats: StatDelta,
  deferred: Deferred,
): CollectorBatch {
  const atMs = Date.now()
  let files: readonly (KeptFile | null)[] = []
  let answer: PollAnswer = { atMs, costMs: 0, stat: null, reads: [] }
  let parts: Uint8Array[] = []
  let partBytes = 0
  let items: Uint8Array[] = []

  function next(): ReadRequest {
    const read = request.reads[answer.reads.length]
    if (read === undefined) throw new AppError('parse', 'an answer that nobody asked for')
    return read
  }

  function takeKept(record: CollectorRecord): void {
    const { path } = next()
    const file = files[answer.reads.length] ?? null
    if (file === null) throw new AppError('parse', `a kept file where something else was asked for: ${path}`)
    answer.reads.push(takeKeptText(file, path, record))
  }

  function takePart(bytes: Uint8Array): void {
    const read = next()
    const max = read.kind === 'file' ? toMaxBytes(read) + slackBytes : maxListBytes
    partBytes += bytes.length
    if (partBytes > max) throw new AppError('too-large', `more than was asked for: ${read.path}`)
    parts.push(bytes)
  }

  function joinParts(): Uint8Array {
    const bytes = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
    parts = []
    return bytes
  }

  function takeStatsEnd(count: number): void {
    if (!request.stat) throw new AppError('parse', 'processes that nobody asked for')
    answer.stat = stats.frame(count)
  }

  function takeEnd(record: Extract<CollectorRecord, { kind: 'end' }>): void {
    const isWhole = answer.reads.length === request.reads.length && (answer.stat !== null) === request.stat
    if (record.sequence !== sequence || !isWhole) throw new AppError('parse', 'a batch that ends too early')
    answer.costMs = record.costMs
  }

  return {
    request,
    sequence,
    get nextRead() {
      return answer.reads.length
    },
    get isAtReads() {
      return !request.stat || answer.stat !== null
    },
    take(record) {
      switch (record.kind) {
        case 'stat':
          stats.set(record.pid, record.bytes)
          break
        case 'exit':
          stats.remove(record.pid)
          break
        case 'stats-end':
          takeStatsEnd(record.count)
          break
        case 'same':
        case 'whole':
        case 'lines':
        case 'lost':
          takeKept(record)
          break
        case 'part':
          takePart(record.isHex ? parseHexBytes(record.bytes) : record.bytes.slice())
          break
        case 'item':
          if (items.push(joinParts()) > maxItems) throw new AppError('too-large', 'too many names')
          break
        case 'answer':
          if (files[answer.reads.length])
            throw new AppError('parse', 'an answer where a kept file was asked for')
          answer.reads.push(toResult(next(), record, items, joinParts()))
          items = []
          partBytes = 0
          break
        case 'end':
          takeEnd(record)
          return true
      }
      return false
    },
    start(keptFiles) {
      files = keptFiles
      answer = { atMs, costMs: 0, stat: null, reads: [] }
      parts = []
      items = []
      partBytes = 0
    },
    resolve: () => deferred.resolve(answer),
    reject: (error) => deferred.reject(error),
  }
}

function toResult(
  request: ReadRequest,
  { code, durationMs }: Extract<CollectorRecord, { kind: 'answer' }>,
  items: readonly Uint8Array[],
  bytes: Uint8Array,
): ReadResult {
  const { path } = request
  if (code !== null) return fail(code, `${code}: ${path}`)
  const answer = {
    bytes: new Uint8Array(),
    names: [] as string[],
    links: [] as [string, string][],
    durationMs,
  }
  if (request.kind === 'dir') {
    answer.names = items.map((item) => decoder.decode(item))
    return ok(answer)
  }
  if (request.kind === 'links') {
    const { links, isHidden } = parseLsLinks(decoder.decode(bytes))
    if (isHidden) return fail('permission-denied', `permission-denied: ${path}`)
    return ok({ ...answer, links })
  }
  if (request.kind !== 'file') return ok({ ...answer, bytes })
  const max = toMaxBytes(request)
  if (bytes.length <= max) return ok({ ...answer, bytes })
  if (request.mayCut !== true) return fail('too-large', `over ${max} bytes: ${path}`)
  return ok({ ...answer, bytes: bytes.subarray(0, max) })
}
