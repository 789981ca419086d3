import { describe, expect, it } from 'vitest'
import { madvFree, noGo, incident, withRss, heapStory, proof, judge } from './stories.fixture'
import { GiB, MiB, startMs, type Story } from './verdict.fixture'
import type { FindingId, FindingLevel } from './verdict'

describe('what is the matter', () => {
  const cases: [string, Story, FindingId, FindingLevel, string][] = [
    ['the incident', { seconds: 40, scene: () => incident, facts: madvFree }, 'madvFree', 'certain', 'go'],
    ['one reading of it', { seconds: 2, scene: () => incident, facts: madvFree }, 'madvFree', 'likely', 'go'],
    [
      'the same without Go numbers',
      { seconds: 40, scene: () => ({ ...incident, go: null }), facts: madvFree },
      'madvFree',
      'likely',
      'go',
    ],
    [
      'confirmed by a balloon, and back',
      { seconds: 2, scene: () => incident, facts: madvFree, proof: proof('confirmed') },
      'madvFree',
      'certain',
      'go',
    ],
    [
      'confirmed by a balloon that took it',
      { seconds: 2, scene: () => ({ rollup: { lazyFreeBytes: 0 } }), proof: proof('confirmed') },
      'madvFree',
      'certain',
      'taken',
    ],
    [
      'refuted by a balloon',
      { seconds: 40, scene: () => incident, facts: madvFree, proof: proof('refuted') },
      'madvFree',
      'possible',
      'go',
    ],
    [
      'an old walk',
      {
        seconds: 400,
        scene: () => ({ ...incident, rollup: { ...incident.rollup, atMs: startMs } }),
        facts: madvFree,
      },
      'madvFree',
      'likely',
      'go',
    ],
    [
      'jemalloc in a program that is no Go',
      { seconds: 40, scene: () => ({ ...incident, go: null }), facts: noGo },
      'madvFree',
      'certain',
      'anyAllocator',
    ],
    [
      'jemalloc inside a Go process',
      {
        seconds: 40,
        scene: () => ({
          ...incident,
          go: { ...incident.go, heapIdleBytes: 0, heapReleasedBytes: 0, sysBytes: 0.3 * GiB },
        }),
      },
      'madvFree',
      'likely',
      'inGoProcess',
    ],
    [
      'a leak, seen long enough',
      { seconds: 900, scene: heapStory((second) => 60 * MiB + second * MiB, 30 * MiB, 10) },
      'heapGrowth',
      'certain',
      'grows',
    ],
    [
      'a leak for a minute',
      { seconds: 60, scene: heapStory((second) => 60 * MiB + second * 2 * MiB, 30 * MiB, 5) },
      'heapGrowth',
      'likely',
      'grows',
    ],
    [
      'a leak for a quarter of a minute',
      { seconds: 16, scene: heapStory((second) => 60 * MiB + second * 4 * MiB, 10 * MiB, 4) },
      'heapGrowth',
      'possible',
      'grows',
    ],
    [
      'a process that is no Go, growing',
      { seconds: 60, scene: (second) => withRss((100 + second * 3) * MiB, { go: null }), facts: noGo },
      'anonGrowth',
      'likely',
      'grows',
    ],
    [
      'idle heap that stays',
      {
        seconds: 40,
        scene: () =>
          withRss(200 * MiB, {
            go: {
              heapInuseBytes: 20 * MiB,
              heapIdleBytes: 170 * MiB,
              heapReleasedBytes: 0,
              nextGcBytes: 40 * MiB,
            },
          }),
      },
      'scavengerLag',
      'certain',
      'keeps',
    ],
    [
      'idle heap, and no goal to compare with',
      {
        seconds: 40,
        scene: () =>
          withRss(200 * MiB, {
            go: {
              heapInuseBytes: 20 * MiB,
              heapIdleBytes: 170 * MiB,
              heapReleasedBytes: 0,
              nextGcBytes: 2 ** 64,
            },
          }),
      },
      'scavengerLag',
      'likely',
      'keeps',
    ],
    ['cgo', { seconds: 40, scene: () => withRss(500 * MiB) }, 'notGo', 'certain', 'holds'],
    [
      'mmap that grows',
      { seconds: 60, scene: (second) => withRss((250 + second * 3) * MiB) },
      'notGo',
      'certain',
      'grows',
    ],
    [
      'mapped files',
      {
        seconds: 40,
        scene: () => ({
          sample: { rssBytes: 400 * MiB, rssFileBytes: 210 * MiB },
          rollup: { rssBytes: 400 * MiB },
        }),
      },
      'fileMapped',
      'certain',
      'holds',
    ],
    [
      'shared memory',
      { seconds: 40, scene: () => ({ sample: { rssShmemBytes: 120 * MiB } }) },
      'shmem',
      'certain',
      'holds',
    ],
    [
      'huge pages that hold what was returned',
      {
        seconds: 40,
        scene: () =>
          withRss(200 * MiB, {
            rollup: { anonHugePagesBytes: 180 * MiB },
            go: {
              heapInuseBytes: 6 * MiB,
              heapIdleBytes: 180 * MiB,
              heapReleasedBytes: 178 * MiB,
              nextGcBytes: 8 * MiB,
            },
          }),
      },
      'thp',
      'likely',
      'inflates',
    ],
    [
      'goroutines that never end',
      {
        seconds: 60,
        scene: (second) =>
          withRss((220 + second * 3) * MiB, {
            go: {
              stackInuseBytes: (20 + second * 3) * MiB,
              sysBytes: (220 + second * 3) * MiB,
              goroutines: 1000 + second * 90,
            },
          }),
      },
      'goroutineStacks',
      'likely',
      'grows',
    ],
    [
      'many goroutines',
      { seconds: 60, scene: () => ({ go: { stackInuseBytes: 80 * MiB } }) },
      'goroutineStacks',
      'certain',
      'holds',
    ],
    [
      'a race build',
      { seconds: 5, scene: () => withRss(500 * MiB), facts: { isRaceBuild: true } },
      'raceBuild',
      'certain',
      'isRace',
    ],
    [
      'at the limit of its cgroup',
      {
        seconds: 40,
        scene: () => ({
          sample: {
            cgroup: {
              version: 2,
              path: '/a',
              currentBytes: 250 * MiB,
              limitBytes: 256 * MiB,
              inactiveFileBytes: 2 * MiB,
              activeFileBytes: 0,
              anonBytes: 200 * MiB,
            },
          },
        }),
      },
      'nearLimit',
      'certain',
      'cgroup',
    ],
    [
      'at GOMEMLIMIT',
      { seconds: 40, scene: () => ({}), facts: { goEnvironment: { GOMEMLIMIT: '200MiB' } } },
      'nearLimit',
      'likely',
      'goMemLimit',
    ],
    [
      'a host that is out of memory',
      { seconds: 40, scene: () => ({}), host: { memAvailableBytes: 0.5 * GiB } },
      'nearLimit',
      'certain',
      'host',
    ],
    [
      'swapped out',
      { seconds: 40, scene: () => ({ sample: { swapBytes: 90 * MiB } }) },
      'swapped',
      'certain',
      'idle',
    ],
    [
      'a quiet service',
      { seconds: 120, scene: heapStory(() => 100 * MiB, 20 * MiB, 10) },
      'nothingUnusual',
      'likely',
      'liveHeap',
    ],
    [
      'the same after ten minutes',
      { seconds: 700, scene: heapStory(() => 100 * MiB, 20 * MiB, 10) },
      'nothingUnusual',
      'certain',
      'liveHeap',
    ],
    [
      'a quiet service for two seconds',
      { seconds: 2, scene: () => ({}) },
      'nothingUnusual',
      'possible',
      'liveHeap',
    ],
    [
      'another user’s process',
      {
        seconds: 120,
        scene: () => ({ rollup: null, go: null, sample: { absent: { smaps_rollup: 'permission-denied' } } }),
        facts: noGo,
      },
      'nothingUnusual',
      'not-measurable',
      'unknown',
    ],
  ]
  it.each(cases)('%s', (_name, story, id, level, variant) => {
    const verdict = judge(story)
    const main = verdict.findings[0]
    expect({ id: main?.id, level: main?.level, text: main?.text }).toEqual({
      id,
      level,
      text: `verdict.finding.${id}.${variant}`,
    })
    expect(verdict.main).toBe(id)
    // A state, such as little memory on the host, may be certain beside it; another cause may not.
    const others = verdict.findings.slice(1).filter((finding) => finding.level === 'certain')
    expect(others.map((finding) => finding.id)).toEqual([])
  })
})
