import { describe, expect, it } from 'vitest'
import { createMarkList } from './mark-list'

describe('createMarkList', () => {
  it('keeps a moment once, in time order, whoever reports it', () => {
    const marks = createMarkList()
    for (const at of [5000, 1000, 5003, 3000, 1000]) marks.add(at)
    expect(marks.read(0, 10_000, 1000)).toEqual([1000, 3000, 5000])
  })

  it('gives at most one mark a pixel', () => {
    const marks = createMarkList()
    for (let at = 0; at < 100_000; at += 20) marks.add(at)
    expect(marks.read(0, 100_000, 50).length).toBeLessThanOrEqual(51)
  })

  it('forgets the oldest', () => {
    const marks = createMarkList(100)
    for (let i = 0; i < 1000; i++) marks.add(i * 100)
    expect(marks.count()).toBeLessThanOrEqual(100)
    expect(marks.read(99_900, 99_900, 1)).toEqual([99_900])
  })
})
