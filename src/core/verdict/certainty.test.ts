import { describe, expect, it } from 'vitest'
import { madvFree, incident, heapStory, proof, find, judge } from './stories.fixture'
import { toVerdict } from './to-verdict'
import { GiB, MiB, startMs, toInput, type Scene, type Story } from './verdict.fixture'
import type { Verdict } from './verdict'

describe('certainty', () => {
  it('falls with gaps in the samples', () => {
    const scene = heapStory((second) => 60 * MiB + second * MiB, 30 * MiB, 10)
    const verdict = judge({ seconds: 900, scene, isMissing: (second) => second % 300 > 60 })
    expect(verdict.findings[0]).toMatchObject({ id: 'heapGrowth', level: 'likely' })
    expect(verdict.limits.map(({ text }) => text)).toContain('verdict.limit.gaps')
  })
  it('falls when RSS has moved on since the walk', () => {
    const scene = (second: number): Scene =>
      second < 30
        ? incident
        : {
            ...incident,
            sample: { rssBytes: 3 * GiB },
            rollup: { ...incident.rollup, atMs: startMs + 29_000 },
          }
    expect(find(judge({ seconds: 40, scene, facts: madvFree }), 'madvFree')?.level).toBe('likely')
  })
  it('asks for a balloon, until one has confirmed it', () => {
    const story: Story = { seconds: 40, scene: () => incident, facts: madvFree }
    const steps = (verdict: Verdict) => verdict.findings[0]?.next.map(({ action }) => action)
    expect(steps(judge(story))).toContain('balloon')
    expect(steps(judge({ ...story, proof: proof('confirmed') }))).not.toContain('balloon')
  })
  it('takes no balloon of another process, nor one of long ago', () => {
    const input = toInput({ seconds: 2, scene: () => incident, facts: madvFree })
    const other = { ...proof('confirmed'), target: { pid: 1, startTimeTicks: 1 } }
    expect(toVerdict({ ...input, proof: other }).findings[0]?.level).toBe('likely')
    const old = { ...proof('confirmed'), startedAtMs: startMs - 3_600_000 }
    expect(toVerdict({ ...input, proof: old }).findings[0]?.level).toBe('likely')
  })
  it('names the function that grew most', () => {
    const top = [{ name: 'main.grow', flatDeltaBytes: 8 * MiB, cumDeltaBytes: 8 * MiB, stack: ['main.grow'] }]
    const growth = {
      fromAtMs: startMs,
      toAtMs: startMs + 1000,
      sampleType: 'inuse_space',
      totalDeltaBytes: 9 * MiB,
      top,
    }
    const scene = heapStory((second) => 60 * MiB + second * 2 * MiB, 30 * MiB, 5)
    const main = judge({ seconds: 60, scene, growth }).findings[0]
    expect(main?.evidence).toContainEqual(
      expect.objectContaining({ text: 'verdict.evidence.topFunction', value: 8 * MiB }),
    )
  })
})

describe('the readings of the alarm', () => {
  it('reads the incident in all its ways', () => {
    const cgroup = {
      version: 2 as const,
      path: '/a',
      currentBytes: 2.2 * GiB,
      limitBytes: 4 * GiB,
      inactiveFileBytes: 1.7 * GiB,
      activeFileBytes: 0,
      anonBytes: 2 * GiB,
    }
    const scene = (): Scene => ({ ...incident, sample: { ...incident.sample, cgroup } })
    const { readings } = judge({ seconds: 40, scene, facts: madvFree })
    const rows = readings.map(({ id, usedBytes, actors }) => [
      id,
      Math.round((usedBytes / GiB) * 100) / 100,
      actors,
    ])
    expect(rows).toEqual([
      ['hostUsed', 7, []],
      ['hostLessLazyFree', 5.34, []],
      ['hostUnavailable', 6, ['kubelet', 'oom-killer']],
      ['containerUsage', 2.2, []],
      ['containerRss', 2, []],
      ['workingSet', 0.5, ['kubelet', 'oom-killer']],
    ])
  })
})
