import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRollupBudget } from '#core/metrics/rollup-budget'
import type { RollupSample } from '#core/metrics/samples'
import type { CgroupReader } from './cgroup-reader'
import { createProcessRow, type ProcessRow } from './row-store'
import { createTableSources } from './table-sources'

describe('walks for the table', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const walkMany = vi.fn((pids: readonly number[]) =>
    Promise.resolve(pids.map(() => ({ atMs: 0, costMs: 0.1, rssBytes: 4096 }) as RollupSample)),
  )
  const rollups = {
    walkMany,
    walk: () => Promise.reject(new Error('not for tables')),
    forget: () => undefined,
  }
  const sources = createTableSources({} as CgroupReader, rollups, 4096)
  async function walksIn(row: ProcessRow, ms: number): Promise<number> {
    vi.advanceTimersByTime(ms)
    const before = walkMany.mock.calls.length
    await sources.walk([row], new Set(), createRollupBudget(), Infinity)
    return walkMany.mock.calls.length - before
  }

  function createRow(): ProcessRow {
    const known = { rowId: 1, pid: 7, startTimeTicks: 1, isKernelThread: false, comm: 'one', metaVersion: 1 }
    return Object.assign(createProcessRow(known), { rssBytes: 4096 })
  }

  it.each([
    ['used CPU', (row: ProcessRow) => row.counters.cpuTicks++],
    ['touched a page', (row: ProcessRow) => row.counters.minorFaults++],
    ['lost pages', (row: ProcessRow) => (row.rssBytes -= 4096)],
  ])('come again for a process that %s', async (_what, change) => {
    const row = createRow()
    expect(await walksIn(row, 5000)).toBe(1)
    change(row)
    expect(await walksIn(row, 5000)).toBe(1)
    expect(await walksIn(row, 5000)).toBe(0)
  })

  it('come each half minute for a process that does nothing', async () => {
    const row = createRow()
    expect(await walksIn(row, 5000)).toBe(1)
    expect(await walksIn(row, 29_000)).toBe(0)
    expect(await walksIn(row, 1100)).toBe(1)
  })
})
