import { describe, expect, it } from 'vitest'
import type { TargetInfo } from '#core/ipc/contract'
import type { HostSample } from '#core/metrics/samples'
import { countTroubles, toHealth } from './target-health'

const info = { state: 'connected' } as TargetInfo
const sampleOf = (available: number | null, total: number | null = 100): HostSample =>
  ({ memTotalBytes: total, memAvailableBytes: available, memFreeBytes: 1 }) as HostSample

describe('toHealth', () => {
  it('goes by MemAvailable, and by MemFree where the kernel does not report it', () => {
    const healths = [11, 10, 9.9, 5, 4.9, 0, null].map((available) => toHealth(info, sampleOf(available)))
    expect(healths).toEqual(['ok', 'ok', 'low', 'low', 'critical', 'critical', 'critical'])
  })

  it('knows nothing of what was not read', () => {
    expect(toHealth(info, null)).toBe('ok')
    expect(toHealth(info, sampleOf(1, null))).toBe('ok')
  })

  it('takes the memory of a target that is away for old', () => {
    expect(toHealth({ ...info, state: 'lost' }, sampleOf(1))).toBe('lost')
  })
})

describe('countTroubles', () => {
  it('puts the worst first and does not count those that are well', () => {
    expect(countTroubles(['ok', 'low', 'lost', 'low', 'connecting'])).toEqual([
      { health: 'lost', count: 1 },
      { health: 'low', count: 2 },
    ])
  })
})
