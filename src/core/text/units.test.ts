import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatPercent } from './units'

const plain = (text: string): string => text.replaceAll('\u00a0', ' ')

describe('units', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [10 * 2 ** 20, '10.0 MiB'],
    [1023.4 * 2 ** 20, '1023 MiB'],
    [1023.7 * 2 ** 20, '1.00 GiB'],
    [2 ** 30, '1.00 GiB'],
    [2.02 * 2 ** 30, '2.02 GiB'],
    [-3 * 2 ** 20, '\u22123.00 MiB'],
    [2 ** 60, '1024 PiB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text)
  })

  it.each([
    [0, '0 ms'],
    [949.6, '950 ms'],
    [1500, '1.5 s'],
    [9960, '10 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000 * 2, '2 h 0 min'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text)
  })

  it('writes percent', () => {
    expect(plain(formatPercent(9.96))).toBe('10.0 %')
    expect(plain(formatPercent(100))).toBe('100 %')
    expect(plain(formatPercent(-3.26))).toBe('−3.3 %')
  })
})
