import { describe, expect, it } from 'vitest'
import { toReading } from './reading'
import type { ProcessSample } from './samples'

const sample = {
  atMs: 9000,
  rssBytes: 5,
  swapBytes: null,
  cpuPercent: null,
  rollup: { atMs: 4000, rssBytes: 10, lazyFreeBytes: 4, pssBytes: null },
  go: null,
  endpoint: { phase: 'none' },
  absent: {},
} as unknown as ProcessSample

describe('toReading', () => {
  it('gives the value with the time of its own reading', () => {
    expect(toReading(sample, 'rssBytes')).toEqual({ value: 5, atMs: 9000, reason: null })
    expect(toReading(sample, 'lazyFreeBytes')).toEqual({ value: 4, atMs: 4000, reason: null })
  })
  it('takes RSS − LazyFree from one rollup, not from VmRSS', () => {
    expect(toReading(sample, 'rssLessLazyFreeBytes').value).toBe(6)
  })
  it('says why a number is absent, and never 0', () => {
    expect(toReading(sample, 'swapBytes')).toEqual({ value: null, atMs: null, reason: 'not-reported' })
    expect(toReading(sample, 'cpuPercent').reason).toBe('not-read')
    expect(toReading(sample, 'pssBytes').reason).toBe('not-reported')
    expect(toReading(sample, 'heapInuseBytes').reason).toBe('endpoint-none')
    const denied = { ...sample, rollup: null, absent: { smaps_rollup: 'permission-denied' } } as ProcessSample
    expect(toReading(denied, 'lazyFreeBytes').reason).toBe('permission-denied')
    expect(toReading({ ...sample, rollup: null }, 'ussBytes').reason).toBe('not-read')
  })
})
