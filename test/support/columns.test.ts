import { describe, expect, it } from 'vitest'
import { toColumns, toRows } from './columns'

describe('columns', () => {
  it('give the rows back, with what was null, empty or not there', () => {
    const rows = [
      { atMs: 1, rollup: null, key: { pid: 7 }, absent: { smaps_rollup: 'not-read' }, none: {} },
      { atMs: 2, rollup: { rssBytes: 5, lazyFreeBytes: null }, key: { pid: 7 }, absent: {}, none: {} },
      { atMs: 3, rollup: { rssBytes: 4, lazyFreeBytes: 0 }, key: { pid: 7 }, absent: {}, none: {} },
      { atMs: 5, rollup: null, key: { pid: 7 }, absent: {}, none: {}, share: 0.5 },
      {
        atMs: 9,
        rollup: { rssBytes: 9, lazyFreeBytes: 0 },
        key: { pid: 7 },
        absent: {},
        none: {},
        share: 1.25,
      },
    ]
    const columns = JSON.parse(JSON.stringify(toColumns(rows))) as ReturnType<typeof toColumns>
    expect(toRows(columns)).toEqual(rows)
    expect(columns.same).toEqual({ 'key.pid': 7, none: {} })
    expect(columns.steps['rollup.rssBytes']).toEqual(['-', 5, -1, '-', 5])
  })
})
