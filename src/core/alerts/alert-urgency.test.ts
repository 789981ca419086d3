import { describe, expect, it } from 'vitest'
import { heapStory, incident, judge, madvFree } from '../verdict/stories.fixture'
import { GiB, MiB, host } from '../verdict/verdict.fixture'
import type { Verdict } from '../verdict/verdict'
import { toHostPercents, toVerdictValue } from './alert-readings'
import type { AlertCondition } from './alert-rule'
import { judgeHost, judgeProcess } from './alert-urgency'

const used90: AlertCondition = { kind: 'metric', metric: 'hostUsed', threshold: 90, clearBelow: 85 }
const freed = judge({ seconds: 40, scene: () => incident, facts: madvFree })
const leak = judge({ seconds: 600, scene: heapStory((second) => 170 * MiB + second * MiB, 40 * MiB, 20) })
/** The alarm that began it all: 0.944 used as free counts it, 0.31 of it LazyFree. */
const alarm = {
  ...host,
  memTotalBytes: 24 * GiB,
  memFreeBytes: 0.044 * 24 * GiB,
  buffersBytes: 0,
  cachedBytes: 0.012 * 24 * GiB,
  sReclaimableBytes: 0,
  memAvailableBytes: 0.36 * 24 * GiB,
}
const lazyFreeBytes = 0.31 * 24 * GiB

describe('urgency of a host', () => {
  const judgeAlarm = (
    change: Partial<typeof host>,
    verdicts: Verdict[],
    lazy: number | null = lazyFreeBytes,
  ) => {
    const sample = { ...alarm, ...change }
    const processes = verdicts.map((verdict) => ({ comm: 'svc', verdict }))
    const { urgency, why } = judgeHost(used90, sample, toHostPercents(sample, lazy), processes)
    return [urgency, why.text]
  }

  it.each([
    ['the kernel can take it back', {}, [freed], 'not-urgent', 'available'],
    ['no verdict, but MemAvailable says so', {}, [], 'not-urgent', 'available'],
    ['MemAvailable says that it is gone', { memAvailableBytes: GiB }, [freed], 'urgent', 'unavailable'],
    ['one of its processes leaks', {}, [freed, leak], 'urgent', 'verdictActs'],
    ['tasks wait', { psiSomeAvg10: 12 }, [freed], 'urgent', 'pressure'],
    ['no MemAvailable: LazyFree is most', { memAvailableBytes: null }, [], 'not-urgent', 'restIsLittle'],
  ])('%s', (_name, change, verdicts, urgency, why) => {
    expect(judgeAlarm(change, verdicts)).toEqual([urgency, `alert.why.${why}`])
  })

  it('of a kernel without MemAvailable goes by what LazyFree leaves, and says when nothing tells', () => {
    expect(judgeAlarm({ memAvailableBytes: null }, [], GiB)).toEqual(['urgent', 'alert.why.restIsMuch'])
    expect(judgeAlarm({ memAvailableBytes: null }, [], null)).toEqual(['unknown', 'alert.why.nothingTells'])
  })

  it('of waits is always urgent', () => {
    const psi: AlertCondition = { kind: 'metric', metric: 'psiFull', threshold: 1, clearBelow: 1 }
    expect(judgeHost(psi, { ...host, psiFullAvg10: 2 }, null, []).urgency).toBe('urgent')
  })
})

describe('urgency of a process', () => {
  it('is what the verdict says', () => {
    expect(judgeProcess(freed)).toMatchObject({ urgency: 'not-urgent', finding: { id: 'madvFree' } })
    expect(judgeProcess(leak)).toMatchObject({ urgency: 'urgent', finding: { id: 'heapGrowth' } })
    expect(judgeProcess(null).urgency).toBe('unknown')
    const unsure: Verdict = {
      ...leak,
      findings: leak.findings.map((finding) => ({ ...finding, level: 'possible' as const })),
    }
    expect(judgeProcess(unsure).urgency).toBe('unknown')
  })
})

describe('a verdict as a value', () => {
  it.each([
    ['madvFree', 'certain', 1],
    ['madvFree', 'possible', 1],
    ['swapped', 'possible', 0],
  ] as const)('%s at %s: %s', (finding, level, value) => {
    expect(toVerdictValue({ kind: 'verdict', finding, level }, freed)).toBe(value)
  })

  it('is 0 below the level, and null where it can not tell', () => {
    const change = (level: 'possible' | 'not-measurable'): Verdict => ({
      ...freed,
      findings: freed.findings.map((finding) => ({ ...finding, level })),
    })
    const condition = { kind: 'verdict', finding: 'madvFree', level: 'likely' } as const
    expect(toVerdictValue(condition, change('possible'))).toBe(0)
    expect(toVerdictValue(condition, change('not-measurable'))).toBeNull()
  })
})
