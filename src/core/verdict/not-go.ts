import { toRest } from './go-memory'
import {
  atMost,
  evidence,
  fromGo,
  fromRollup,
  hasMovedSince,
  levelByAge,
  levelBySteadiness,
  step,
  toFinding,
  type RuleContext,
} from './rule-context'
import { judgeGrowth } from './growth'
import { toGrowthParams } from './heap-growth'
import { toSeries } from './series'
import type { Point } from './slope'
import type { Finding, FindingLevel } from './verdict'

/** Readings closer than this are of one picture. */
const closeMs = 5_000

/** Memory of a Go process that its runtime does not know: C code, mmap, another allocator. */
export function findNotGo(context: RuleContext): Finding | null {
  const { isGo, rollup, go, materialBytes, facts } = context
  if (!isGo) return null
  const rest = toRest(context)
  if (rest === null || rollup === null || go === null) {
    const steps = go === null ? [step('endpoint')] : []
    return toFinding('notGo', 'not-measurable', 'unknown', { next: steps })
  }
  const restEvidence = evidence(context, 'notGoRest', rest.restBytes, {
    atMs: rollup.atMs,
    source: 'smaps_rollup',
  })
  const numbers = [
    restEvidence,
    fromRollup(context, 'anonymousBytes'),
    fromRollup(context, 'lazyFreeBytes'),
    fromGo(context, 'sysBytes'),
    fromGo(context, 'heapReleasedBytes'),
  ]
  const params = {
    restBytes: Math.max(0, rest.restBytes),
    goBytes: rest.goBytes,
    heldBytes: rest.heldBytes,
  }
  if (rest.restBytes < materialBytes)
    return toFinding('notGo', 'ruled-out', 'none', { params, evidence: numbers })
  const rests = restSeries(context)
  const growth = judgeGrowth(rests)
  const isGrowing = growth.kind === 'grows' && growth.level !== 'possible'
  const byReading: FindingLevel =
    rollup.lazyFreeBytes === null || rest.skewMs > closeMs || hasMovedSince(context) ? 'likely' : 'certain'
  const level = atMost(
    atMost(levelByAge(context.atMs - rollup.atMs), byReading),
    levelBySteadiness(rests, materialBytes),
  )
  return toFinding('notGo', level, isGrowing ? 'grows' : 'holds', {
    severity: isGrowing ? 'act' : 'watch',
    params: { ...params, ...(isGrowing ? toGrowthParams(growth) : {}) },
    bytes: rest.restBytes,
    evidence: numbers,
    next: [
      step('memoryMap', 'memory-map'),
      step(facts?.build?.isCgo === false ? 'lookForMmap' : 'lookForCgo'),
    ],
  })
}

/** The rest at each walk, against the answer of the endpoint that was the newest then. */
function restSeries({ window }: RuleContext): Point[] {
  return toSeries(window, 'anonymousBytes', (row) => {
    if (Math.abs(window.at(row, 'rollupAtMs') - window.at(row, 'goAtMs')) > closeMs * 4) return Number.NaN
    const lazyFree = window.at(row, 'lazyFreeBytes')
    return (
      window.at(row, 'anonymousBytes') -
      (Number.isNaN(lazyFree) ? 0 : lazyFree) -
      (window.at(row, 'sysBytes') - window.at(row, 'heapReleasedBytes'))
    )
  })
}
