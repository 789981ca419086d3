import { describe, expect, it } from 'vitest'
import type { TableFrame } from '#core/metrics/process-table'
import type { HostSample } from '#core/metrics/samples'
import { sumLazyFree, toMemoryShares } from './memory-shares'

const host = {
  memTotalBytes: 1000,
  memFreeBytes: 100,
  memAvailableBytes: 600,
  buffersBytes: 50,
  cachedBytes: 200,
  sReclaimableBytes: 50,
} as HostSample

describe('toMemoryShares', () => {
  it('says used as MemAvailable, as free, and less LazyFree', () => {
    expect(toMemoryShares(host, 300)).toMatchObject({
      usedShare: 0.4,
      lazyFreeShare: 0.3,
      usedByFreeShare: 0.6,
      usedLessLazyFreeShare: 0.3,
    })
  })

  it('shows no more LazyFree than there is available memory', () => {
    expect(toMemoryShares(host, 900)?.lazyFreeShare).toBe(0.6)
  })

  it('does not take unknown for 0', () => {
    expect(toMemoryShares(host, null)).toMatchObject({ lazyFreeBytes: null, usedLessLazyFreeShare: null })
    expect(toMemoryShares({ ...host, cachedBytes: null }, 300)?.usedByFreeShare).toBeNull()
    expect(toMemoryShares({ ...host, memAvailableBytes: null, memFreeBytes: null }, 0)).toBeNull()
    expect(toMemoryShares(null, 0)).toBeNull()
  })

  it('uses MemFree on kernels without MemAvailable', () => {
    expect(toMemoryShares({ ...host, memAvailableBytes: null }, null)?.usedShare).toBe(0.9)
  })
})

describe('sumLazyFree', () => {
  it('adds what is known', () => {
    expect(
      sumLazyFree({ columns: { lazyFreeBytes: Float64Array.of(NaN, 3, 4) } } as unknown as TableFrame),
    ).toBe(7)
  })

  it('is null when nothing is known', () => {
    expect(
      sumLazyFree({ columns: { lazyFreeBytes: Float64Array.of(NaN) } } as unknown as TableFrame),
    ).toBeNull()
    expect(sumLazyFree({ columns: {} } as unknown as TableFrame)).toBeNull()
    expect(sumLazyFree(null)).toBeNull()
  })
})
