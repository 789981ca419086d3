import { toMadvFreeSupport, unknownKernelMemory } from '../metrics/kernel-memory'
import { parseGoMinor } from '../go/build-info'
import { parseMadvdontneed } from '../go/madvise-policy'
import {
  atMost,
  evidence,
  fact,
  fromGo,
  fromRollup,
  hasMovedSince,
  levelByAge,
  levelBySteadiness,
  step,
  toFinding,
  type RuleContext,
} from './rule-context'
import { toSeries } from './series'
import type { Evidence, Finding, FindingLevel, NextStep } from './verdict'

/**
 * Freed memory that the kernel keeps in RSS until it needs it. Where LazyFree is reported it is the answer, whoever marked
 * it; where it is not, the kernel and the runtime may still rule it out (facts: MADV_FREE since 4.5, LazyFree since 4.12,
 * and in between without swap MADV_FREE freed at once; Go uses it by default from 1.12 to 1.15).
 */
export function findMadvFree(context: RuleContext): Finding {
  const { rollup } = context
  if (rollup?.lazyFreeBytes != null && rollup.rssBytes !== null)
    return fromLazyFree(context, rollup.lazyFreeBytes, rollup.rssBytes, rollup.atMs)
  return withoutLazyFree(context)
}

function fromLazyFree(context: RuleContext, lazyFreeBytes: number, rssBytes: number, atMs: number): Finding {
  const numbers = [fromRollup(context, 'lazyFreeBytes'), fromRollup(context, 'rssBytes')]
  const params = {
    lazyFreeBytes,
    rssBytes,
    sharePercent: rssBytes > 0 ? (lazyFreeBytes / rssBytes) * 100 : 0,
  }
  const takenBytes = context.proof?.verdict === 'confirmed' ? toTakenBytes(context.proof) : null
  if (takenBytes !== null && lazyFreeBytes < takenBytes / 2)
    return {
      ...answer(
        toTakenLevel(context),
        'taken',
        { ...params, takenBytes },
        [...numbers, ...policyEvidence(context), ...proofEvidence(context)],
        heldSteps(context, toOrigin(context, takenBytes)),
      ),
      severity: 'watch',
      bytes: takenBytes,
    }
  if (lazyFreeBytes < context.materialBytes) {
    const isOld = levelByAge(context.atMs - atMs) === 'possible' || hasMovedSince(context)
    if (isOld)
      return answer(
        'not-measurable',
        'tooOld',
        params,
        [...numbers, ...proofEvidence(context)],
        [step('waitWalk')],
      )
    return answer('ruled-out', lazyFreeBytes === 0 ? 'none' : 'little', params, [
      ...numbers,
      ...policyEvidence(context),
      ...proofEvidence(context),
    ])
  }
  const origin = toOrigin(context, lazyFreeBytes)
  return {
    ...answer(
      toHeldLevel(context, origin, atMs),
      origin,
      params,
      [
        ...numbers,
        ...(context.isGo && context.go !== null
          ? [fromGo(context, 'heapInuseBytes'), fromGo(context, 'heapReleasedBytes')]
          : []),
        ...policyEvidence(context),
        ...proofEvidence(context),
      ],
      heldSteps(context, origin),
    ),
    severity: 'watch',
    bytes: lazyFreeBytes,
  }
}

/** Who marked it: the Go runtime, by its policy and its own count; another allocator in a Go process; or no Go at all. */
type Origin = 'go' | 'inGoProcess' | 'anyAllocator'

function toOrigin({ isGo, facts, go }: RuleContext, lazyFreeBytes: number): Origin {
  if (!isGo) return 'anyAllocator'
  const released = go?.heapReleasedBytes ?? null
  // What the runtime has released is an upper bound of what it can have marked.
  if (released !== null)
    return released >= lazyFreeBytes * 0.8 && facts?.madvise !== 'dontneed' ? 'go' : 'inGoProcess'
  return facts?.madvise === 'free' ? 'go' : 'inGoProcess'
}

function toHeldLevel(context: RuleContext, origin: Origin, atMs: number): FindingLevel {
  const { proof, window, materialBytes } = context
  if (proof?.verdict === 'refuted') return 'possible'
  const byAge = levelByAge(context.atMs - atMs)
  if (proof?.verdict === 'confirmed') return byAge
  const steady = levelBySteadiness(toSeries(window, 'lazyFreeBytes'), materialBytes)
  const level = hasMovedSince(context) ? 'likely' : atMost(byAge, steady)
  // The amount stands, but whose it is does not: Go's own count is missing, or speaks against the runtime.
  const isOriginSure = origin === 'anyAllocator' || (origin === 'go' && context.go?.heapReleasedBytes != null)
  return isOriginSure ? level : atMost(level, 'likely')
}

