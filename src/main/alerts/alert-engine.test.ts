import { describe, expect, it } from 'vitest'
import type { AlertMessage } from '#core/alerts/alert-message'
import type { AlertCondition, AlertRule } from '#core/alerts/alert-rule'
import { formatAlert } from '#core/alerts/format-alert'
import { heapStory, incident, judge, madvFree } from '#core/verdict/stories.fixture'
import { GiB, MiB, go, host, key, rollup, sample, startMs } from '#core/verdict/verdict.fixture'
import { createAlertEngine } from './alert-engine'

const freed = judge({ seconds: 40, scene: () => incident, facts: madvFree })
const leak = judge({ seconds: 600, scene: heapStory((second) => 170 * MiB + second * MiB, 40 * MiB, 20) })
const used90: AlertCondition = { kind: 'metric', metric: 'hostUsed', threshold: 90, clearBelow: 85 }
const rss2: AlertCondition = { kind: 'metric', metric: 'rss', threshold: 2 * GiB, clearBelow: 1.5 * GiB }

function toRule(condition: AlertCondition, change: Partial<AlertRule> = {}): AlertRule {
  const scope = { targetSpec: null, processPattern: null }
  return { id: 'r1', name: 'Memory', scope, condition, forMs: 0, isEnabled: true, ...change }
}

function start(...rules: AlertRule[]) {
  const told: AlertMessage[] = []
  const engine = createAlertEngine({
    rules,
    labelOf: (id) => id.replace('ssh:', ''),
    onAlert: (message) => told.push(message),
  })
  return { engine, told, kinds: () => told.map(({ kind, urgency }) => `${kind} ${urgency}`) }
}

const second = (count: number): number => startMs + count * 1000
/** Used as free counts it; what MemAvailable says. */
const hostAt = (seconds: number, used: number | null, unavailable: number | null = 0.64) => ({
  ...host,
  atMs: second(seconds),
  memFreeBytes: used === null ? null : (1 - used) * 24 * GiB,
  buffersBytes: 0,
  cachedBytes: 0,
  sReclaimableBytes: 0,
  memAvailableBytes: unavailable === null ? null : (1 - unavailable) * 24 * GiB,
})
const processAt = (seconds: number, rssBytes: number | null, lazyFreeBytes: number | null = 0) => ({
  ...sample,
  atMs: second(seconds),
  rssBytes,
  rollup: { ...rollup, atMs: second(seconds), rssBytes, lazyFreeBytes },
})

