import { deflateRawSync, inflateRawSync } from 'node:zlib'

const packFrom = 512
const maxUnpackedBytes = 8 * 1024 * 1024

/** A text as it lies in the database: long ones packed. */
export function packNote(text: string): string | Buffer {
  return text.length < packFrom ? text : deflateRawSync(text)
}

/** What packNote made of JSON, parsed; null for anything else. */
export function unpackNote(data: unknown): unknown {
  try {
    if (typeof data === 'string') return JSON.parse(data)
    // libsql gives a blob as either.
    if (data instanceof ArrayBuffer || ArrayBuffer.isView(data))
      return JSON.parse(
        inflateRawSync(data as Uint8Array, { maxOutputLength: maxUnpackedBytes }).toString('utf8'),
      )
    return null
  } catch {
    return null
  }
}
