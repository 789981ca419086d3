import {
  atMost,
  evidence,
  fromRollup,
  fromStatus,
  levelByAge,
  step,
  toFinding,
  type RuleContext,
} from './rule-context'
import { judgeGrowth } from './growth'
import { isUrgent, toGrowthParams } from './heap-growth'
import { toSeries } from './series'
import type { Finding } from './verdict'

/** Anonymous memory rises and no allocator's own numbers say whose it is: no Go process, or one that nobody can ask. */
export function findAnonGrowth(context: RuleContext): Finding | null {
  const { window, go, isGo, latest } = context
  // Numbers of a while ago say nothing of what came since.
  if (go?.heapInuseBytes != null && levelByAge(context.atMs - go.atMs) === 'certain') return null
  const anon = toSeries(window, 'rssAnonBytes')
  const column = anon.length > 0 ? 'rssAnonBytes' : 'rssBytes'
  const points = anon.length > 0 ? anon : toSeries(window, 'rssBytes')
  if (points.length === 0 || latest[column] === null)
    return toFinding('anonGrowth', 'not-measurable', 'unknown')
  const growth = judgeGrowth(points)
  const params = toGrowthParams(growth)
  const rate = evidence(context, 'anonRate', growth.perMinuteBytes, {
    unit: 'bytes-per-minute',
    atMs: context.atMs,
    source: 'status',
  })
  const numbers = [fromStatus(context, column), rate]
  if (growth.kind === 'tooShort')
    return toFinding('anonGrowth', 'not-measurable', 'tooShort', {
      params: { spanMs: window.spanMs },
      evidence: numbers,
      next: [step('watchLonger')],
    })
  if (growth.kind !== 'grows')
    return toFinding('anonGrowth', 'ruled-out', growth.kind, { params, evidence: numbers })
  // Without the allocator's numbers its own garbage can't be told from what is in use.
  return toFinding(
    'anonGrowth',
    atMost(growth.level, isGo ? 'possible' : 'likely'),
    isGo ? 'inGo' : 'grows',
    {
      severity: isUrgent(context, growth) ? 'act' : 'watch',
      params,
      bytes: growth.toBytes - growth.fromBytes,
      evidence: [...numbers, fromRollup(context, 'lazyFreeBytes')],
      next: [isGo ? step('endpoint') : step('allocatorNumbers'), step('watchLonger')],
    },
  )
}
