import { describe, expect, it } from 'vitest'
import { decodeChunk, encodeChunk, toKept } from './chunk-codec'

describe('a packed minute', () => {
  it('gives back numbers of any size beside each other', () => {
    const numbers = [5, 9_223_372_036_854_771_712, 5, 1e300, -1, 0.25, null, -7e200, 2 ** 53, 4096 * 3, 0]
    const rows = numbers.map((value, index) => ({
      atMs: 1_700_000_000_000 + index * 1000,
      values: [value, value === null ? null : Math.round(Math.abs(value) % 100_000), 4096 * index],
    }))
    expect(decodeChunk(encodeChunk(rows))).toEqual(rows)
  })

  it('keeps what is no number as not reported, never as 0', () => {
    expect([NaN, Infinity, -Infinity, null, 0, -0, 1.239, -1.239].map(toKept)).toEqual([
      ...[null, null, null, null],
      ...[0, -0, 1.24, -1.24],
    ])
  })
})