describe('alert engine', () => {
  it('tells the alarm that began it all as not urgent, and as urgent once a verdict asks to act', () => {
    const { engine, told, kinds } = start(toRule(used90, { forMs: 2000 }))
    engine.addProcess('ssh:pay-07', processAt(0, 10 * GiB, 0.31 * 24 * GiB))
    engine.addVerdict('ssh:pay-07', key, { ...freed, atMs: second(0) })
    for (let at = 0; at <= 5; at++) engine.addHost('ssh:pay-07', hostAt(at, 0.944))
    expect(kinds()).toEqual(['raised not-urgent'])
    expect(told[0] && formatAlert(told[0], 'en')).toMatchObject({
      title: 'Memory · pay-07',
      headline: '0.944 used, of which 0.31 is reclaimable LazyFree: not urgent',
    })
    expect(told[0]).toMatchObject({ sinceMs: second(0), atMs: second(2), threshold: 90, process: null })

    engine.addVerdict('ssh:pay-07', key, { ...leak, atMs: second(6) })
    engine.addHost('ssh:pay-07', hostAt(7, 0.95))
    expect(kinds()).toEqual(['raised not-urgent', 'escalated urgent'])
    expect(told[1]).toMatchObject({ id: told[0]?.id, verdict: { finding: 'heapGrowth', severity: 'act' } })
    expect(engine.raised).toEqual([told[1]])

    engine.addHost('ssh:pay-07', hostAt(8, 0.5))
    expect(told[2]).toMatchObject({ kind: 'cleared', end: 'below', id: told[0]?.id, sinceMs: second(2) })
    expect(engine.raised).toEqual([])
  })

  it('is urgent at once where MemAvailable is short', () => {
    const { engine, kinds } = start(toRule(used90))
    engine.addHost('local', hostAt(0, 0.97, 0.96))
    expect(kinds()).toEqual(['raised urgent'])
  })

  it('holds hosts apart, and takes only its own target', () => {
    const scope = { targetSpec: 'ssh:a', processPattern: null }
    const { engine, told } = start(toRule(used90), toRule(used90, { id: 'r2', scope }))
    engine.addHost('ssh:a', hostAt(0, 0.95))
    engine.addHost('ssh:b', hostAt(0, 0.5))
    engine.addHost('ssh:b', hostAt(1, 0.95))
    expect(told.map(({ ruleId, targetId }) => `${ruleId} ${targetId}`)).toEqual([
      'r1 ssh:a',
      'r2 ssh:a',
      'r1 ssh:b',
    ])
  })

  it('takes LazyFree of all watched processes off the host, and knows none without a walk', () => {
    const condition: AlertCondition = {
      kind: 'metric',
      metric: 'hostLessLazyFree',
      threshold: 60,
      clearBelow: 50,
    }
    const { engine, told } = start(toRule(condition))
    engine.addHost('local', hostAt(0, 0.95))
    expect(told).toEqual([])
    engine.addProcess('local', processAt(1, GiB, 4.8 * GiB))
    engine.addProcess('local', { ...processAt(1, GiB, 2.4 * GiB), key: { pid: 9, startTimeTicks: 9 } })
    engine.addHost('local', hostAt(1, 0.95))
    expect(told[0]?.value).toBeCloseTo(65)
  })

  it('clears what a name had raised when another program runs in the process', () => {
    const named = toRule(rss2, { scope: { targetSpec: null, processPattern: 'svc*' } })
    const { engine, told } = start(named)
    engine.addProcess('local', processAt(0, 3 * GiB))
    engine.addProcess('local', { ...processAt(1, 3 * GiB), comm: 'svc-worker' })
    expect(engine.raised).toHaveLength(1)
    engine.addProcess('local', { ...processAt(2, 3 * GiB), comm: 'other' })
    expect(engine.raised).toEqual([])
    expect(told[1]).toMatchObject({ kind: 'cleared', end: 'not-watched' })
  })

  it('knows a process by its start, not by its pid, and clears what ends with it', () => {
    const { engine, told } = start(toRule(rss2))
    engine.addProcess('local', processAt(0, 3 * GiB))
    engine.addVerdict('local', key, { ...freed, atMs: second(0) })
    expect(told[0]).toMatchObject({ process: { key, comm: 'svc' }, value: 3 * GiB, urgency: 'unknown' })
    engine.endProcess('local', key, second(1), 'process-gone')
    const next = { ...key, startTimeTicks: key.startTimeTicks + 1 }
    engine.addProcess('local', { ...processAt(2, 3 * GiB), key: next })
    expect(told.map(({ kind, end, process }) => [kind, end, process?.key])).toEqual([
      ['raised', null, key],
      ['cleared', 'process-gone', key],
      ['raised', null, next],
    ])
  })

  it('takes processes by name, and neither raises nor clears by what is not reported', () => {
    const { engine, told } = start(toRule(rss2, { scope: { targetSpec: null, processPattern: 'sv*' } }))
    engine.addProcess('local', { ...processAt(0, 3 * GiB), comm: 'redis' })
    engine.addProcess('local', processAt(0, null))
    expect(told).toEqual([])
    engine.addProcess('local', processAt(1, 3 * GiB))
    engine.addProcess('local', processAt(2, null))
    expect(told).toHaveLength(1)
  })

  it('reads RSS without LazyFree of one walk, which must not be old', () => {
    const condition: AlertCondition = {
      kind: 'metric',
      metric: 'rssLessLazyFree',
      threshold: GiB,
      clearBelow: GiB,
    }
    const { engine, told } = start(toRule(condition))
    engine.addProcess('local', processAt(0, 3 * GiB, 2.5 * GiB))
    engine.addProcess('local', { ...processAt(1200, 3 * GiB), rollup: { ...rollup, rssBytes: 3 * GiB } })
    expect(told).toEqual([])
    engine.addProcess('local', processAt(1201, 3 * GiB, GiB))
    expect(told[0]?.value).toBe(2 * GiB)
  })

  it('raises by the slope of the Go heap', () => {
    const condition: AlertCondition = {
      kind: 'metric',
      metric: 'heapInuseSlope',
      threshold: 5 * MiB,
      clearBelow: MiB,
    }
    const { engine, told } = start(toRule(condition))
    const scene = heapStory((at) => (170 + at / 10) * MiB, 60 * MiB, 15)
    for (let at = 0; at <= 200; at++) {
      const numbers = { ...go, ...scene(at).go, atMs: second(at) }
      engine.addProcess('local', { ...sample, atMs: second(at), go: numbers })
    }
    expect(told).toHaveLength(1)
    expect(told[0]?.value).toBeGreaterThan(5 * MiB)
  })

  it('raises when the verdict becomes a finding, and clears when it is no more', () => {
    const condition: AlertCondition = { kind: 'verdict', finding: 'heapGrowth', level: 'likely' }
    const { engine, told, kinds } = start(toRule(condition))
    engine.addProcess('local', processAt(0, GiB))
    engine.addVerdict('local', key, { ...freed, atMs: second(0) })
    engine.addVerdict('local', key, { ...leak, atMs: second(1) })
    engine.addVerdict('local', key, { ...freed, atMs: second(2) })
    expect(kinds()).toEqual(['raised urgent', 'cleared urgent'])
    expect(told[0] && formatAlert(told[0], 'en').headline).toBe(`svc (${key.pid}): Go heap growth: urgent`)
  })

  it('is quiet while a balloon of ours is up, and a while after', () => {
    const { engine, told } = start(toRule(used90))
    engine.setBalloon('local', true, second(0))
    engine.addHost('local', hostAt(1, 0.97))
    engine.setBalloon('local', false, second(2))
    engine.addHost('local', hostAt(3, 0.97))
    expect(told).toEqual([])
    engine.addHost('local', hostAt(40, 0.97))
    expect(told).toHaveLength(1)
  })

  it('clears what a changed, disabled or removed rule had raised, and what a closed target had', () => {
    const other = toRule(used90, { id: 'r2' })
    const { engine, told } = start(toRule(used90), other)
    engine.addHost('local', hostAt(0, 0.95))
    engine.setRules([other])
    expect(told[2]).toMatchObject({ ruleId: 'r1', kind: 'cleared', end: 'rule-changed' })
    engine.endTarget('local', second(1))
    expect(told[3]).toMatchObject({ ruleId: 'r2', kind: 'cleared', end: 'target-closed' })
    expect(engine.raised).toEqual([])
    engine.setRules([{ ...other, isEnabled: false }])
    engine.addHost('local', hostAt(2, 0.95))
    expect(told).toHaveLength(4)
  })
})
