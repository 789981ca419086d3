import type { ProcessSample } from '#core/metrics/samples'
import type { Verdict } from '#core/verdict/verdict'
import { describe, expect, it } from 'vitest'
import { judge, toSummary } from './judge'
import { readRecording, type ScenarioRun } from './recording'
import { scenarios } from './scenarios'
import { stretch } from './stretch'

function mapSamples(run: ScenarioRun, change: (sample: ProcessSample) => ProcessSample): ScenarioRun {
  return { ...run, samples: run.samples.map(change) }
}

/** Nothing answered, or nobody may ask. */
function withoutGo(run: ScenarioRun): ScenarioRun {
  return mapSamples(run, (sample) => ({
    ...sample,
    go: null,
    endpoint: { ...sample.endpoint, phase: 'none', url: null, source: null, intervalMs: null },
  }))
}

/** Another user's process: no walk, and its executable and environment can't be read. */
function withoutRights(run: ScenarioRun): ScenarioRun {
  const { facts } = run
  return {
    ...mapSamples(withoutGo(run), (sample) => ({
      ...sample,
      rollup: null,
      absent: { ...sample.absent, smaps_rollup: 'permission-denied' },
    })),
    facts: {
      ...facts,
      isGo: null,
      goVersion: null,
      goModule: null,
      isRaceBuild: null,
      goEnvironment: null,
      madvise: 'unknown',
      madviseWhy: null,
      build: null,
      absent: { exe: 'permission-denied', environ: 'permission-denied' },
    },
  }
}

/** The endpoint stopped to answer in the middle: its last numbers grow old. */
function withOldGo(run: ScenarioRun): ScenarioRun {
  const last = run.samples[Math.floor(run.samples.length / 3)]?.go ?? null
  return mapSamples(run, (sample) =>
    last !== null && (sample.go?.atMs ?? 0) > last.atMs ? { ...sample, go: last } : sample,
  )
}

/** The link was away for most of the time. */
function withGap(run: ScenarioRun): ScenarioRun {
  const from = Math.floor(run.samples.length * 0.2)
  const to = Math.floor(run.samples.length * 0.8)
  const isKept = (_: unknown, index: number): boolean => index < from || index >= to
  return { ...run, samples: run.samples.filter(isKept), hosts: run.hosts.filter(isKept) }
}

const losses = { withoutGo, withoutRights, withOldGo, withGap }

function certainIds({ findings }: Verdict): string[] {
  return findings.filter(({ level }) => level === 'certain').map(({ id }) => id)
}

describe('with less to go by', () => {
  describe.each(Object.entries(losses))('%s', (_name, lose) => {
    it.each(scenarios)('$name is called nothing else for certain', ({ name, finding }) => {
      const run = readRecording(name)
      for (const less of [lose(run), lose(stretch(run, 15))]) {
        const verdict = judge(less)
        const wrong = certainIds(verdict).filter((id) => id !== finding)
        expect(wrong, JSON.stringify(toSummary(verdict))).toEqual([])
      }
    })
  })

  it('what grows is not certain over a gap', () => {
    for (const name of ['leak', 'goroutine-leak', 'cgo-growth', 'mmap-growth'] as const) {
      const verdict = judge(withGap(stretch(readRecording(name), 15)))
      expect(certainIds(verdict), name).toEqual([])
      expect(verdict.limits.map(({ text }) => text)).toContain('verdict.limit.gaps')
    }
  })

  it('growth over a gap is still growth, and no more than likely', () => {
    const verdict = judge(withGap(stretch(readRecording('leak'), 15)))
    expect(toSummary(verdict)).toEqual({ main: 'heapGrowth', held: ['heapGrowth: likely'] })
  })

  it('what grew since the endpoint was last heard is told by the kernel’s own numbers', () => {
    for (const name of ['cgo-growth', 'mmap-growth'] as const)
      expect(toSummary(judge(withOldGo(stretch(readRecording(name), 15)))).main, name).toBe('anonGrowth')
  })

  it('asks for the endpoint where Go’s own numbers would tell', () => {
    const verdict = judge(withoutGo(readRecording('leak')))
    expect(verdict.findings.flatMap(({ next }) => next.map(({ text }) => text))).toContain(
      'verdict.next.endpoint',
    )
    expect(verdict.limits.map(({ text }) => text)).toContain('verdict.limit.endpoint.none')
  })

  it('knows next to nothing of another user’s process, and says so', () => {
    const verdict = judge(withoutRights(readRecording('madvfree')))
    expect(verdict.findings.find(({ id }) => id === 'madvFree')?.level).toBe('not-measurable')
    expect(verdict.limits.map(({ text }) => text)).toContain('verdict.limit.walkDenied')
  })
})
