import { describe, expect, it } from 'vitest'
import { toBytesOfKib, toCount, toDecimal, toRoundedCount, toSigned } from './checked-numbers'

const place = { file: 'test', line: 1, text: 'test' }
const parseError = expect.objectContaining({ code: 'parse' }) as Error

describe('toCount', () => {
  it('takes digits that are exact', () => {
    expect(toCount('0', place)).toBe(0)
    expect(toCount('9007199254740991', place)).toBe(2 ** 53 - 1)
  })

  it.each(['', ' 1', '1 ', '-1', '+1', '1.0', '1e3', '0x10', '9007199254740992', '٣', '1\0'])(
    'refuses %j',
    (text) => {
      expect(() => toCount(text, place)).toThrow(parseError)
    },
  )
})

it('rounds 64-bit counters, and refuses what is wider', () => {
  expect(toRoundedCount('18446744073709551615', place)).toBe(2 ** 64)
  expect(toRoundedCount('9007199254740993', place)).toBe(2 ** 53)
  expect(() => toRoundedCount('18446744073709551616', place)).toThrow(parseError)
})

it('reads signed numbers without a negative zero', () => {
  expect(toSigned('-17', place)).toBe(-17)
  expect(Object.is(toSigned('-0', place), 0)).toBe(true)
  expect(() => toSigned('--1', place)).toThrow(parseError)
})

it('reads decimals as the kernel writes them', () => {
  expect(toDecimal('12.34', place)).toBe(12.34)
  for (const text of ['12', '.5', 'nan', '1,5', '-1.0'])
    expect(() => toDecimal(text, place)).toThrow(parseError)
})

it('wants kB, which are 1,024 bytes', () => {
  expect(toBytesOfKib('      1604 kB', place)).toBe(1604 * 1024)
  expect(toBytesOfKib('34359738367 kB', place)).toBe(34359738367 * 1024)
  for (const text of [
    '1604',
    '1604 KB',
    '1604 mB',
    '-1 kB',
    '1.5 kB',
    '18446744073709551615 kB',
    '1 kB ',
    ' kB',
  ]) {
    expect(() => toBytesOfKib(text, place)).toThrow(parseError)
  }
})
