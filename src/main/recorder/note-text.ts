import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { asBytes, bytesOf, textOf } from './stored-value'

const packFrom = 512
/** A heap profile of the largest kind that is recorded, and some room. */
const maxUnpackedBytes = 24 * 1024 * 1024

/** A text as it lies in the database: long ones packed. */
export function packNote(text: string): string | Buffer {
  return text.length < packFrom ? text : deflateRawSync(text)
}

/** Columns of a note's or a state's text for `unpackNote`. */
export function selectNote(column: string): string {
  return `${asBytes(column, 'data')}, typeof(${column}) = 'blob' AS isPacked`
}

/** What packNote made of JSON, parsed; null for anything else. */
export function unpackNote(row: unknown): unknown {
  const { data, isPacked } = (row ?? {}) as { data?: unknown; isPacked?: unknown }
  const bytes = bytesOf(data)
  try {
    if (bytes === null) return null
    if (isPacked !== 1) return JSON.parse(textOf(data))
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: maxUnpackedBytes }).toString('utf8'))
  } catch {
    return null
  }
}
