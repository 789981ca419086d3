import { parseFailure, type LinePlace } from './parse-failure'

/** Highest unsigned 64-bit number, the widest that the kernel prints. */
const maxUnsigned64 = 2n ** 64n - 1n

/** Digits only and exact as a JavaScript number, or an AppError `parse`. */
export function toCount(text: string, place: LinePlace): number {
  if (!/^[0-9]{1,20}$/.test(text)) throw parseFailure(place, 'expected a whole number')
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw parseFailure(place, 'number too large')
  return value
}

/**
 * An unsigned 64-bit counter. Above 2^53 it is rounded to the nearest double (off by less than 1 in 9e15): counters
 * that live that long are only looked at as differences of far larger steps.
 */
export function toRoundedCount(text: string, place: LinePlace): number {
  if (!/^[0-9]{1,20}$/.test(text)) throw parseFailure(place, 'expected a whole number')
  const value = Number(text)
  if (!Number.isSafeInteger(value) && BigInt(text) > maxUnsigned64)
    throw parseFailure(place, 'number too large')
  return value
}

/** A whole number that may be negative. */
export function toSigned(text: string, place: LinePlace): number {
  if (!/^-?[0-9]{1,20}$/.test(text)) throw parseFailure(place, 'expected a whole number')
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw parseFailure(place, 'number too large')
  return value === 0 ? 0 : value
}

/** A number with decimals, as the kernel writes load and pressure: `12.34`. */
export function toDecimal(text: string, place: LinePlace): number {
  if (!/^[0-9]{1,15}\.[0-9]{1,6}$/.test(text)) throw parseFailure(place, 'expected a decimal number')
  return Number(text)
}

/**
 * `1234 kB` as bytes; the kernel's kB is 1,024 bytes. Exact: a safe number of kB times a power of two. Without a pattern,
 * since smaps may have a million such lines.
 */
export function toBytesOfKib(text: string, place: LinePlace): number {
  let at = 0
  while (isBlank(text.charCodeAt(at))) at++
  const start = at
  let value = 0
  for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) {
    value = value * 10 + digit
  }
  if (at === start || at - start > 20 || !text.endsWith(' kB') || at !== text.length - 3) {
    throw parseFailure(place, 'expected a number of kB')
  }
  if (!Number.isSafeInteger(value)) throw parseFailure(place, 'number too large')
  return value * 1024
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** A count with blanks in front, as after `Threads:`. */
export function toPaddedCount(text: string, place: LinePlace): number {
  return toCount(text.replace(/^[ \t]+/, ''), place)
}
