import { brokenProfile } from './profile-errors'

/** Wire types of protobuf that profiles have. */
export const wireVarint = 0
export const wireBytes = 2

/**
 * A cursor over one protobuf message. After `next()`, `field` and `wireType` tell what is there: a varint in `low` and
 * `high` (its two halves, signed), or bytes from `dataStart` to `dataEnd`. Throws AppError `parse` for what does not
 * fit into the message.
 */
export class WireReader {
  field = 0
  wireType = 0
  low = 0
  high = 0
  dataStart = 0
  dataEnd = 0
  position: number
  readonly bytes: Uint8Array
  end: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  /** Goes on with another message of the same bytes. */
  moveTo(start: number, end: number): void {
    this.position = start
    this.end = end
  }

  /** The next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false
    this.readVarint()
    // A field number beyond 32 bits is one that nobody knows.
    this.field = this.high === 0 ? this.low >>> 3 : 0xffffffff
    this.wireType = this.low & 7
    switch (this.wireType) {
      case 0:
        this.readVarint()
        break
      case 1:
        this.#skip(8)
        break
      case 2:
        this.readVarint()
        if (this.high !== 0) throw brokenProfile('a length goes past the end')
        this.#skip(this.low >>> 0)
        break
      case 5:
        this.#skip(4)
        break
      default:
        throw brokenProfile(`unknown wire type ${this.wireType}`)
    }
    return true
  }

  /** The field must be a varint: its value is in `low` and `high`. */
  expectVarint(): void {
    if (this.wireType !== wireVarint) throw brokenProfile('a number is stored as something else')
  }

  /** The field must be bytes: they are from `dataStart` to `dataEnd`. */
  expectBytes(): void {
    if (this.wireType !== wireBytes) throw brokenProfile('a message is stored as something else')
  }

  /** One varint of up to 64 bits at the cursor. */
  readVarint(): void {
    const { bytes, end } = this
    let at = this.position
    let low = 0
    let high = 0
    for (let index = 0; ; index++) {
      if (at >= end || index >= 10) throw brokenProfile('a number does not end')
      const byte = bytes[at++]!
      const bits = byte & 0x7f
      if (index < 4) low |= bits << (7 * index)
      else if (index === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else if (index < 9) high |= bits << (7 * index - 32)
      else high |= bits << 31
      if (byte < 0x80) break
    }
    this.position = at
    this.low = low
    this.high = high
  }

  /** The last varint as a signed 64-bit number. */
  get int64(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0)
  }

  #skip(length: number): void {
    this.dataStart = this.position
    this.dataEnd = this.position + length
    if (this.dataEnd > this.end) throw brokenProfile('a length goes past the end')
    this.position = this.dataEnd
  }
}
