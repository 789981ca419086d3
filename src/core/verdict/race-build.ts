import { fact, fromRollup, step, toFinding, type RuleContext } from './rule-context'
import type { Finding } from './verdict'

/** A build with the race detector: it takes five to ten times the memory, most of it outside of the Go heap. */
export function findRaceBuild(context: RuleContext): Finding | null {
  const { facts, isGo, rssBytes, rollup } = context
  if (!isGo || facts === null) return null
  if (facts.isRaceBuild === null)
    return toFinding('raceBuild', 'not-measurable', 'unknown', {
      params: { goVersion: facts.goVersion ?? '?' },
    })
  if (!facts.isRaceBuild)
    return toFinding('raceBuild', 'ruled-out', 'none', {
      evidence: [fact('verdict.evidence.notRace', 'exe')],
    })
  return toFinding('raceBuild', 'certain', 'isRace', {
    severity: 'act',
    bytes: rssBytes,
    evidence: [
      fact('verdict.evidence.race', 'exe'),
      ...(rollup === null ? [] : [fromRollup(context, 'rssBytes')]),
    ],
    next: [step('dropRace')],
  })
}
