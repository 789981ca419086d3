import type { ErrorCode } from '../errors'
import { AppError } from '../errors'
import { toNeutralText } from '../text/neutral-text'

/** One record of the collector's row; `bytes` are valid during the call only. */
export type CollectorRecord =
  | { kind: 'stat'; pid: number; bytes: Uint8Array }
  | { kind: 'exit'; pid: number }
  | { kind: 'stats-end'; count: number }
  | { kind: 'same' }
  | { kind: 'whole'; bytes: Uint8Array }
  | { kind: 'lines'; lineCount: number; bytes: Uint8Array }
  | { kind: 'lost'; code: ErrorCode }
  | { kind: 'part'; isHex: boolean; bytes: Uint8Array }
  | { kind: 'item' }
  | { kind: 'answer'; code: ErrorCode | null; durationMs: number }
  | { kind: 'end'; sequence: number; costMs: number; cpuMs: number }

const maxLineBytes = 96
const maxRecordBytes = 5 * 1024 * 1024
const maxPid = 0x7fffffff
const newline = 0x0a
const codes: Record<string, ErrorCode> = {
  gone: 'gone',
  'permission-denied': 'permission-denied',
  'too-large': 'too-large',
  unsupported: 'unsupported',
  failed: 'failed',
}

/** Takes the payload of frames apart into records. Holds at most one record, at most 5 MiB. */
export interface RecordDecoder {
  /** Throws AppError `parse` or `too-large`; the decoder is of no use after that. */
  push(bytes: Uint8Array): void
  /** Forgets the record that is not complete. */
  reset(): void
}

export function createRecordDecoder(onRecord: (record: CollectorRecord) => void): RecordDecoder {
  let held = new Uint8Array(0)
  let heldLength = 0
  /** How many bytes must be there before another try is worth it: pieces of one long record are not looked at each time. */
  let wanted = 1

  function hold(bytes: Uint8Array): void {
    const needed = heldLength + bytes.length
    if (held.length < needed) {
      const larger = new Uint8Array(Math.max(needed, held.length * 2, 4096))
      larger.set(held.subarray(0, heldLength))
      held = larger
    }
    held.set(bytes, heldLength)
    heldLength = needed
  }

  return {
    push(bytes) {
      let row = bytes
      if (heldLength > 0) {
        hold(bytes)
        if (heldLength < wanted) return
        row = held.subarray(0, heldLength)
      }
      const { at, missing } = decodeAll(row, onRecord)
      const rest = row.subarray(at)
      if (rest.length === 0) {
        heldLength = 0
        if (held.length > 256 * 1024) held = new Uint8Array(0)
      } else if (heldLength > 0) {
        held.copyWithin(0, at, heldLength)
        heldLength -= at
      } else hold(rest)
      wanted = heldLength + missing
    },
    reset() {
      heldLength = 0
      wanted = 1
    },
  }
}

/** How far the whole records reach, and how many bytes the next one misses at least. */
function decodeAll(
  row: Uint8Array,
  onRecord: (record: CollectorRecord) => void,
): { at: number; missing: number } {
  let at = 0
  while (at < row.length) {
    const lineEnd = row.indexOf(newline, at)
    if (lineEnd < 0 || lineEnd - at > maxLineBytes) {
      if (lineEnd >= 0 || row.length - at > maxLineBytes)
        throw new AppError('parse', 'a record without a head')
      return { at, missing: 1 }
    }
    const head = String.fromCharCode(...row.subarray(at, lineEnd)).split(' ')
    const length = toBodyLength(head)
    const end = lineEnd + 1 + length
    if (end > row.length) return { at, missing: end - row.length }
    onRecord(toRecord(head, row.subarray(lineEnd + 1, end)))
    at = end
  }
  return { at, missing: 1 }
}

function toBodyLength(head: readonly string[]): number {
  const kind = head[0]
  if (kind !== '+' && kind !== 'W' && kind !== 'L' && kind !== 'T' && kind !== 'X') return 0
  const length = toCount(head[kind === '+' || kind === 'L' ? 2 : 1])
  if (length > maxRecordBytes) throw new AppError('too-large', `a record of ${length} bytes`)
  return length
}

function toRecord(head: readonly string[], bytes: Uint8Array): CollectorRecord {
  const [kind, first, second, third] = head
  switch (kind) {
    case '+':
      return { kind: 'stat', pid: toPid(first), bytes }
    case '-':
      return { kind: 'exit', pid: toPid(first) }
    case 'S':
      return { kind: 'stats-end', count: toCount(first) }
    case '=':
      return { kind: 'same' }
    case 'W':
      return { kind: 'whole', bytes }
    case 'L':
      return { kind: 'lines', lineCount: toCount(first), bytes }
    case 'E':
      return { kind: 'lost', code: toCode(first) }
    case 'T':
    case 'X':
      if (bytes.length === 0) throw new AppError('parse', 'a part of no bytes')
      return { kind: 'part', isHex: kind === 'X', bytes }
    case 'I':
      return { kind: 'item' }
    case 'A':
      return { kind: 'answer', code: first === 'ok' ? null : toCode(first), durationMs: toMs(second) }
    case 'e':
      return { kind: 'end', sequence: toCount(first), costMs: toMs(second), cpuMs: toMs(third) }
  }
  throw new AppError('parse', `a record of no known kind: "${toNeutralText(head.join(' '), 40)}"`)
}

function toCount(text: string | undefined): number {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text))
    throw new AppError('parse', 'a record without a count')
  return Number(text)
}

function toPid(text: string | undefined): number {
  const pid = toCount(text)
  if (pid > maxPid) throw new AppError('parse', `no process id: ${pid}`)
  return pid
}

/** Never negative: a clock that was set back between two reads. */
function toMs(text: string | undefined): number {
  if (text === undefined || !/^-?[0-9]{1,15}([.,][0-9]{1,6})?$/.test(text)) {
    throw new AppError('parse', 'a record without a time')
  }
  return Math.max(0, Number(text.replace(',', '.')))
}

function toCode(text: string | undefined): ErrorCode {
  return (text !== undefined && Object.hasOwn(codes, text) && codes[text]) || 'failed'
}
