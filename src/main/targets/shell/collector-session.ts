import { createFrameDecoder } from '#core/collector/frame-decoder'
import { createRecordDecoder, type CollectorRecord } from '#core/collector/record-decoder'
import { requestLines } from '#core/collector/requests'
import { createStatDelta } from '#core/collector/stat-delta'
import { AppError } from '#core/errors'
import type { PollAnswer, PollRequest, ReadRequest } from '../target'
import { createCollectorBatch, toMaxBytes, type CollectorBatch } from './collector-batch'
import { createKeptTexts, type KeptFile } from './collector-kept'

/** How often awk may end at one batch; from the second time on it is told which read it was. */
const maxAgains = 8
const maxFragilePaths = 256
const maxHelloItems = 256
const maxHelloRecords = 1024

export interface SessionEvents {
  write(text: string): void
  onHello(items: string[]): void
}

/** The conversation with one assets/collector.sh, without its process: bytes in, lines out. */
export interface CollectorSession {
  ask(request: PollRequest): Promise<PollAnswer>
  /** Throws AppError `parse`, `too-large`, `unsupported` or `failed`: the host does not keep to the protocol. */
  push(chunk: Uint8Array): void
  /** Everything that waits is rejected. */
  end(error: AppError): void
}

export function createCollectorSession(nonce: string, events: SessionEvents): CollectorSession {
  const stats = createStatDelta()
  const kept = createKeptTexts()
  /** Files at whose read awk ended: only a tool that may fail reads them from then on. */
  const fragile = new Set<string>()
  let waiting: CollectorBatch[] = []
  let hello: { items: string[]; parts: string } | null = { items: [], parts: '' }
  let helloRecords = 0
  let sequence = 0
  let agains = 0
  const text = new TextDecoder()

  const records = createRecordDecoder(takeRecord)
  const frames = createFrameDecoder(nonce, {
    onPayload: (bytes) => records.push(bytes),
    onAgain: startAgain,
    onMissing(what) {
      throw new AppError('unsupported', `the host has no ${what}`, { hint: `connection.collector.${what}` })
    },
  })

  function takeRecord(record: CollectorRecord): void {
    if (hello !== null) return takeHello(record, hello)
    const batch = waiting[0]
    if (batch === undefined) throw new AppError('parse', 'an answer that nobody asked for')
    if (!batch.take(record)) return
    waiting.shift()
    agains = 0
    batch.resolve()
  }

  function takeHello(record: CollectorRecord, { items, parts }: { items: string[]; parts: string }): void {
    helloRecords++
    if (record.kind === 'part' && parts.length < 4096) {
      hello = { items, parts: parts + text.decode(record.bytes) }
    } else if (record.kind === 'item' && items.length < maxHelloItems) {
      hello = { items: [...items, parts], parts: '' }
    } else if (record.kind === 'end' && record.sequence === 0) {
      hello = null
      events.onHello(items)
    } else if (record.kind !== 'answer' || helloRecords > maxHelloRecords)
      throw new AppError('parse', 'not the facts of a host')
  }

  function startAgain(status: number): void {
    agains++
    const batch = waiting[0]
    if (agains > maxAgains || hello !== null) {
      throw new AppError('failed', `awk ended on the host, status ${status}`, {
        hint: 'connection.collector.ended',
      })
    }
    // Each record of this try came at once: the next one is what awk ended at.
    const culprit = agains > 1 ? batch?.request.reads[batch.nextRead] : undefined
    if (culprit?.kind === 'file' && batch?.isAtReads === true && fragile.size < maxFragilePaths) {
      fragile.add(culprit.path)
    }
    records.reset()
    stats.clear()
    kept.clear()
    const lines = [requestLines.again(agains)]
    for (const one of waiting) {
      lines.push(...toLines(one))
    }
    events.write(`${lines.join('\n')}\n`)
  }

  function toLines(batch: CollectorBatch): string[] {
    const { request } = batch
    const lines = kept.turn()
    if (request.stat) lines.push(requestLines.stats())
    const files: (KeptFile | null)[] = []
    let ids: number[] = []
    const flushIds = (): void => {
      if (ids.length > 0) lines.push(requestLines.poll(ids))
      ids = []
    }
    for (const read of request.reads) {
      const plan = fragile.has(read.path) ? null : kept.plan(read)
      files.push(plan?.file ?? null)
      if (plan !== null) {
        lines.push(...plan.lines)
        ids.push(plan.file.id)
        continue
      }
      flushIds()
      lines.push(toLine(read, fragile))
    }
    flushIds()
    lines.push(requestLines.end(batch.sequence))
    batch.start(files)
    return lines
  }

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const batch = createCollectorBatch(request, ++sequence, stats, { resolve, reject })
        // Paths are checked here: a request that can't be written is none.
        const lines = toLines(batch)
        waiting.push(batch)
        events.write(`${lines.join('\n')}\n`)
      }),
    push: (chunk) => frames.push(chunk),
    end(error) {
      const rejected = waiting
      waiting = []
      for (const batch of rejected) batch.reject(error)
    },
  }
}

function toLine(read: ReadRequest, fragile: ReadonlySet<string>): string {
  switch (read.kind) {
    case 'link':
      return requestLines.link(read.path)
    case 'links':
      return requestLines.links(read.path)
    case 'dir':
      return requestLines.dir(read.path)
    case 'identity':
      return requestLines.identity(read.path)
    case 'file': {
      const max = toMaxBytes(read)
      const offset = read.offsetBytes ?? 0
      // One byte more tells a longer file from one that ends here.
      if (offset > 0 || fragile.has(read.path)) return requestLines.part(offset, max + 1, read.path)
      return requestLines.file(max, read.mayCut === true, read.path)
    }
  }
}
