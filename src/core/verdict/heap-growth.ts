import {
  evidence,
  fromGo,
  fromRollup,
  levelByAge,
  atMost,
  step,
  toFinding,
  type RuleContext,
} from './rule-context'
import { judgeGrowth, type Growth } from './growth'
import { toPostGcPoints, toSeries } from './series'
import { toFloor } from './slope'
import { toNeutralText } from '../text/neutral-text'
import type { Evidence, Finding, NextStep } from './verdict'

/** Two collections, and what came after them, are the least that a floor can be told by. */
const leastCollections = 2

/**
 * The Go heap grows: judged by heap in use right after garbage collections, never by the teeth between them. A cache that
 * warms up and levels off is no growth, nor is a heap that rises because nothing was collected yet.
 */
export function findHeapGrowth(context: RuleContext): Finding | null {
  const { window, isGo, go } = context
  if (!isGo) return null
  const heap = toSeries(window, 'heapInuseBytes')
  if (go?.heapInuseBytes == null || heap.length === 0)
    return toFinding('heapGrowth', 'not-measurable', 'noHeap', { next: [step('endpoint')] })
  const afterGc = toPostGcPoints(window)
  const growth = judgeGrowth(heap, afterGc ?? undefined)
  if (afterGc === null || afterGc.length >= leastCollections)
    return fromGrowth(context, growth, afterGc !== null)
  // Few collections: what did not even rise between them does not grow.
  const byFloor = judgeGrowth(heap)
  if (byFloor.kind === 'steady' || byFloor.kind === 'levelled') return fromGrowth(context, byFloor, false)
  const params = { heapInuseBytes: go.heapInuseBytes, collections: afterGc.length, spanMs: window.spanMs }
  const variant = byFloor.kind === 'grows' ? 'betweenCollections' : 'tooShort'
  return toFinding('heapGrowth', 'not-measurable', variant, {
    params,
    evidence: [fromGo(context, 'heapInuseBytes')],
    next: [step('waitCollections')],
  })
}

function fromGrowth(context: RuleContext, growth: Growth, isAfterGc: boolean): Finding {
  const params = toGrowthParams(growth)
  const proofs = [
    fromGo(context, 'heapInuseBytes'),
    evidence(context, isAfterGc ? 'heapFloorRate' : 'heapRate', growth.perMinuteBytes, {
      unit: 'bytes-per-minute',
      atMs: context.go?.atMs ?? null,
      source: 'endpoint',
    }),
    evidence(context, isAfterGc ? 'collectionsSeen' : 'floorsSeen', growth.points, {
      unit: 'count',
      atMs: context.go?.atMs ?? null,
      source: 'endpoint',
    }),
  ]
  if (growth.kind === 'tooShort')
    return toFinding('heapGrowth', 'not-measurable', 'tooShort', {
      params: {
        heapInuseBytes: context.go?.heapInuseBytes ?? 0,
        collections: growth.points,
        spanMs: context.window.spanMs,
      },
      evidence: proofs,
      next: [step('waitCollections')],
    })
  if (growth.kind !== 'grows') {
    const isSawtooth = growth.kind === 'steady' && hasTeeth(context, growth)
    return toFinding('heapGrowth', 'ruled-out', isSawtooth ? 'sawtooth' : growth.kind, {
      params,
      evidence: proofs,
    })
  }
  const byAge = levelByAge(context.atMs - (context.go?.atMs ?? 0))
  const isContradicted = contradictsRss(context, growth) || (context.growth?.totalDeltaBytes ?? 1) <= 0
  const cap = isAfterGc ? atMost(byAge, isContradicted ? 'likely' : 'certain') : atMost(byAge, 'possible')
  return toFinding('heapGrowth', atMost(growth.level, cap), 'grows', {
    severity: isUrgent(context, growth) ? 'act' : 'watch',
    params,
    bytes: growth.toBytes - growth.fromBytes,
    evidence: [...proofs, fromRollup(context, 'rssBytes'), ...profileEvidence(context)],
    next: toSteps(context),
  })
}

/** Parameters of every sentence about growth. */
export function toGrowthParams({ fromBytes, toBytes, spanMs, perMinuteBytes }: Growth): Finding['params'] {
  return { fromBytes, toBytes, growthBytes: Math.max(0, toBytes - fromBytes), spanMs, perMinuteBytes }
}

/** At this pace what is left is used up within a day. */
export function isUrgent({ host, latest }: RuleContext, { perMinuteBytes }: Growth): boolean {
  const { cgroup } = latest
  const inGroup =
    cgroup?.limitBytes == null || cgroup.currentBytes === null
      ? null
      : cgroup.limitBytes - cgroup.currentBytes + (cgroup.inactiveFileBytes ?? 0)
  const left = Math.min(
    inGroup ?? Number.POSITIVE_INFINITY,
    host?.memAvailableBytes ?? Number.POSITIVE_INFINITY,
  )
  return Number.isFinite(left) ? perMinuteBytes * 60 * 24 > left : true
}

/** The heap grew much, and anonymous memory did not follow at all: it grew into pages that were there before. */
function contradictsRss({ window }: RuleContext, growth: Growth): boolean {
  const anon = toFloor(toSeries(window, 'rssAnonBytes'), 12)
  const first = anon[0]
  const last = anon.at(-1)
  if (first === undefined || last === undefined) return false
  return last.value - first.value < (growth.toBytes - growth.fromBytes) / 4
}

function hasTeeth({ window }: RuleContext, growth: Growth): boolean {
  const most = Math.max(...toSeries(window, 'heapInuseBytes').map(({ value }) => value))
  return most > growth.fromBytes * 1.2
}

function profileEvidence(context: RuleContext): Evidence[] {
  const { growth } = context
  const top = growth?.top[0]
  if (growth === null || top === undefined) return []
  const from = { atMs: growth.toAtMs, source: 'profile' } as const
  return [
    evidence(context, 'profileDelta', growth.totalDeltaBytes, from),
    evidence(context, 'topFunction', top.flatDeltaBytes, from, { function: toFunctionName(top.name) }),
  ]
}

function toSteps({ growth }: RuleContext): NextStep[] {
  const top = growth?.top[0]
  return top === undefined
    ? [step('diffProfiles', 'profile'), step('watchLonger')]
    : [step('lookAtFunction', 'profile', { function: toFunctionName(top.name) }), step('watchLonger')]
}

/** Names are of the process's making. */
function toFunctionName(name: string): string {
  return toNeutralText(name, 200)
}
