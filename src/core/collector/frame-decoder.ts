import { AppError } from '../errors'
import { toNeutralText } from '../text/neutral-text'

/** awk sends at about 16,000 bytes; a record is added whole, so that one frame may hold a whole kept file. */
export const maxFrameBytes = 6 * 1024 * 1024
const maxHeaderBytes = 128
const newline = 0x0a

export interface FrameEvents {
  /** Bytes of the row of records; valid during the call. */
  onPayload(bytes: Uint8Array): void
  /** awk ended with this status and a new one waits for `z`; what was not complete is lost. */
  onAgain(status: number): void
  /** The host has no such thing: `awk`, `proc`. */
  onMissing(what: string): void
}

/** Takes the output of assets/collector.sh apart into frames. Holds no more than one header. */
export interface FrameDecoder {
  /** Throws AppError `parse` for bytes that are no frame of this nonce; the decoder is of no use after that. */
  push(chunk: Uint8Array): void
}

export function createFrameDecoder(nonce: string, events: FrameEvents): FrameDecoder {
  const prefix = `${nonce} `
  let header = ''
  let left = 0

  function takeHeader(): void {
    const text = header
    header = ''
    if (!text.startsWith(prefix))
      throw new AppError('parse', `not a frame of this collector: ${escape(text)}`)
    const rest = text.slice(prefix.length)
    if (/^[0-9]{1,9}$/.test(rest)) {
      left = Number(rest)
      if (left === 0) throw new AppError('parse', 'an empty frame')
      if (left > maxFrameBytes) throw new AppError('too-large', `a frame of ${left} bytes`)
      return
    }
    const again = /^again ([0-9]{1,3})$/.exec(rest)
    if (again !== null) return events.onAgain(Number(again[1]))
    const missing = /^missing ([a-z]{1,20})$/.exec(rest)
    if (missing !== null) return events.onMissing(missing[1] as string)
    throw new AppError('parse', `not a frame: ${escape(text)}`)
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (left > 0) {
          const end = Math.min(chunk.length, at + left)
          left -= end - at
          events.onPayload(chunk.subarray(at, end))
          at = end
          continue
        }
        const byte = chunk[at++] as number
        if (byte === newline) takeHeader()
        else if (
          header.length >= maxHeaderBytes ||
          (header.length < nonce.length && byte !== nonce.charCodeAt(header.length))
        ) {
          throw new AppError('parse', `not a frame of this collector: ${escape(header)}`)
        } else header += String.fromCharCode(byte)
      }
    },
  }
}

/** Bytes of a host, fit for a log line. */
function escape(text: string): string {
  return `"${toNeutralText(text, 60)}"`
}
