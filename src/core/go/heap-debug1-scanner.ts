import { notGoNumbers, parseHeapDebug1Trailer, type GoNumbers } from './memstats'

const firstLine = 'heap profile: '
/** The trailer holds two arrays of 256 numbers of up to 20 digits: about 12 KiB. */
const tailBytes = 64 * 1024

/**
 * Takes the answer of `/debug/pprof/heap?debug=1` as it arrives and keeps only its end, where the numbers stand: the
 * whole of it has been seen to be 213 MB. Holds 64 KiB.
 */
export class HeapDebug1Scanner {
  #totalBytes = 0
  #start = ''
  readonly #ring = new Uint8Array(tailBytes)

  /** Bytes taken so far. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** Throws AppError `parse` as soon as the answer is seen to be something else. */
  push(chunk: Uint8Array): void {
    if (this.#start.length < firstLine.length) {
      this.#start += new TextDecoder('latin1').decode(
        chunk.subarray(0, firstLine.length - this.#start.length),
      )
      if (!firstLine.startsWith(this.#start)) throw notGoNumbers('heap?debug=1: not a heap profile')
    }
    const kept = chunk.subarray(Math.max(0, chunk.length - tailBytes))
    const at = (this.#totalBytes + chunk.length - kept.length) % tailBytes
    const beforeEnd = kept.subarray(0, tailBytes - at)
    this.#ring.set(beforeEnd, at)
    this.#ring.set(kept.subarray(beforeEnd.length), 0)
    this.#totalBytes += chunk.length
  }

  /** The numbers; AppError `parse` when the answer ended before its trailer. */
  finish(): GoNumbers {
    const decoder = new TextDecoder('latin1')
    const at = this.#totalBytes % tailBytes
    const older = this.#totalBytes < tailBytes ? '' : decoder.decode(this.#ring.subarray(at))
    return parseHeapDebug1Trailer(older + decoder.decode(this.#ring.subarray(0, at)))
  }
}
