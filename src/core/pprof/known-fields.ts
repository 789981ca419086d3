import { WireReader, wireBytes, wireVarint } from './wire-reader'

/** The fields of a message by number: a varint, or a message of its own. */
export interface MessageShape {
  readonly [field: number]: typeof wireVarint | MessageShape
}

/**
 * The bytes of one message, checked to the last one, with nothing but the fields of `shape` in it. pprof-format stops at
 * what it does not know, reads past broken lengths and takes unbounded time for unbounded numbers, so it is given
 * nothing else. Throws AppError `parse`.
 */
export function keepKnownFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: MessageShape,
): Uint8Array {
  const reader = new WireReader(bytes, start, end)
  const parts: Uint8Array[] = []
  let isPlain = true
  for (let at = start; reader.next(); at = reader.position) {
    const kind = shape[reader.field]
    if (kind === undefined) {
      isPlain = false
      continue
    }
    if (kind === wireVarint) reader.expectVarint()
    else reader.expectBytes()
    const part = readPart(reader, at, kind)
    if (part.length !== reader.position - at) isPlain = false
    parts.push(part)
  }
  return isPlain ? bytes.subarray(start, end) : join(parts)
}

/** One field with its tag in one byte. */
function readPart(reader: WireReader, at: number, kind: MessageShape[number]): Uint8Array {
  const { bytes, field, wireType, dataStart, dataEnd, position } = reader
  const hasShortTag = bytes[at]! < 0x80
  if (kind === wireVarint || wireType !== wireBytes) {
    if (hasShortTag) return bytes.subarray(at, position)
    let valueAt = at
    while (bytes[valueAt]! >= 0x80) valueAt++
    return join([Uint8Array.of(field << 3), bytes.subarray(valueAt + 1, position)])
  }
  const inner = keepKnownFields(bytes, dataStart, dataEnd, kind)
  if (hasShortTag && inner.length === dataEnd - dataStart) return bytes.subarray(at, position)
  return join([Uint8Array.of((field << 3) | wireBytes), toVarint(inner.length), inner])
}

function toVarint(value: number): Uint8Array {
  const digits: number[] = []
  let rest = value
  for (; rest >= 0x80; rest >>>= 7) digits.push((rest & 0x7f) | 0x80)
  return Uint8Array.from([...digits, rest])
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
