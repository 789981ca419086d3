import { brokenProfile, oversizedProfile } from './profile-errors'
import { NumberList } from './number-list'
import { WireReader, wireBytes } from './wire-reader'

/** Most of each that is read: far above any real profile, and what keeps a hostile one from filling the memory. */
export const maxSamples = 2 ** 24
const maxEntries = 2 ** 22
const maxComments = 2 ** 16
const maxStringBytes = 2 ** 24

/** Where the messages of one kind stand in the bytes. */
export class Spans {
  readonly #starts: NumberList
  readonly #ends: NumberList

  constructor(what: string, limit = maxEntries) {
    this.#starts = new NumberList(what, limit)
    this.#ends = new NumberList(what, limit)
  }

  get count(): number {
    return this.#starts.length
  }

  add(start: number, end: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
  }

  start(index: number): number {
    return this.#starts.at(index)
  }

  end(index: number): number {
    return this.#ends.at(index)
  }
}

/** The outermost message of profile.proto, its parts found but not yet read. */
export class ProfileFields {
  readonly sampleTypes = new Spans('sample types', 1024)
  readonly samples = new Spans('samples', maxSamples)
  readonly mappings = new Spans('mappings')
  readonly locations = new Spans('locations')
  readonly functions = new Spans('functions')
  readonly periodTypes = new Spans('period types', 1024)
  dropFrames = 0n
  keepFrames = 0n
  timeNanos = 0n
  durationNanos = 0n
  period = 0n
  defaultSampleType = 0n
  readonly comments: bigint[] = []
  readonly bytes: Uint8Array
  readonly #strings = new Spans('strings')
  readonly #texts = new Map<number, string>()
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  /** Throws AppError `parse` for what is no profile, `too-large` for what is more than is read. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    const reader = new WireReader(bytes, 0, bytes.length)
    while (reader.next()) this.#take(reader)
  }

  /** The string of an index, decoded once. */
  text(index: number | bigint): string {
    const at = Number(BigInt.asIntN(64, BigInt(index)))
    const known = this.#texts.get(at)
    if (known !== undefined) return known
    if (at < 0 || at >= this.#strings.count) throw brokenProfile(`there is no string ${at}`)
    const start = this.#strings.start(at)
    const end = this.#strings.end(at)
    if (end - start > maxStringBytes) throw oversizedProfile(`a string of over ${maxStringBytes} bytes`)
    const text = this.#decoder.decode(this.bytes.subarray(start, end))
    this.#texts.set(at, text)
    return text
  }

  #take(reader: WireReader): void {
    switch (reader.field) {
      case 1:
        return this.#span(this.sampleTypes, reader)
      case 2:
        return this.#span(this.samples, reader)
      case 3:
        return this.#span(this.mappings, reader)
      case 4:
        return this.#span(this.locations, reader)
      case 5:
        return this.#span(this.functions, reader)
      case 6:
        this.#span(this.#strings, reader)
        if (this.#strings.end(0) !== this.#strings.start(0))
          throw brokenProfile('its first string is not empty')
        return
      case 11:
        return this.#span(this.periodTypes, reader)
      case 13:
        return this.#takeComments(reader)
      default:
        this.#takeNumber(reader)
    }
  }

  #span(spans: Spans, reader: WireReader): void {
    reader.expectBytes()
    spans.add(reader.dataStart, reader.dataEnd)
  }

  #takeNumber(reader: WireReader): void {
    const { field } = reader
    if (field < 7 || field > 14) return
    reader.expectVarint()
    const value = reader.int64
    if (field === 7) this.dropFrames = value
    else if (field === 8) this.keepFrames = value
    else if (field === 9) {
      if (this.timeNanos !== 0n) throw brokenProfile('it is several profiles in one file')
      this.timeNanos = value
    } else if (field === 10) this.durationNanos = value
    else if (field === 12) this.period = value
    else this.defaultSampleType = value
  }

  #takeComments(reader: WireReader): void {
    if (reader.wireType !== wireBytes) {
      reader.expectVarint()
      this.comments.push(reader.int64)
    } else {
      const list = new WireReader(this.bytes, reader.dataStart, reader.dataEnd)
      while (list.position < list.end && this.comments.length <= maxComments) {
        list.readVarint()
        this.comments.push(list.int64)
      }
    }
    if (this.comments.length > maxComments) throw oversizedProfile(`over ${maxComments} comments`)
  }
}
