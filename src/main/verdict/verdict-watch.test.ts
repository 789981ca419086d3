import { describe, expect, it } from 'vitest'
import type { ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { facts, go, hostFacts, rollup, sample, startMs } from '#core/verdict/verdict.fixture'
import type { Verdict } from '#core/verdict/verdict'
import { createVerdictWatch } from './verdict-watch'

function watchStory(samples: ProcessSample[], factsNow: ProcessFacts = facts) {
  const sent: Verdict[] = []
  const watch = createVerdictWatch(
    { hostFacts: () => hostFacts, host: () => null, growth: () => null },
    (verdict) => sent.push(verdict),
  )
  watch.setFacts(factsNow)
  for (const one of samples) watch.addSample(one)
  return { watch, sent }
}

const at = (second: number, change: Partial<ProcessSample> = {}): ProcessSample => {
  const atMs = startMs + second * 1000
  return { ...sample, atMs, go: { ...go, atMs }, rollup: { ...rollup, atMs }, ...change }
}
const seconds = (count: number): number[] => Array.from({ length: count }, (_, second) => second)

describe('createVerdictWatch', () => {
  it('tells the first at once, and then seldom what says the same', () => {
    const { sent } = watchStory(seconds(120).map((second) => at(second)))
    expect(sent[0]?.atMs).toBe(startMs)
    expect(sent.length).toBeLessThan(20)
    const steps = sent.slice(1).map(({ atMs }, index) => atMs - sent[index]!.atMs)
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(3_000)
    expect(Math.max(...steps)).toBeLessThanOrEqual(18_000)
  })

  it('judges the first walk and the first answer at once', () => {
    const { sent } = watchStory([at(0, { rollup: null, go: null }), at(1)])
    expect(sent.map(({ atMs }) => atMs - startMs)).toEqual([0, 1000])
  })

  it('forgets what was before another program took the process over', () => {
    const { watch, sent } = watchStory(seconds(30).map((second) => at(second)))
    watch.setFacts({ ...facts, exePath: '/srv/other' })
    watch.addSample(at(40))
    expect(sent.at(-1)?.spanMs).toBe(0)
  })

  it('says nothing of what has no memory', () => {
    const { watch, sent } = watchStory([at(0, { absent: { status: 'no-memory' } })])
    expect(sent).toEqual([])
    expect(watch.latest).toBeNull()
  })
})
