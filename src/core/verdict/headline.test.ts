import { describe, expect, it } from 'vitest'
import { headlineText } from '../text/headline'
import type { EndpointPhase, ProcessFacts, ProcessSample, RollupSample } from '../metrics/samples'
import { toHeadline } from './headline'

const MiB = 1024 * 1024
const GiB = 1024 * MiB
const atMs = 1_000_000

const rollup: RollupSample = {
  atMs: atMs - 2000,
  costMs: 40,
  rssBytes: 2.02 * GiB,
  pssBytes: 2 * GiB,
  ussBytes: 2 * GiB,
  anonymousBytes: 2 * GiB,
  lazyFreeBytes: 1.66 * GiB,
  anonHugePagesBytes: 0,
  swapBytes: 0,
  swapPssBytes: 0,
}
const endpoint = (phase: EndpointPhase) => ({
  phase,
  url: null,
  isManual: false,
  source: null,
  costMs: null,
  bytes: null,
  intervalMs: null,
  error: null,
})
const go: NonNullable<ProcessSample['go']> = {
  atMs,
  source: 'expvar',
  costMs: 1,
  heapAllocBytes: null,
  heapInuseBytes: 0.29 * GiB,
  heapIdleBytes: null,
  heapReleasedBytes: null,
  heapSysBytes: null,
  stackInuseBytes: null,
  sysBytes: null,
  nextGcBytes: null,
  numGc: null,
  lastGcAtMs: null,
  goroutines: null,
}
const sample: ProcessSample = {
  atMs,
  key: { pid: 7, startTimeTicks: 9 },
  comm: 'svc',
  state: 'S',
  virtBytes: 52 * GiB,
  rssBytes: 2.01 * GiB,
  rssAnonBytes: null,
  rssFileBytes: null,
  rssShmemBytes: null,
  swapBytes: 0,
  vmHwmBytes: null,
  threads: 5,
  minorFaultsPerSecond: null,
  majorFaultsPerSecond: null,
  cpuPercent: null,
  memPercent: null,
  oomScore: null,
  oomScoreAdj: null,
  rollup,
  rollupDueAtMs: null,
  cgroup: null,
  go,
  endpoint: endpoint('ok'),
  absent: {},
}
const facts: ProcessFacts = {
  key: sample.key,
  comm: 'svc',
  cmdline: null,
  uid: 1,
  user: null,
  exePath: null,
  cgroupPath: null,
  isGo: true,
  goVersion: 'go1.12.17',
  goModule: null,
  isRaceBuild: null,
  goEnvironment: {},
  madvise: 'free',
  absent: {},
}

function ids(
  change: Partial<ProcessSample>,
  factsChange: Partial<ProcessFacts> = {},
  isGone = false,
): string[] {
  const input = { sample: { ...sample, ...change }, facts: { ...facts, ...factsChange }, isGone }
  return toHeadline(input).map(({ id }) => id)
}

