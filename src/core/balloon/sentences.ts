import { formatBytes, formatDuration, formatPercent } from '../text/units'
import { negligibleLazyFreeBytes } from './plan'
import type { BalloonPlan, BalloonProof, PlanRisk, PressureDomain } from './types'

/** A key of the shared catalogues and its parameters, formatted for reading. */
export interface Sentence {
  key: string
  params: Record<string, string>
}

const unknown = '—'
/** Page cache below this is not worth a sentence. */
const noticeableCacheBytes = 1024 * 1024

function sizeOrUnknown(bytes: number | null): string {
  return bytes === null ? unknown : formatBytes(bytes)
}

/** Where the pressure is put; isShort leaves of a cgroup's path what tells it from the others. */
export function toDomainSentence(domain: PressureDomain, isShort = false): Sentence {
  if (domain.kind === 'host') return { key: 'balloon.domain.host', params: {} }
  const { path } = domain
  const leaf = path.slice(path.lastIndexOf('/') + 1)
  const shown = isShort && leaf.length < path.length - 1 ? `…/${leaf}` : path
  return { key: 'balloon.domain.cgroup', params: { path: shown, limit: formatBytes(domain.limitBytes) } }
}

/** A plan in plain words, in the order in which it would happen. */
export function toPlanSentences(plan: BalloonPlan): Sentence[] {
  const { settings, lazyFreeBytes } = plan
  const sentences: Sentence[] = [
    {
      key: 'balloon.plan.takes',
      params: {
        size: formatBytes(plan.expectedBytes),
        steps: String(plan.steps),
        duration: formatDuration(plan.expectedMs),
        speed: formatBytes(plan.bytesPerSecond),
      },
    },
    { key: 'balloon.plan.freeFirst', params: { free: formatBytes(plan.freeFirstBytes) } },
  ]
  if (lazyFreeBytes !== null) {
    const isNothing = lazyFreeBytes <= negligibleLazyFreeBytes(0)
    sentences.push({
      key: isNothing ? 'balloon.plan.nothing' : 'balloon.plan.lazyFree',
      params: { lazyFree: formatBytes(lazyFreeBytes), expected: formatBytes(plan.expectedBytes) },
    })
  }
  if (plan.evictedCacheBytes !== null && plan.evictedCacheBytes >= noticeableCacheBytes) {
    sentences.push({ key: 'balloon.plan.evicts', params: { cache: formatBytes(plan.evictedCacheBytes) } })
  }
  sentences.push(
    {
      key: 'balloon.plan.stops',
      params: {
        limit: formatBytes(plan.limitBytes),
        floor: formatBytes(settings.floorBytes),
        psi: formatPercent(settings.psiLimitPercent),
        time: formatDuration(settings.timeLimitMs),
      },
    },
    { key: 'balloon.plan.after', params: { hold: formatDuration(settings.holdMs) } },
  )
  return sentences
}

/** What a person accepts by going on. */
export function toRiskSentence(risk: PlanRisk, plan: BalloonPlan): Sentence {
  return { key: `balloon.risk.${risk}`, params: { host: plan.remoteHost ?? unknown } }
}

/** Why the verdict is what it is. */
export function toProofSentence(proof: BalloonProof): Sentence {
  const { before, after } = proof
  return {
    key: `balloon.proof.reason.${proof.reason}`,
    params: {
      rssBefore: sizeOrUnknown(before.rssBytes),
      rssAfter: sizeOrUnknown(after.rssBytes),
      lazyFreeBefore: sizeOrUnknown(before.lazyFreeBytes),
      lazyFreeAfter: sizeOrUnknown(after.lazyFreeBytes),
      lazyFreed: sizeOrUnknown(takenBytes(proof)),
    },
  }
}

/** By how much the process's LazyFree fell. pglazyfreed is no such number: it counts for the whole host. */
function takenBytes({ before, after }: BalloonProof): number | null {
  if (before.lazyFreeBytes === null || after.lazyFreeBytes === null) return null
  return Math.max(0, before.lazyFreeBytes - after.lazyFreeBytes)
}
