import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askAboveMs, createRollupBudget, estimateWalkMs, nextWalkDueMs } from './rollup-budget'

const gib = 1024 ** 3

describe('nextWalkDueMs', () => {
  it('rests a hundred times the cost after a walk', () => {
    expect(nextWalkDueMs(1000, 1110)).toBe(1110 + 11_000)
  })

  it('is a little under a second for a cheap walk, so that a tick that comes early does not skip it', () => {
    expect(nextWalkDueMs(1000, 1000.2)).toBe(1900)
  })
})

describe('createRollupBudget', () => {
  it('lets many cheap walks into one tick, and then no more', () => {
    const budget = createRollupBudget()
    let walks = 0
    for (let nowMs = 5000; budget.canStart(nowMs) && walks < 1000; nowMs += 0.2) {
      budget.charge(nowMs + 0.2, 0.2)
      walks++
    }
    expect(walks).toBeGreaterThan(45)
    expect(walks).toBeLessThan(60)
  })

  it('stays within 1 % of one core, whatever the costs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 500, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (costs) => {
          const budget = createRollupBudget()
          const startMs = 10_000
          let nowMs = startMs
          let spentMs = 0
          for (const costMs of costs) {
            nowMs = Math.max(nowMs, budget.freeAtMs)
            expect(budget.canStart(nowMs)).toBe(true)
            nowMs += costMs
            spentMs += costMs
            budget.charge(nowMs, costMs)
          }
          // One second that was saved up may be spent beside.
          expect(spentMs).toBeLessThanOrEqual((budget.freeAtMs - startMs + 1000) / 100 + 1e-6)
        },
      ),
    )
  })
})

describe('estimateWalkMs', () => {
  it('takes the dearest page size for a process that was never walked, and asks above 8 GiB', () => {
    expect(estimateWalkMs(gib)).toBe(30)
    expect(estimateWalkMs(8 * gib)).toBeLessThan(askAboveMs)
    expect(estimateWalkMs(9 * gib)).toBeGreaterThan(askAboveMs)
  })

  it('goes by the last walk where there is one', () => {
    expect(estimateWalkMs(20 * gib, { rssBytes: 10 * gib, costMs: 5 })).toBe(10)
  })
})
