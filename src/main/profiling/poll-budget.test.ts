import { expect, it } from 'vitest'
import { backOffMs, isTooDearToFinish, judgeCost, retryAfterUnfinishedMs } from './poll-budget'

const heap = 'pprof-heap-debug1'
const mib = 1024 * 1024

it.each([
  ['expvar', [0.4], 4000, false, 1000],
  ['expvar', [5000], 4000, false, 60_000],
  [heap, [1], 25_000, false, 1000],
  [heap, [40], 200_000, false, 4000],
  [heap, [40, 3000], 200_000, false, 4000],
  [heap, [1900], 10 * mib, false, 190_000],
  [heap, [5300], 28 * mib, true, 530_000],
  [heap, [500], 65 * mib, true, 50_000],
  [heap, [2500], 25_000, false, 10_000],
  [heap, [2500, 2600], 25_000, true, 250_000],
] as const)(
  '%s with costs %j ms and %d bytes: too dear %s, every %d ms',
  (source, costs, bytes, isTooDear, intervalMs) => {
    expect(judgeCost(source, costs, bytes)).toEqual({ isTooDear, intervalMs })
  },
)

it('backs off to a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1000].map(backOffMs)).toEqual([
    2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ])
})

it('takes only a profile that came in part for too dear to finish', () => {
  const total = { code: 'timeout', message: '', hint: 'go.endpoint.timeoutTotal' } as const
  expect(isTooDearToFinish(heap, total, 5)).toBe(true)
  expect(isTooDearToFinish(heap, total, 0)).toBe(false)
  expect(isTooDearToFinish('expvar', total, 5)).toBe(false)
  expect(isTooDearToFinish(heap, { ...total, hint: 'go.endpoint.closed' }, 5)).toBe(false)
  expect(retryAfterUnfinishedMs(30_000)).toBe(3_000_000)
})
