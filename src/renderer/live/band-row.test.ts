import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rssBandIds, type RssAccounting } from '#core/metrics/rss-accounting'
import { bandColumns, toBandBytes, toBandRow } from './band-row'

function toAccounting(bytes: readonly (number | null)[]): RssAccounting {
  const bands = rssBandIds.map((id, index) => ({ id, bytes: bytes[index] ?? null }))
  return {
    rssBytes: bytes.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    bands,
  } as unknown as RssAccounting
}

describe('toBandRow', () => {
  it('stacks the bands; one that is not known takes no place', () => {
    expect(toBandRow(toAccounting([10, 5, null, null, null, null, 30, 55]))).toEqual([
      ...[100, 10, 15],
      ...[NaN, NaN, NaN, NaN],
      ...[45, 100],
    ])
  })
  it('lets a negative rest end under the bands, where RSS is', () => {
    const row = toBandRow(toAccounting([10, 0, 200, 1, 1, 1, 0, -100]))
    expect(row[0]).toBe(113)
    expect(row.at(-1)).toBe(113)
    expect(Math.max(...row)).toBe(213)
  })
  it('is a gap without RSS', () => {
    expect(toBandRow(null)).toEqual(bandColumns.map(() => NaN))
  })
  it('can be turned back, and ends at RSS', () => {
    const band = fc.option(fc.integer({ min: -1_000_000, max: 2 ** 45 }), { freq: 4 })
    fc.assert(
      fc.property(
        fc.array(band, { minLength: 7, maxLength: 7 }),
        fc.integer({ max: 2 ** 45 }),
        (some, rest) => {
          const [rss, ...tops] = toBandRow(toAccounting([...some, rest]))
          expect(tops.at(-1)).toBe(rss)
          expect(toBandBytes(tops).map((bytes) => (Number.isNaN(bytes) ? null : bytes + 0))).toEqual(
            [...some, rest].map((bytes) => (bytes === null ? null : bytes + 0)),
          )
        },
      ),
    )
  })
})
