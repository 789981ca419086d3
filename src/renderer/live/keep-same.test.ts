import { describe, expect, it } from 'vitest'
import { keepSame } from './keep-same'

describe('keepSame', () => {
  it('gives the former list back when nothing changed', () => {
    const before = [{ a: 1 }, { a: 2 }]
    expect(keepSame(before, [{ a: 1 }, { a: 2 }])).toBe(before)
    expect(keepSame(undefined, before)).toBe(before)
  })

  it('keeps the records that did not change', () => {
    const before = [{ a: 1 }, { a: 2 }]
    const next = keepSame(before, [{ a: 1 }, { a: 3 }, { a: 4 }])
    expect(next).toEqual([{ a: 1 }, { a: 3 }, { a: 4 }])
    expect(next[0]).toBe(before[0])
    expect(next).not.toBe(before)
    expect(keepSame(next, [{ a: 1 }])).toEqual([{ a: 1 }])
  })
})
