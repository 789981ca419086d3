import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProcessView, type ViewQuery } from './process-view'
import { createFrame, createMeta, type FixtureProcess } from './table-frame.fixture'

const plain: ViewQuery = {
  sortId: 'pid',
  isDescending: false,
  filter: '',
  isGoOnly: false,
  isTree: false,
  collapsed: new Set(),
}

function show(processes: FixtureProcess[], query: Partial<ViewQuery> = {}) {
  const metas = new Map(processes.map((process) => [process.pid * 10, createMeta(process)]))
  const frame = createFrame(processes)
  const view = createProcessView(frame, (rowId) => metas.get(rowId), { ...plain, ...query })
  return { view, pids: [...view.rows].map((row) => frame.pid[row]!) }
}

describe('the order', () => {
  const processes: FixtureProcess[] = [
    { pid: 5, rssBytes: 10 },
    { pid: 3, rssBytes: 30 },
    { pid: 9 },
    { pid: 2, rssBytes: 10 },
    { pid: 4 },
  ]

  it('puts what has no value last in both directions, and equal values by pid', () => {
    expect(show(processes, { sortId: 'rssBytes', isDescending: true }).pids).toEqual([3, 2, 5, 4, 9])
    expect(show(processes, { sortId: 'rssBytes' }).pids).toEqual([2, 5, 3, 4, 9])
  })

  it('knows Go versions as numbers', () => {
    const versions: FixtureProcess[] = [
      { pid: 1, goVersion: 'go1.9' },
      { pid: 2 },
      { pid: 3, goVersion: 'go1.12.17' },
    ]
    expect(show(versions, { sortId: 'goVersion' }).pids).toEqual([1, 3, 2])
    expect(show(versions, { sortId: 'goVersion', isDescending: true }).pids).toEqual([3, 1, 2])
  })

  it('sorts a column that is not in the frame by pid', () => {
    expect(show(processes, { sortId: 'oomScore', isDescending: true }).pids).toEqual([2, 3, 4, 5, 9])
  })

  it('is a permutation that is sorted, whatever the values', () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.constant(NaN))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.boolean(), (values, isDescending) => {
        const made = values.map((rssBytes, index) => ({ pid: index + 1, rssBytes }))
        const { view } = show(made, { sortId: 'rssBytes', isDescending })
        expect([...view.rows].sort((a, b) => a - b)).toEqual(made.map((_, index) => index))
        const shown = [...view.rows].map((row) => values[row]!)
        const firstNaN = shown.findIndex(Number.isNaN)
        if (firstNaN >= 0) expect(shown.slice(firstNaN).every(Number.isNaN)).toBe(true)
        const known = shown.filter((each) => !Number.isNaN(each))
        for (let i = 1; i < known.length; i++) {
          expect(isDescending ? known[i - 1]! >= known[i]! : known[i - 1]! <= known[i]!).toBe(true)
        }
      }),
    )
  })
})

describe('the filter', () => {
  const processes: FixtureProcess[] = [
    { pid: 12, comm: 'Nginx', user: 'www-data' },
    { pid: 34, comm: 'order', cmdline: ['/srv/order', '-listen', ':8080'], isGo: true },
    { pid: 56, comm: 'java', cmdline: null, user: null, isGo: null },
  ]

  it('looks at name, command line, user and pid, without regard to case', () => {
    expect(show(processes, { filter: 'nginx' }).pids).toEqual([12])
    expect(show(processes, { filter: ':8080' }).pids).toEqual([34])
    expect(show(processes, { filter: 'WWW' }).pids).toEqual([12])
    expect(show(processes, { filter: '56' }).pids).toEqual([56])
  })

  it('wants every word', () => {
    expect(show(processes, { filter: ' order  listen ' }).pids).toEqual([34])
    expect(show(processes, { filter: 'order nginx' }).pids).toEqual([])
  })

  it('lets only known Go programs through', () => {
    expect(show(processes, { isGoOnly: true }).pids).toEqual([34])
  })
})

describe('the tree', () => {
  const processes: FixtureProcess[] = [
    { pid: 1, rssBytes: 1 },
    { pid: 2, ppid: 1, rssBytes: 20 },
    { pid: 3, ppid: 1, rssBytes: 30 },
    { pid: 4, ppid: 2, rssBytes: 4, comm: 'leaf' },
    { pid: 9, ppid: 777, rssBytes: 90 },
  ]
  const query = { isTree: true, sortId: 'rssBytes', isDescending: true } as const

  it('nests children under parents, siblings in the order of the column', () => {
    const { pids, view } = show(processes, query)
    expect(pids).toEqual([9, 1, 3, 2, 4])
    expect([...view.depths!]).toEqual([0, 0, 1, 1, 2])
    expect([...view.hasChildren!]).toEqual([1, 1, 0, 0, 0])
  })

  it('folds', () => {
    expect(show(processes, { ...query, collapsed: new Set([20]) }).pids).toEqual([9, 1, 3, 2])
    expect(show(processes, { ...query, collapsed: new Set([10]) }).pids).toEqual([9, 1])
  })

  it('keeps the ancestors of a match, and opens what is folded', () => {
    const { pids, view } = show(processes, { ...query, filter: 'leaf', collapsed: new Set([10]) })
    expect(pids).toEqual([1, 2, 4])
    expect([...view.isContext!]).toEqual([1, 1, 0, 0, 0])
    expect(view.matchCount).toBe(1)
  })

  it('takes a parent that is younger than its child for another process', () => {
    const reused: FixtureProcess[] = [
      { pid: 50, startTimeTicks: 900 },
      { pid: 60, ppid: 50, startTimeTicks: 100 },
    ]
    expect([...show(reused, { isTree: true }).view.depths!]).toEqual([0, 0])
  })

  it('shows each process once, whatever the parents', () => {
    const parents = fc.array(fc.nat({ max: 40 }), { maxLength: 40 })
    fc.assert(
      fc.property(parents, (ppids) => {
        const made = ppids.map((ppid, index) => ({ pid: index + 1, ppid, rssBytes: index % 7 }))
        const { pids } = show(made, query)
        expect(pids.sort((a, b) => a - b)).toEqual(made.map(({ pid }) => pid))
      }),
    )
  })
})

it('takes a few milliseconds for 5,000 processes', () => {
  const processes = Array.from({ length: 5_000 }, (_, index) => ({
    pid: index + 1,
    ppid: index >> 1,
    rssBytes: (index * 7919) % 4999,
  }))
  const frame = createFrame(processes)
  const metas = new Map(processes.map((process) => [process.pid * 10, createMeta(process)]))
  const query: ViewQuery = { ...plain, sortId: 'rssBytes', isTree: true, filter: 'p1' }
  const times: number[] = []
  for (let i = 0; i < 20; i++) {
    const start = performance.now()
    createProcessView(frame, (rowId) => metas.get(rowId), query)
    times.push(performance.now() - start)
  }
  // Far from the 3 to 8 ms that it takes, so that a busy machine does not fail it, and near enough to tell O(n²).
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(60)
})
