import { describe, expect, it } from 'vitest'
import { AppError } from '#core/errors'
import { parseBytes, parseCount, parseDuration, parsePid, parseShareOrBytes } from './arguments'

describe('arguments', () => {
  it.each([
    ['2GiB', 2 * 2 ** 30],
    ['100MiB', 100 * 2 ** 20],
    ['1.5g', 1.5 * 2 ** 30],
    ['4096', 4096],
    ['1 kb', 1000],
  ])('reads the size %s', (text, bytes) => {
    expect(parseBytes(text, '--size')).toBe(bytes)
  })

  it.each(['', '0', '-1', '1PB', 'GiB', '1e9', '99999999999999999999'])('refuses the size %j', (text) => {
    expect(() => parseBytes(text, '--size')).toThrow(AppError)
  })

  it.each([
    ['1s', 1000],
    ['500ms', 500],
    ['2m', 120_000],
    ['3', 3000],
  ])('reads the duration %s', (text, ms) => {
    expect(parseDuration(text, '--interval', 100)).toBe(ms)
  })

  it('refuses a duration below the least', () => {
    expect(() => parseDuration('10ms', '--interval', 100)).toThrow('at least 100 ms')
  })

  it.each(['25h', '999999h', '9'.repeat(400)])(
    'refuses the duration %s, which is more than a day',
    (text) => {
      expect(() => parseDuration(text, '--interval', 100)).toThrow('at most 24h')
    },
  )

  it('reads a share of the whole or bytes', () => {
    expect(parseShareOrBytes('10%', '--floor', 1000)).toBe(100)
    expect(parseShareOrBytes('1KiB', '--floor', 1000)).toBe(1024)
    expect(() => parseShareOrBytes('101%', '--floor', 1000)).toThrow(AppError)
  })

  it('refuses what is no count and no pid', () => {
    expect(parseCount('3', '--count')).toBe(3)
    expect(() => parseCount('0x10', '--count')).toThrow(AppError)
    expect(() => parsePid('4294967296', '--pid')).toThrow(AppError)
  })
})
