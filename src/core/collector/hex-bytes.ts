import { AppError } from '../errors'

function toDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  throw new AppError('parse', 'not a hexadecimal digit')
}

/** Bytes of an even row of lower case hexadecimal digits. Throws AppError `parse`. */
export function parseHexBytes(digits: Uint8Array): Uint8Array {
  if (digits.length % 2 !== 0) throw new AppError('parse', 'half a byte')
  const bytes = new Uint8Array(digits.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = toDigit(digits[2 * index] as number) * 16 + toDigit(digits[2 * index + 1] as number)
  }
  return bytes
}
