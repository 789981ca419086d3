import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSampleTable } from './sample-table'

describe('createSampleTable', () => {
  it('finds the extremes of any stretch, as looking at each sample does', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(null)), {
      maxLength: 1500,
    })
    fc.assert(
      fc.property(values, fc.nat(1500), fc.nat(1500), (list, from, length) => {
        const table = createSampleTable(['a', 'b'])
        list.forEach((value, i) => table.push(i, [0, value]))
        const out = { least: 0, greatest: 0 }
        table.extremes(1, from, from + length, out)
        const part = list.slice(from, from + length).filter((value) => value !== null)
        if (part.length === 0) expect(out).toEqual({ least: -1, greatest: -1 })
        else {
          expect(table.valueAt(out.least, 1)).toBe(Math.min(...part))
          expect(table.valueAt(out.greatest, 1)).toBe(Math.max(...part))
        }
      }),
    )
  })

  it('drops the oldest when it is full and stays right', () => {
    const table = createSampleTable(['a'], { maxSamples: 16_384 })
    const total = 40_000
    for (let i = 0; i < total; i++) table.push(i, [i % 1009])
    expect(table.count()).toBeLessThanOrEqual(16_384)
    expect(table.timeAt(table.count() - 1)).toBe(total - 1)
    const first = table.timeAt(0)
    expect(table.valueAt(0, 0)).toBe(first % 1009)
    const out = { least: -1, greatest: -1 }
    for (const [from, to] of [
      [0, table.count()],
      [100, 900],
      [7, 5003],
    ] as const) {
      table.extremes(0, from, to, out)
      const part = Array.from({ length: to - from }, (_, i) => (first + from + i) % 1009)
      expect(table.valueAt(out.least, 0)).toBe(Math.min(...part))
      expect(table.valueAt(out.greatest, 0)).toBe(Math.max(...part))
    }
  })

  it('holds 24 h at 1 Hz', () => {
    const table = createSampleTable(['a'])
    for (let i = 0; i < 86_400; i++) table.push(i * 1000, [i])
    expect(table.timeAt(0)).toBe(0)
    expect(table.count()).toBe(86_400)
  })

  it('ignores a sample that is not younger than the last', () => {
    const table = createSampleTable(['a'])
    expect(table.push(10, [1])).toBe(true)
    expect(table.push(10, [2])).toBe(false)
    expect(table.push(9, [3])).toBe(false)
    expect(table.push(NaN, [3])).toBe(false)
    expect(table.count()).toBe(1)
  })
})
