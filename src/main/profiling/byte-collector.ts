import { AppError } from '#core/errors'

/** Collects the pieces of an answer. */
export interface ByteCollector {
  readonly length: number
  /** Throws AppError `too-large`. */
  push(chunk: Uint8Array): void
  /** What came so far; valid until the next push. */
  view(): Uint8Array
}

/** One growing buffer: an answer in a million pieces of a byte each must not become a million objects. */
export function createByteCollector(limitBytes: number): ByteCollector {
  let bytes = new Uint8Array(Math.min(limitBytes, 16 * 1024))
  let length = 0
  return {
    get length() {
      return length
    },
    push(chunk) {
      const needed = length + chunk.length
      if (needed > limitBytes) {
        throw new AppError('too-large', `over ${limitBytes} bytes`, {
          hint: 'go.endpoint.tooLarge',
          params: { limitBytes },
        })
      }
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.min(limitBytes, Math.max(needed, 2 * bytes.length)))
        grown.set(bytes.subarray(0, length))
        bytes = grown
      }
      bytes.set(chunk, length)
      length = needed
    },
    view: () => bytes.subarray(0, length),
  }
}
