import { describe, expect, it } from 'vitest'
import {
  madvFree,
  noGo,
  incident,
  withRss,
  heapStory,
  find,
  judge,
  kernel,
  noLazyFree,
} from './stories.fixture'
import { GiB, MiB, type Story } from './verdict.fixture'
import type { FindingId, FindingLevel } from './verdict'

describe('what is not the matter, and what can’t be told', () => {
  const cases: [string, Story, FindingId, FindingLevel, string][] = [
    ['no LazyFree', { seconds: 40, scene: () => ({}) }, 'madvFree', 'ruled-out', 'none'],
    [
      'little LazyFree',
      { seconds: 40, scene: () => ({ rollup: { lazyFreeBytes: 9 * MiB } }) },
      'madvFree',
      'ruled-out',
      'little',
    ],
    [
      'a kernel before 4.5, by its counters',
      {
        seconds: 40,
        scene: noLazyFree,
        facts: madvFree,
        hostFacts: kernel({ madvFreeCounted: false, lazyFreeReported: false }),
      },
      'madvFree',
      'ruled-out',
      'kernelWithout',
    ],
    [
      'a kernel before 4.5, by its release',
      {
        seconds: 40,
        scene: noLazyFree,
        facts: madvFree,
        hostFacts: { ...kernel({}), kernelRelease: '3.10.0-1160.el7' },
      },
      'madvFree',
      'ruled-out',
      'kernelWithout',
    ],
    [
      'a 4.9 without swap',
      {
        seconds: 40,
        scene: noLazyFree,
        facts: madvFree,
        hostFacts: kernel({ madvFreeCounted: true, lazyFreeReported: false, swapTotalBytes: 0 }),
      },
      'madvFree',
      'ruled-out',
      'swaplessFrees',
    ],
    [
      'a 4.9 with swap',
      {
        seconds: 40,
        scene: noLazyFree,
        facts: madvFree,
        hostFacts: kernel({ madvFreeCounted: true, lazyFreeReported: false, swapTotalBytes: GiB }),
      },
      'madvFree',
      'not-measurable',
      'notReported',
    ],
    [
      'a 4.9 with swap and Go 1.19',
      {
        seconds: 40,
        scene: noLazyFree,
        hostFacts: kernel({ madvFreeCounted: true, lazyFreeReported: false, swapTotalBytes: GiB }),
      },
      'madvFree',
      'ruled-out',
      'goDontneed',
    ],
    [
      'the same with an environment that can’t be read',
      {
        seconds: 40,
        scene: noLazyFree,
        facts: { goEnvironment: null },
        hostFacts: kernel({ madvFreeCounted: true, lazyFreeReported: false, swapTotalBytes: GiB }),
      },
      'madvFree',
      'not-measurable',
      'notReported',
    ],
    [
      'another user’s process',
      {
        seconds: 40,
        scene: () => ({ rollup: null, sample: { absent: { smaps_rollup: 'permission-denied' } } }),
        facts: madvFree,
      },
      'madvFree',
      'not-measurable',
      'denied',
    ],
    [
      'no Linux',
      { seconds: 40, scene: () => ({ rollup: null }), hostFacts: { os: 'darwin' } },
      'madvFree',
      'not-measurable',
      'notLinux',
    ],
    [
      'a sawtooth, whatever its height',
      { seconds: 120, scene: heapStory(() => 60 * MiB, 120 * MiB, 14) },
      'heapGrowth',
      'ruled-out',
      'sawtooth',
    ],
    [
      'a heap between two collections',
      { seconds: 50, scene: heapStory(() => 60 * MiB, 400 * MiB, 100) },
      'heapGrowth',
      'not-measurable',
      'betweenCollections',
    ],
    [
      'a cache that has warmed up',
      { seconds: 300, scene: heapStory((second) => Math.min(60 + second * 2, 200) * MiB, 20 * MiB, 6) },
      'heapGrowth',
      'ruled-out',
      'levelled',
    ],
    ['a heap that stays', { seconds: 60, scene: () => ({}) }, 'heapGrowth', 'ruled-out', 'steady'],
    [
      'a first look',
      { seconds: 3, scene: (second) => ({ go: { numGc: second } }) },
      'heapGrowth',
      'not-measurable',
      'tooShort',
    ],
    ['no endpoint', { seconds: 60, scene: () => ({ go: null }) }, 'heapGrowth', 'not-measurable', 'noHeap'],
    [
      'idle heap up to the collector’s goal',
      {
        seconds: 60,
        scene: () => ({ go: { heapInuseBytes: 100 * MiB, heapIdleBytes: 90 * MiB, nextGcBytes: 200 * MiB } }),
      },
      'scavengerLag',
      'ruled-out',
      'onPurpose',
    ],
    ['no idle heap', { seconds: 60, scene: () => ({}) }, 'scavengerLag', 'ruled-out', 'none'],
    ['all of it Go’s', { seconds: 60, scene: () => ({}) }, 'notGo', 'ruled-out', 'none'],
    [
      'the race detector’s memory',
      { seconds: 60, scene: () => withRss(500 * MiB), facts: { isRaceBuild: true } },
      'notGo',
      'possible',
      'holds',
    ],
    [
      'the executable itself',
      { seconds: 60, scene: () => ({ sample: { rssFileBytes: 30 * MiB } }) },
      'fileMapped',
      'ruled-out',
      'little',
    ],
    ['no shared memory', { seconds: 60, scene: () => ({}) }, 'shmem', 'ruled-out', 'none'],
    [
      'huge pages in use',
      { seconds: 60, scene: () => ({ rollup: { anonHugePagesBytes: 160 * MiB } }) },
      'thp',
      'ruled-out',
      'inUse',
    ],
    [
      'huge pages of what is no Go',
      { seconds: 60, scene: () => ({ rollup: { anonHugePagesBytes: 160 * MiB }, go: null }), facts: noGo },
      'thp',
      'not-measurable',
      'noAllocator',
    ],
    ['few goroutines', { seconds: 60, scene: () => ({}) }, 'goroutineStacks', 'ruled-out', 'little'],
    [
      'an old Go',
      { seconds: 60, scene: () => ({}), facts: { isRaceBuild: null } },
      'raceBuild',
      'not-measurable',
      'unknown',
    ],
    [
      'usage at the limit, most of it LazyFree',
      {
        seconds: 60,
        facts: madvFree,
        scene: () => ({
          ...incident,
          sample: {
            ...incident.sample,
            cgroup: {
              version: 2,
              path: '/a',
              currentBytes: 2.05 * GiB,
              limitBytes: 2.1 * GiB,
              inactiveFileBytes: 1.7 * GiB,
              activeFileBytes: 0,
              anonBytes: 2 * GiB,
            },
          },
        }),
      },
      'nearLimit',
      'ruled-out',
      'onlyReclaimable',
    ],
    [
      'a GOMEMLIMIT that Go 1.18 does not know',
      {
        seconds: 60,
        scene: () => ({}),
        facts: { goVersion: 'go1.18', goEnvironment: { GOMEMLIMIT: '100MiB' } },
      },
      'nearLimit',
      'ruled-out',
      'far.host',
    ],
    ['no swap', { seconds: 60, scene: () => ({}) }, 'swapped', 'ruled-out', 'noSwap'],
  ]
  it.each(cases)('%s', (_name, story, id, level, variant) => {
    const finding = find(judge(story), id)
    expect({ level: finding?.level, text: finding?.text }).toEqual({
      level,
      text: `verdict.finding.${id}.${variant}`,
    })
  })

  it('says nothing of Go where there is no Go', () => {
    const verdict = judge({ seconds: 60, scene: () => ({ go: null }), facts: noGo })
    for (const id of ['heapGrowth', 'scavengerLag', 'notGo', 'goroutineStacks', 'raceBuild'] as const)
      expect(find(verdict, id)).toBeUndefined()
  })
})
