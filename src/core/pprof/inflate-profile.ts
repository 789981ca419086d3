import { brokenProfile, oversizedProfile } from './profile-errors'

/** Whether the bytes begin as gzip does; a raw profile never does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** What gzip's trailer says of the inflated length; a wrong one only costs a copy. */
function guessLength(bytes: Uint8Array, maxBytes: number): number {
  const at = bytes.length - 4
  if (at < 0) return 1024
  const said = bytes[at]! + bytes[at + 1]! * 2 ** 8 + bytes[at + 2]! * 2 ** 16 + bytes[at + 3]! * 2 ** 24
  // deflate reaches 1,032 to 1, so more than that is no truth.
  return Math.max(1024, Math.min(said, maxBytes, bytes.length * 1032, 2 ** 26))
}

/**
 * Inflates gzip piece by piece. Throws AppError `parse` for a broken stream and `too-large` as soon as it passes
 * `maxBytes`, before more of it is held.
 */
export async function inflateProfile(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('gzip')
  const writer = stream.writable.getWriter()
  // Both fail with the reader, which tells it. Shared memory never comes here.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => undefined)
  writer.close().catch(() => undefined)
  const reader = stream.readable.getReader()
  let whole = new Uint8Array(guessLength(bytes, maxBytes))
  let length = 0
  for (;;) {
    const piece = await reader.read().catch((error: unknown) => {
      throw brokenProfile('its gzip stream does not inflate', error)
    })
    if (piece.done || piece.value === undefined) return whole.subarray(0, length)
    const needed = length + piece.value.length
    if (needed > maxBytes) {
      reader.cancel().catch(() => undefined)
      throw oversizedProfile(`it inflates past ${maxBytes} bytes`)
    }
    if (needed > whole.length) {
      const grown = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * whole.length)))
      grown.set(whole.subarray(0, length))
      whole = grown
    }
    whole.set(piece.value, length)
    length = needed
  }
}
