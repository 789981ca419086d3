import { AppError, fail, ok } from '#core/errors'
import { parseHexBytes } from '#core/collector/hex-bytes'
import { parseLsLinks } from '#core/collector/ls-links'
import type { CollectorRecord } from '#core/collector/record-decoder'
import type { StatDelta } from '#core/collector/stat-delta'
import type { PollAnswer, PollRequest, ReadRequest, ReadResult } from '../target'
import { takeKeptText, type KeptFile } from './collector-kept'
import { createParts } from './collector-parts'

const defaultMaxBytes = 1024 * 1024
/** Names and links of one folder, bytes and entries. */
const maxListBytes = 8 * 1024 * 1024
const maxItems = 65_536
/** What awk may send beyond the bytes that were asked for, since it counts by lines. */
const slackBytes = 128 * 1024
/** All reads of one batch together, unless a single one asks for more. */
const maxBatchBytes = 64 * 1024 * 1024
const decoder = new TextDecoder()

export function toMaxBytes(request: Extract<ReadRequest, { kind: 'file' }>): number {
  return request.maxBytes ?? defaultMaxBytes
}

/** What may come at most for one read. */
function toMostBytes(read: ReadRequest): number {
  return read.kind === 'file' ? toMaxBytes(read) + slackBytes : maxListBytes
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
  const maxBytes = Math.max(maxBatchBytes, ...request.reads.map(toMostBytes))
  const parts = createParts()
  let batchBytes = 0
  let names: string[] = []

  function next(): ReadRequest {
    const read = request.reads[answer.reads.length]
    if (read === undefined) throw new AppError('parse', 'an answer that nobody asked for')
    return read
  }

  function takeKept(record: CollectorRecord): void {
    const { path } = next()
    const file = files[answer.reads.length] ?? null
    if (file === null) throw new AppError('parse', `a kept file where something else was asked for: ${path}`)
    const result = takeKeptText(file, path, record)
    if (result.ok) spend(result.value.bytes.length)
    answer.reads.push(result)
  }

  function spend(bytes: number): void {
    batchBytes += bytes
    if (batchBytes > maxBytes) throw new AppError('too-large', `over ${maxBytes} bytes in one answer`)
  }

  function takePart(bytes: Uint8Array): void {
    const read = next()
    spend(bytes.length)
    parts.add(bytes)
    if (parts.totalBytes > toMostBytes(read)) {
      throw new AppError('too-large', `more than was asked for: ${read.path}`)
    }
  }

  function takeItem(): void {
    const { kind, path } = next()
    if (kind !== 'dir') throw new AppError('parse', `a name where something else was asked for: ${path}`)
    const name = parts.take()
    if (name.length === 0) throw new AppError('parse', 'a name of no bytes')
    if (names.push(decoder.decode(name)) > maxItems) throw new AppError('too-large', 'too many names')
  }

  function takeStat(record: CollectorRecord): void {
    if (!request.stat || answer.stat !== null) throw new AppError('parse', 'processes that nobody asked for')
    if (record.kind === 'stat') stats.set(record.pid, record.bytes)
    else if (record.kind === 'exit') stats.remove(record.pid)
    else if (record.kind === 'stats-end') answer.stat = stats.frame(record.count)
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
        case 'exit':
        case 'stats-end':
          takeStat(record)
          break
        case 'same':
        case 'whole':
        case 'lines':
        case 'lost':
          takeKept(record)
          break
        case 'part':
          takePart(record.isHex ? parseHexBytes(record.bytes) : record.bytes)
          break
        case 'item':
          takeItem()
          break
        case 'answer':
          if (files[answer.reads.length])
            throw new AppError('parse', 'an answer where a kept file was asked for')
          answer.reads.push(toResult(next(), record, names, parts.take()))
          names = []
          parts.clear()
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
      parts.clear()
      names = []
      batchBytes = 0
    },
    resolve: () => deferred.resolve(answer),
    reject: (error) => deferred.reject(error),
  }
}

function toResult(
  request: ReadRequest,
  { code, durationMs }: Extract<CollectorRecord, { kind: 'answer' }>,
  names: string[],
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
    return ok({ ...answer, names })
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
