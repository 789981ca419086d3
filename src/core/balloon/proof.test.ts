import { describe, expect, it } from 'vitest'
import { noProcess } from './plan'
import { createProof, type RunFacts } from './proof'
import type { ProofReading, ProofReason, ProofVerdict } from './types'

const KiB = 1024
const MiB = 1024 * KiB

/** The run that was measured on Linux 6.18 with Go 1.19.8, madvdontneed=0, host balloon. */
const before: ProofReading = {
  atMs: 0,
  virtBytes: 3_185_640 * KiB,
  rssBytes: 2_122_708 * KiB,
  lazyFreeBytes: 1_741_120 * KiB,
  heapInuseBytes: 315_400_192,
  memAvailableBytes: 23e9,
  pglazyfreed: 1000,
  pgsteal: 5000,
  workingsetRefaultFile: 10,
  psiSomeTotalUs: 2_000_000,
}
const after: ProofReading = {
  ...before,
  atMs: 20_000,
  rssBytes: 375_724 * KiB,
  lazyFreeBytes: 0,
  pglazyfreed: 1000 + 435_277,
  psiSomeTotalUs: 3_700_000,
}
const run: RunFacts = {
  target: { pid: 1, startTimeTicks: 1 },
  comm: 'service',
  startedAtMs: 100,
  endedAtMs: 21_100,
  domain: { kind: 'host' },
  peakBytes: 24e9,
  stopReason: 'reclaimed',
  pageSizeBytes: 4096,
  freeFirstBytes: 22.8e9,
  evictedCacheBytes: 100 * MiB,
  floorBytes: 2.4e9,
}

/** The leak control and the madvdontneed=1 control on the same host: 300 MiB that stay. */
const leak: ProofReading = { ...before, rssBytes: 325_356 * KiB, lazyFreeBytes: 0, pglazyfreed: 0 }
const dontNeed: ProofReading = {
  ...before,
  rssBytes: 17_776 * KiB,
  lazyFreeBytes: 0,
  heapInuseBytes: 3 * MiB,
}

type Case = [string, ProofReading, ProofReading, Partial<RunFacts>, ProofVerdict, ProofReason]

const cases: Case[] = [
  ['the measured host run', before, after, {}, 'confirmed', 'lazyfree-taken'],
  [
    'the measured run of one process (307,496 kB)',
    { ...leak, rssBytes: 325_416 * KiB, lazyFreeBytes: 307_496 * KiB },
    { ...leak, rssBytes: 17_920 * KiB, pglazyfreed: 76_874 },
    {},
    'confirmed',
    'lazyfree-taken',
  ],
  [
    'the measured squeeze of a cgroup: 63 of 717 MB stay above its floor',
    { ...before, rssBytes: 853_416 * KiB, lazyFreeBytes: 717_100 * KiB },
    { ...after, rssBytes: 200_000 * KiB, lazyFreeBytes: 63_000 * KiB },
    { stopReason: 'floor' },
    'confirmed',
    'lazyfree-taken',
  ],
  [
    'heap in use unknown (no Go)',
    { ...before, heapInuseBytes: null },
    { ...after, heapInuseBytes: null },
    {},
    'confirmed',
    'lazyfree-taken',
  ],
  [
    'no pglazyfreed in this kernel',
    { ...before, pglazyfreed: null },
    { ...after, pglazyfreed: null },
    {},
    'confirmed',
    'lazyfree-taken',
  ],
  ['the leak control', leak, { ...leak }, { stopReason: 'floor' }, 'refuted', 'nothing-to-take'],
  [
    'the madvdontneed=1 control',
    dontNeed,
    { ...dontNeed },
    { stopReason: 'size' },
    'refuted',
    'nothing-to-take',
  ],
  [
    'a leak, but no pressure',
    leak,
    { ...leak },
    { peakBytes: 1e9, stopReason: 'person' },
    'inconclusive',
    'no-pressure',
  ],
  [
    'a leak that grew meanwhile',
    leak,
    { ...leak, rssBytes: 400_000 * KiB },
    {},
    'inconclusive',
    'heap-changed',
  ],
  [
    'a floor that kept LazyFree out of reach',
    before,
    { ...before },
    { stopReason: 'floor', peakBytes: 21e9 },
    'inconclusive',
    'no-pressure',
  ],
  [
    'pressure to the end, and RSS stayed (mlocked)',
    before,
    { ...before },
    { stopReason: 'size' },
    'refuted',
    'rss-stayed',
  ],
  [
    'stopped at once',
    before,
    { ...before },
    { peakBytes: 2e9, stopReason: 'person' },
    'inconclusive',
    'no-pressure',
  ],
  [
    'stopped before anything was taken',
    before,
    { ...before },
    { peakBytes: 0, stopReason: 'error' },
    'inconclusive',
    'no-pressure',
  ],
  [
    'stopped after a third',
    before,
    {
      ...after,
      lazyFreeBytes: 1_160_000 * KiB,
      rssBytes: (2_122_708 - 581_120) * KiB,
      pglazyfreed: 1000 + 145_280,
    },
    { stopReason: 'psi' },
    'inconclusive',
    'partly',
  ],
  [
    'used again: LazyFree went, RSS stayed',
    before,
    { ...before, lazyFreeBytes: 0 },
    {},
    'inconclusive',
    'heap-changed',
  ],
  [
    'given back by the process: the kernel took nothing',
    before,
    { ...after, pglazyfreed: 1000 },
    {},
    'inconclusive',
    'heap-changed',
  ],
  [
    'a GC in the middle that explains the fall',
    { ...before, heapInuseBytes: 2000 * MiB },
    { ...after, heapInuseBytes: 300 * MiB },
    {},
    'inconclusive',
    'heap-changed',
  ],
  [
    'LazyFree unknown before',
    { ...before, lazyFreeBytes: null },
    after,
    {},
    'inconclusive',
    'lazyfree-unknown',
  ],
  [
    'LazyFree unknown after',
    before,
    { ...after, lazyFreeBytes: null },
    {},
    'inconclusive',
    'lazyfree-unknown',
  ],
  [
    'no process at all',
    { ...before, rssBytes: null },
    after,
    { target: noProcess },
    'inconclusive',
    'no-process',
  ],
  ['no RSS', { ...before, rssBytes: null }, after, {}, 'inconclusive', 'missing-numbers'],
  [
    'the process ended',
    before,
    { ...after, rssBytes: null },
    { stopReason: 'target-gone' },
    'inconclusive',
    'target-gone',
  ],
]

describe('createProof', () => {
  it.each(cases)('%s', (_, first, second, facts, verdict, reason) => {
    const proof = createProof(first, second, { ...run, ...facts })
    expect([proof.verdict, proof.reason]).toEqual([verdict, reason])
  })

  it('counts what the kernel took, its stall time and how long it was', () => {
    const proof = createProof(before, after, run)
    expect(proof.lazyFreedBytes).toBe(435_277 * 4096)
    expect(proof.psiSomeMs).toBe(1700)
    expect(proof.elapsedMs).toBe(21_000)
  })

  it('says null where the kernel does not count, also on 64 KiB pages', () => {
    expect(createProof({ ...before, pglazyfreed: null, psiSomeTotalUs: null }, after, run)).toMatchObject({
      lazyFreedBytes: null,
      psiSomeMs: null,
    })
    expect(
      createProof(before, { ...after, pglazyfreed: 1016 }, { ...run, pageSizeBytes: 65_536 }).lazyFreedBytes,
    ).toBe(MiB)
  })
})