/** It was what filled RSS, and is no more: as sure as it is that nothing has filled RSS anew. */
function toTakenLevel({ proof, rssBytes, materialBytes }: RuleContext): FindingLevel {
  const thenBytes = proof?.after.rssBytes ?? null
  const isBack = thenBytes === null || rssBytes === null || rssBytes > thenBytes + materialBytes
  return isBack ? 'possible' : 'certain'
}

function toTakenBytes(proof: RuleContext['proof']): number | null {
  const before = proof?.before.lazyFreeBytes ?? null
  const after = proof?.after.lazyFreeBytes ?? null
  return before === null || after === null ? null : Math.max(0, before - after)
}

function heldSteps(context: RuleContext, origin: Origin): NextStep[] {
  const { facts, proof } = context
  const steps: NextStep[] = proof?.verdict === 'confirmed' ? [] : [step('balloon', 'balloon')]
  if (origin === 'go') {
    const minor = parseGoMinor(facts?.goVersion ?? null)
    const isForced = parseMadvdontneed(facts?.goEnvironment?.['GODEBUG'] ?? null) === false
    if (isForced && minor !== null && minor >= 16) steps.push(step('dropGodebug'))
    else steps.push(step('upgradeGo'), step('godebug'))
  } else steps.push(step(origin === 'inGoProcess' ? 'otherAllocator' : 'allocator'))
  return [...steps, step('alertOnRest')]
}

function withoutLazyFree(context: RuleContext): Finding {
  const { hostFacts, facts, isGo, latest } = context
  if (hostFacts !== null && hostFacts.os !== 'linux') return answer('not-measurable', 'notLinux', {}, [])
  const kernel = hostFacts?.kernelMemory ?? unknownKernelMemory
  const kernelRelease = hostFacts?.kernelRelease ?? null
  const support = toMadvFreeSupport(kernel, kernelRelease)
  const params = { kernelRelease: kernelRelease ?? '?' }
  const policy = policyEvidence(context)
  if (support.hasMadvFree === false) {
    const how = fact(
      `verdict.evidence.noMadvFreeBy${support.by === 'probe' ? 'Probe' : 'Release'}`,
      'kernel',
      params,
    )
    return answer('ruled-out', 'kernelWithout', params, [how, ...policy])
  }
  if (kernel.lazyFreeReported === false && kernel.swapTotalBytes === 0) {
    const how = fact('verdict.evidence.swaplessNoLazyFree', 'kernel', params)
    return answer('ruled-out', 'swaplessFrees', params, [how, ...policy])
  }
  const isPolicySure = facts?.madvise === 'dontneed' && facts.goEnvironment !== null
  if (isGo && isPolicySure)
    return answer('ruled-out', 'goDontneed', { goVersion: facts.goVersion ?? 'Go' }, policy)
  const reason = latest.absent.smaps_rollup
  const variant =
    kernel.lazyFreeReported === false || reason === 'not-reported' || context.rollup !== null
      ? 'notReported'
      : reason === 'permission-denied'
        ? 'denied'
        : reason === 'too-expensive'
          ? 'tooExpensive'
          : reason === undefined || reason === 'not-read'
            ? 'notRead'
            : 'failed'
  return answer(
    'not-measurable',
    variant,
    params,
    [...policy, ...proofEvidence(context)],
    blindSteps[variant] ?? [],
  )
}

/** What would tell, where LazyFree can't be read. A balloon without it is a sign and no proof. */
const blindSteps: Partial<Record<string, NextStep[]>> = {
  notReported: [step('balloonByRss', 'balloon')],
  denied: [step('readAsRoot')],
  tooExpensive: [step('allowRead')],
}

function policyEvidence({ facts }: RuleContext): Evidence[] {
  const why = facts?.madviseWhy ?? null
  return why === null ? [] : [fact(why.text, 'exe', why.params)]
}

function proofEvidence(context: RuleContext): Evidence[] {
  const { proof } = context
  if (proof === null) return []
  const name = { confirmed: 'balloonTook', refuted: 'balloonRefuted', inconclusive: 'balloonUnclear' }[
    proof.verdict
  ]
  return [evidence(context, name, toTakenBytes(proof), { atMs: proof.after.atMs, source: 'balloon' })]
}

function answer(
  level: FindingLevel,
  variant: string,
  params: Finding['params'],
  proofs: Evidence[],
  next: NextStep[] = [],
): Finding {
  return toFinding('madvFree', level, variant, { params, evidence: proofs, next })
}
