const lastField = 15
const varint = 0
const lengthDelimited = 2
/** Fields of the message Profile that are messages or text. The others are numbers. */
const longFields = new Set([1, 2, 3, 4, 5, 6, 11])
/** Of those, the messages ValueType, which hold nothing but the numbers 1 and 2: line breaks look like them. */
const valueTypeFields = [1, 11]
/** The comments: repeated numbers, which may be packed. */
const packedField = 13

/**
 * Whether these first unpacked bytes of a file can be a pprof profile (google/pprof profile.proto): each field that begins
 * in them is one of the message Profile, of the right kind. A page, a text or JSON is none; neither is nothing.
 */
export function looksLikeProfile(head: Uint8Array): boolean {
  let at = 0
  while (at < head.length) {
    const tag = head[at] as number
    const field = tag >> 3
    if (tag > 0x7f || field < 1 || field > lastField) return false
    const kind = tag & 7
    if (!fitsField(field, kind)) return false
    const value = readVarint(head, at + 1)
    // The number is cut off by the end of the head: it could be any.
    if (value === null) return head.length - at <= 10
    const inner = head[value.end]
    if (valueTypeFields.includes(field) && value.number > 0 && inner !== undefined && !isNumberTag(inner))
      return false
    at = value.end + (kind === lengthDelimited ? value.number : 0)
  }
  return head.length > 0
}

function isNumberTag(byte: number): boolean {
  return byte === 0x08 || byte === 0x10
}

function fitsField(field: number, kind: number): boolean {
  if (kind === lengthDelimited) return longFields.has(field) || field === packedField
  return kind === varint && !longFields.has(field)
}

/** Only the size of lengths matters, so that a double is exact enough. null: it does not end in these bytes, or never. */
function readVarint(bytes: Uint8Array, start: number): { number: number; end: number } | null {
  let number = 0
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    const byte = bytes[start + i] as number
    number += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { number, end: start + i + 1 }
  }
  return null
}
