import { isHolding } from '../verdict/to-verdict'
import type { FindingId, FindingLevel, Verdict } from '../verdict/verdict'

/** In what a verdict that was kept and the one computed of the same moment now are not the same. */
export interface VerdictDifference {
  atMs: number
  stored: FindingId
  computed: FindingId
  /** Findings that hold in one of them only, or not with the same certainty; null: it does not hold there. */
  findings: { id: FindingId; stored: FindingLevel | null; computed: FindingLevel | null }[]
}

/** null: they say the same. The last digits of a number are no difference. */
export function verdictDifference(stored: Verdict, computed: Verdict): VerdictDifference | null {
  const [before, now] = [toLevels(stored), toLevels(computed)]
  const findings = [...new Set([...before.keys(), ...now.keys()])]
    .map((id) => ({ id, stored: before.get(id) ?? null, computed: now.get(id) ?? null }))
    .filter((each) => each.stored !== each.computed)
  if (findings.length === 0 && stored.main === computed.main) return null
  return { atMs: stored.atMs, stored: stored.main, computed: computed.main, findings }
}

function toLevels({ findings }: Verdict): Map<FindingId, FindingLevel> {
  return new Map(findings.filter(isHolding).map(({ id, level }) => [id, level]))
}
