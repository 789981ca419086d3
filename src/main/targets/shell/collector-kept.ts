import { applyChangedLines } from '#core/collector/changed-lines'
import type { CollectorRecord } from '#core/collector/record-decoder'
import { isKeepable, requestLines } from '#core/collector/requests'
import { AppError, fail, ok } from '#core/errors'
import type { ReadRequest, ReadResult } from '../target'
import { toMaxBytes } from './collector-batch'

/** After so many polls that did not ask for a file, both sides forget it. */
const maxIdlePolls = 8
/** Files kept at a time; more are read once each. */
const maxFiles = 8192

/** A file whose text both sides hold. */
export interface KeptFile {
  readonly id: number
  readonly maxBytes: number
  readonly mayCut: boolean
  text: Uint8Array | null
  askedAt: number
  /** It failed: its definition is sent again, so that the shell looks at it anew. */
  isStale: boolean
}

/** Files that polls ask for again and again: awk keeps their text and sends what changed; this is the other side of it. */
export interface KeptTexts {
  /** Starts a batch; gives the lines that forget files that nobody asked for. */
  turn(): string[]
  /** The file to ask for by its id, and the lines that define it first; null: read it once. */
  plan(read: ReadRequest): { file: KeptFile; lines: string[] } | null
  /** awk is a new one and knows nothing. */
  clear(): void
}

export function createKeptTexts(): KeptTexts {
  const files = new Map<string, KeptFile>()
  /** Read once in the last poll: kept from the second poll in a row on. */
  let seen = new Set<string>()
  let seenBefore = new Set<string>()
  let poll = 0
  let nextId = 1

  function define(read: ReadRequest, file: KeptFile): string[] {
    file.isStale = false
    return [requestLines.define(file.id, file.maxBytes, file.mayCut, read.path)]
  }

  return {
    turn() {
      poll++
      seenBefore = seen
      seen = new Set()
      const idle: number[] = []
      for (const [path, file] of files) {
        if (poll - file.askedAt <= maxIdlePolls) continue
        idle.push(file.id)
        files.delete(path)
      }
      return idle.length === 0 ? [] : [requestLines.forget(idle)]
    },
    plan(read) {
      if (read.kind !== 'file' || (read.offsetBytes ?? 0) > 0) return null
      const maxBytes = toMaxBytes(read)
      const mayCut = read.mayCut === true
      if (!isKeepable(read.path, maxBytes)) return null
      const file = files.get(read.path)
      if (file !== undefined) {
        if (file.maxBytes !== maxBytes || file.mayCut !== mayCut) return null
        file.askedAt = poll
        return { file, lines: file.isStale ? define(read, file) : [] }
      }
      if (!seenBefore.has(read.path) || files.size >= maxFiles) {
        seen.add(read.path)
        return null
      }
      const made: KeptFile = { id: nextId++, maxBytes, mayCut, text: null, askedAt: poll, isStale: false }
      files.set(read.path, made)
      return { file: made, lines: define(read, made) }
    },
    clear() {
      for (const [path] of files) seen.add(path)
      files.clear()
    },
  }
}

/** The result of the record that answers a kept file. Throws AppError `parse`. */
export function takeKeptText(file: KeptFile, path: string, record: CollectorRecord): ReadResult {
  if (record.kind === 'lost') {
    file.text = null
    file.isStale = true
    return fail(record.code, `${record.code}: ${path}`)
  }
  if (record.kind === 'whole') {
    file.text = record.bytes.slice()
    file.isStale = false
  } else if (file.text === null) throw new AppError('parse', `changes of an unknown text: ${path}`)
  else if (record.kind === 'lines') {
    file.text = applyChangedLines(file.text, record.lineCount, record.bytes)
  }
  if (file.text.length > file.maxBytes) throw new AppError('parse', `more than was asked for: ${path}`)
  return ok({ bytes: file.text, names: [], links: [], durationMs: 0 })
}
