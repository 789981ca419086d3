import { WireReader } from '../pprof/wire-reader'

/** Fields of a Profile message (profile.proto). */
const sampleTypeField = 1
const functionField = 5
const stringField = 6
const periodTypeField = 11
const defaultSampleTypeField = 14
const bytesTag = 2

/** What makes and opens gzip; core has neither in one step. */
export interface GzipCodec {
  /** Throws for what is no gzip, and for more than a profile has. */
  unpack(bytes: Uint8Array): Uint8Array
  pack(bytes: Uint8Array): Uint8Array
}

export interface ProfileScrubbers {
  /** Of names of functions and of their files: a word such as `serve` of a command line is part of many. */
  code: (text: string) => string
  /** Of labels, mappings, comments. */
  other: (text: string) => string
}

/**
 * An inflated profile without secrets in its texts; the same bytes when there was none. What the numbers are called stays. Throws
 * AppError `parse` for what is no profile.
 */
export function scrubProfile(bytes: Uint8Array, scrub: ProfileScrubbers): Uint8Array {
  const { units, code } = findUses(bytes)
  const pieces: Uint8Array[] = []
  let kept = 0
  let index = 0
  const reader = new WireReader(bytes, 0, bytes.length)
  for (let start = 0; reader.next(); start = reader.position) {
    if (reader.field !== stringField) continue
    reader.expectBytes()
    const at = index++
    if (at === 0 || units.has(at)) continue
    const text = new TextDecoder().decode(bytes.subarray(reader.dataStart, reader.dataEnd))
    const clean = code.has(at) ? scrub.code(text) : scrub.other(text)
    if (clean === text) continue
    const encoded = new TextEncoder().encode(clean)
    pieces.push(bytes.subarray(kept, start), toHead(encoded.length), encoded)
    kept = reader.position
  }
  return pieces.length === 0 ? bytes : concat([...pieces, bytes.subarray(kept)])
}

/** What stands in labels, mappings and comments of an inflated profile. Throws AppError `parse` for what is no profile. */
export function textsOfProfile(bytes: Uint8Array): string[] {
  const { units, code } = findUses(bytes)
  const texts: string[] = []
  const reader = new WireReader(bytes, 0, bytes.length)
  for (let index = 0; reader.next();) {
    if (reader.field !== stringField) continue
    reader.expectBytes()
    const at = index++
    if (at === 0 || units.has(at) || code.has(at)) continue
    texts.push(new TextDecoder().decode(bytes.subarray(reader.dataStart, reader.dataEnd)))
  }
  return texts
}

/** Which strings name units and sample types, and which functions and files. */
function findUses(bytes: Uint8Array): { units: Set<number>; code: Set<number> } {
  const units = new Set<number>()
  const code = new Set<number>()
  const reader = new WireReader(bytes, 0, bytes.length)
  const inner = new WireReader(bytes, 0, 0)
  while (reader.next()) {
    const { field } = reader
    if (field === defaultSampleTypeField) units.add(reader.low >>> 0)
    if (field !== sampleTypeField && field !== periodTypeField && field !== functionField) continue
    reader.expectBytes()
    inner.moveTo(reader.dataStart, reader.dataEnd)
    while (inner.next()) {
      if (field !== functionField && inner.field <= 2) units.add(inner.low >>> 0)
      // name, system name, file name
      if (field === functionField && inner.field >= 2 && inner.field <= 4) code.add(inner.low >>> 0)
    }
  }
  return { units, code }
}

function toHead(length: number): Uint8Array {
  const head = [(stringField << 3) | bytesTag]
  let rest = length
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80)
  return Uint8Array.from([...head, rest])
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
