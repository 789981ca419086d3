import { describe, expect, it } from 'vitest'
import { createTablePace } from './table-pace'

describe('the pace of the table', () => {
  it('rides along at every poll of this machine, however long one took', () => {
    const pace = createTablePace(false, 1000)
    pace.note(0, 5000)
    expect([pace.next(5000), pace.effort]).toEqual(['with', 1])
  })

  it('has a poll of its own first over a link, and rides along once that was quick', () => {
    const pace = createTablePace(true, 1000)
    expect(pace.next(0)).toBe('apart')
    pace.note(0, 350)
    expect(pace.next(1000)).toBe('with')
  })

  it('keeps away for twice its time after a slow one', () => {
    const pace = createTablePace(true, 1000)
    pace.note(0, 4000)
    expect([4000, 11_999, 12_000].map((atMs) => pace.next(atMs))).toEqual(['skip', 'skip', 'apart'])
  })

  it('asks for more beside stat while that stays quick, and for less when it does not', () => {
    const pace = createTablePace(true, 1000)
    const first = pace.effort
    for (let poll = 0; poll < 20; poll++) pace.note(0, 100)
    expect(pace.effort).toBe(1)
    for (let poll = 0; poll < 20; poll++) pace.note(0, 2000)
    expect(pace.effort).toBeLessThan(first)
    expect(pace.effort).toBeGreaterThan(0)
  })

  it('knows nothing of a link that was made anew', () => {
    const pace = createTablePace(true, 1000)
    pace.note(0, 100)
    pace.restart()
    expect(pace.next(100)).toBe('apart')
  })
})