describe('toHeadline', () => {
  it('says the incident in words and numbers, all of one reading', () => {
    expect(toHeadline({ sample, facts, isGone: false })).toEqual([
      { id: 'lazyFree', params: { rssBytes: 2.02 * GiB, lazyFreeBytes: 1.66 * GiB } },
      { id: 'heap', params: { heapInuseBytes: 0.29 * GiB } },
    ])
  })

  const little = { ...rollup, lazyFreeBytes: 2 * MiB }
  const none = { ...rollup, lazyFreeBytes: 0 }
  const noGo = { go: null }
  it.each<[string, Partial<ProcessSample>, Partial<ProcessFacts>, string[]]>([
    ['an old reading', { rollup: { ...rollup, atMs: atMs - 40_000 } }, {}, ['lazyFreeAged', 'heap']],
    ['little LazyFree', { rollup: little }, {}, ['lazyFreeLittle', 'heap', 'madviseFreeNothingYet']],
    [
      'a small share that is large',
      { rollup: { ...rollup, rssBytes: 60 * GiB, lazyFreeBytes: GiB } },
      {},
      ['lazyFree', 'heap'],
    ],
    ['no LazyFree, MADV_FREE', { rollup: none }, {}, ['lazyFreeNone', 'heap', 'madviseFreeNothingYet']],
    [
      'no LazyFree, MADV_DONTNEED',
      { rollup: none },
      { madvise: 'dontneed', goVersion: 'go1.19.8' },
      ['lazyFreeNone', 'heap', 'madviseDontneed'],
    ],
    [
      'no LazyFree, policy unknown',
      { rollup: none },
      { madvise: 'unknown', goVersion: null },
      ['lazyFreeNone', 'heap'],
    ],
    [
      'a leak',
      { rollup: none, go: { ...go, heapInuseBytes: 1.9 * GiB } },
      { madvise: 'dontneed' },
      ['lazyFreeNone', 'heapIsMost', 'madviseDontneed'],
    ],
    [
      'a kernel without LazyFree',
      { rollup: { ...rollup, lazyFreeBytes: null } },
      {},
      ['lazyFreeNotReported', 'heap'],
    ],
    [
      'another user',
      { rollup: null, absent: { smaps_rollup: 'permission-denied' } },
      {},
      ['lazyFreeDenied', 'heap'],
    ],
    [
      'a huge process',
      { rollup: null, absent: { smaps_rollup: 'too-expensive' } },
      {},
      ['lazyFreeTooExpensive', 'heap'],
    ],
    ['before the first walk', { rollup: null }, {}, ['lazyFreeNotRead', 'heap']],
    [
      'a held mmap lock',
      { rollup: null, absent: { smaps_rollup: 'timeout' } },
      {},
      ['lazyFreeFailed', 'heap'],
    ],
    [
      'no numbers at all',
      { rollup: null, rssBytes: null, absent: { status: 'failed' }, ...noGo, endpoint: endpoint('not-go') },
      {},
      ['rssUnknown'],
    ],
    [
      'a kernel thread',
      {
        rollup: null,
        rssBytes: null,
        absent: { status: 'no-memory' },
        ...noGo,
        endpoint: endpoint('not-go'),
      },
      {},
      ['noMemory'],
    ],
    ['no endpoint', { ...noGo, endpoint: endpoint('none') }, {}, ['lazyFree', 'heapNoEndpoint']],
    [
      'an endpoint being looked for',
      { ...noGo, endpoint: endpoint('searching') },
      {},
      ['lazyFree', 'heapSearching'],
    ],
    ['a stopped endpoint', { ...noGo, endpoint: endpoint('stopped') }, {}, ['lazyFree', 'heapStopped']],
    ['a stopped endpoint that had answered', { endpoint: endpoint('stopped') }, {}, ['lazyFree', 'heapWas']],
    ['a wrong endpoint', { ...noGo, endpoint: endpoint('error') }, {}, ['lazyFree', 'heapError']],
    [
      'no Go process',
      { ...noGo, endpoint: endpoint('not-go') },
      { isGo: false, goVersion: null },
      ['lazyFree'],
    ],
  ])('%s', (_name, change, factsChange, expected) => {
    expect(ids(change, factsChange)).toEqual(expected)
  })

  it('says what is missing, before the first sample and after the end', () => {
    expect(toHeadline({ sample: null, facts: null, isGone: false })).toEqual([{ id: 'waiting', params: {} }])
    expect(toHeadline({ sample: null, facts: null, isGone: true })).toEqual([{ id: 'ended', params: {} }])
    expect(ids({}, {}, true)[0]).toBe('ended')
  })

  it('has every parameter of every sentence, in both languages', () => {
    const variants = [
      sample,
      { ...sample, rollup: none },
      { ...sample, rollup: little },
      { ...sample, rollup: null },
    ]
    for (const one of variants) {
      for (const { id, params } of toHeadline({ sample: one, facts, isGone: false })) {
        for (const locale of ['en', 'zh-CN'] as const) {
          const used = [...headlineText[locale][id].matchAll(/\{(\w+)\}/g)].map((match) => match[1])
          expect(new Set(used)).toEqual(new Set(Object.keys(params)))
        }
      }
    }
  })
})
