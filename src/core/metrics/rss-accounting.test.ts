import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostGoSkewMs, rssBand, rssBandIds, toRssAccounting, type RssAccounting } from './rss-accounting'
import type { GoSample, ProcessFacts, ProcessSample, RollupSample } from './samples'

const MiB = 1024 * 1024

const rollup: RollupSample = {
  atMs: 10_000,
  costMs: 1,
  rssBytes: 1000 * MiB,
  pssBytes: 990 * MiB,
  ussBytes: 980 * MiB,
  anonymousBytes: 900 * MiB,
  lazyFreeBytes: 500 * MiB,
  anonHugePagesBytes: 0,
  swapBytes: 0,
  swapPssBytes: 0,
}

const go: GoSample = {
  atMs: 10_400,
  source: 'expvar',
  costMs: 1,
  heapAllocBytes: 190 * MiB,
  heapInuseBytes: 200 * MiB,
  heapIdleBytes: 600 * MiB,
  heapReleasedBytes: 560 * MiB,
  heapSysBytes: 800 * MiB,
  stackInuseBytes: 10 * MiB,
  sysBytes: 840 * MiB,
  nextGcBytes: null,
  numGc: null,
  lastGcAtMs: null,
  goroutines: null,
}

function toSample(changes: Partial<ProcessSample> = {}): ProcessSample {
  return {
    atMs: 10_500,
    rssBytes: 1001 * MiB,
    rssAnonBytes: 902 * MiB,
    rssFileBytes: 79 * MiB,
    rssShmemBytes: 20 * MiB,
    swapBytes: 0,
    rollup,
    rollupDueAtMs: null,
    go,
    endpoint: { phase: 'ok' },
    absent: {},
    ...changes,
  } as ProcessSample
}

const facts = (isGo: boolean | null) => ({ isGo }) as ProcessFacts

function bytesOf(accounting: RssAccounting): Record<string, number | null> {
  return Object.fromEntries(
    accounting.bands.map(({ id, bytes }) => [id, bytes === null ? null : bytes / MiB]),
  )
}

function sumOf({ bands }: RssAccounting): number {
  return bands.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
}

