import {
  atMost,
  evidence,
  fromGo,
  levelByAge,
  levelBySteadiness,
  step,
  toFinding,
  type RuleContext,
} from './rule-context'
import { judgeGrowth } from './growth'
import { isUrgent, toGrowthParams } from './heap-growth'
import { toSeries } from './series'
import type { Evidence, Finding } from './verdict'

/** Memory in stacks of goroutines. When it grows, goroutines are started that never end. */
export function findGoroutineStacks(context: RuleContext): Finding | null {
  const { go, isGo, window, materialBytes } = context
  if (!isGo) return null
  const stackInuseBytes = go?.stackInuseBytes ?? null
  if (go === null || stackInuseBytes === null)
    return toFinding('goroutineStacks', 'not-measurable', 'unknown', { next: [step('endpoint')] })
  const stacks = toSeries(window, 'stackInuseBytes')
  const numbers: Evidence[] = [
    fromGo(context, 'stackInuseBytes'),
    ...(go.goroutines === null ? [] : [fromGo(context, 'goroutines')]),
  ]
  const params = { stackInuseBytes, rssBytes: context.rssBytes ?? 0 }
  if (stackInuseBytes < materialBytes)
    return toFinding('goroutineStacks', 'ruled-out', 'little', { params, evidence: numbers })
  const byAge = levelByAge(context.atMs - go.atMs)
  const growth = judgeGrowth(stacks)
  // While growth is no more than a sign, what the stacks hold is the surer thing to say.
  if (growth.kind === 'grows' && growth.level !== 'possible') {
    return toFinding('goroutineStacks', atMost(growth.level, byAge), 'grows', {
      severity: isUrgent(context, growth) ? 'act' : 'watch',
      params: { ...params, ...toGrowthParams(growth) },
      bytes: stackInuseBytes,
      evidence: [
        ...numbers,
        evidence(context, 'stackRate', growth.perMinuteBytes, {
          unit: 'bytes-per-minute',
          atMs: go.atMs,
          source: 'endpoint',
        }),
      ],
      next: [step('goroutineProfile'), step('watchLonger')],
    })
  }
  return toFinding('goroutineStacks', atMost(byAge, levelBySteadiness(stacks, materialBytes)), 'holds', {
    severity: 'watch',
    params,
    bytes: stackInuseBytes,
    evidence: numbers,
    next: [step('goroutineProfile')],
  })
}