describe('toRssAccounting', () => {
  it('splits the RSS of one walk', () => {
    const accounting = toRssAccounting(toSample(), facts(true))
    expect(bytesOf(accounting)).toEqual({
      file: 80,
      shmem: 20,
      heapInuse: 200,
      stacks: 10,
      runtime: 30,
      heapIdle: 40,
      lazyFree: 500,
      other: 120,
    })
    expect(accounting).toMatchObject({
      basis: 'smaps_rollup',
      rssBytes: 1000 * MiB,
      atMs: 10_000,
      goAtMs: 10_400,
    })
    expect(accounting.bands.map(({ id }) => id)).toEqual(rssBandIds)
    expect(rssBand(accounting, 'heapInuse')).toMatchObject({ atMs: 10_400, source: 'endpoint', reason: null })
    expect(rssBand(accounting, 'shmem')).toMatchObject({ atMs: 10_500, source: 'status' })
    expect(rssBand(accounting, 'other').atMs).toBe(10_000)
  })

  it('has file, shmem, LazyFree and the rest where there are no Go numbers, and says why', () => {
    const sample = toSample({ go: null, endpoint: { phase: 'none' } as ProcessSample['endpoint'] })
    const accounting = toRssAccounting(sample, facts(true))
    expect(bytesOf(accounting)).toMatchObject({
      file: 80,
      shmem: 20,
      heapInuse: null,
      lazyFree: 500,
      other: 400,
    })
    expect(rssBand(accounting, 'heapInuse').reason).toBe('endpoint-none')
    expect(rssBand(toRssAccounting(sample, facts(false)), 'stacks').reason).toBe('endpoint-not-go')
  })

  it('keeps a negative rest: Go counts what is swapped out or was never touched', () => {
    const sample = toSample({ go: { ...go, heapInuseBytes: 900 * MiB } })
    const accounting = toRssAccounting(sample, null)
    expect(rssBand(accounting, 'other').bytes).toBe(-580 * MiB)
    expect(sumOf(accounting)).toBe(accounting.rssBytes)
  })

  it('does not set numbers against each other that are too far apart', () => {
    const accounting = toRssAccounting(toSample({ go: { ...go, atMs: 10_000 + mostGoSkewMs + 1 } }), null)
    expect(rssBand(accounting, 'heapIdle')).toMatchObject({ bytes: null, reason: 'too-old' })
    expect(accounting.goAtMs).toBeNull()
    expect(bytesOf(accounting)).toMatchObject({ other: 400 })
  })

  it('does set them against each other where walks are planned that far apart', () => {
    const skewed = { go: { ...go, atMs: rollup.atMs + 100_000 } }
    const planned = toSample({ ...skewed, rollupDueAtMs: rollup.atMs + 90_000 })
    expect(rssBand(toRssAccounting(planned, null), 'heapInuse').bytes).toBe(200 * MiB)
    const soon = toSample({ ...skewed, rollupDueAtMs: rollup.atMs + 5_000 })
    expect(rssBand(toRssAccounting(soon, null), 'heapInuse').reason).toBe('too-old')
  })

  it('falls back to one status where there was no walk', () => {
    const sample = toSample({ rollup: null, absent: { smaps_rollup: 'permission-denied' } })
    const accounting = toRssAccounting(sample, null)
    expect(accounting).toMatchObject({ basis: 'status', rssBytes: 1001 * MiB, atMs: 10_500 })
    expect(bytesOf(accounting)).toMatchObject({ file: 79, shmem: 20, lazyFree: null })
    expect(rssBand(accounting, 'lazyFree').reason).toBe('permission-denied')
    expect(sumOf(accounting)).toBe(1001 * MiB)
  })

  it('does not guess on kernels that report less', () => {
    const old = { rssAnonBytes: null, rssFileBytes: null, rssShmemBytes: null }
    const noLazyFree = toRssAccounting(toSample({ ...old, rollup: { ...rollup, lazyFreeBytes: null } }), null)
    expect(bytesOf(noLazyFree)).toMatchObject({ file: 100, shmem: null, lazyFree: null, other: 620 })
    expect(rssBand(noLazyFree, 'lazyFree').reason).toBe('not-reported')
    const nothing = toRssAccounting(toSample({ ...old, rollup: null, go: null }), null)
    expect(bytesOf(nothing)).toMatchObject({ file: null, shmem: null, other: 1001 })
  })

  it('says why there is no RSS at all', () => {
    const sample = toSample({ rssBytes: null, rollup: null, go: null, absent: { status: 'no-memory' } })
    const accounting = toRssAccounting(sample, null)
    expect(accounting).toMatchObject({ rssBytes: null, basis: null, atMs: null })
    for (const band of accounting.bands) expect(band).toMatchObject({ bytes: null, reason: 'no-memory' })
  })

  it('works out HeapSys where an endpoint has only its two parts', () => {
    const accounting = toRssAccounting(toSample({ go: { ...go, heapSysBytes: null } }), null)
    expect(rssBand(accounting, 'runtime').bytes).toBe(30 * MiB)
  })

  it('adds up to RSS, whatever is reported', () => {
    const number = fc.option(
      fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 2 ** 40 }) },
        { weight: 1, arbitrary: fc.double({ noDefaultInfinity: false }) },
        { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n }).map(Number) },
      ),
    )
    const record = (names: readonly string[]) =>
      fc.record(Object.fromEntries(names.map((name) => [name, number])))
    const anyRollup = record(Object.keys(rollup).filter((name) => name.endsWith('Bytes')))
    const anyGo = record(Object.keys(go).filter((name) => name.endsWith('Bytes')))
    const anyStatus = record(['rssBytes', 'rssAnonBytes', 'rssFileBytes', 'rssShmemBytes'])
    const skew = fc.integer({ min: -2 * mostGoSkewMs, max: 2 * mostGoSkewMs })
    fc.assert(
      fc.property(
        fc.option(anyRollup),
        fc.option(anyGo),
        anyStatus,
        skew,
        (walk, numbers, status, skewMs) => {
          const sample = toSample({
            ...status,
            rollup: walk === null ? null : { ...rollup, ...walk },
            go: numbers === null ? null : { ...go, ...numbers, atMs: rollup.atMs + skewMs },
          })
          const accounting = toRssAccounting(sample, null)
          expect(accounting.bands.map(({ id }) => id)).toEqual(rssBandIds)
          for (const { bytes, reason, atMs } of accounting.bands) {
            expect(bytes === null).toBe(reason !== null)
            expect(bytes === null).toBe(atMs === null)
          }
          if (accounting.rssBytes === null) expect(accounting.basis).toBeNull()
          else expect(sumOf(accounting)).toBe(accounting.rssBytes)
          // A wrong order of adding would show here: exact sums do not depend on it.
          const backwards = [...accounting.bands].reverse().reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
          expect(backwards).toBe(accounting.rssBytes ?? 0)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
