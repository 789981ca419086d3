import { toRest } from './go-memory'
import { evidence, fact, fromGo, fromRollup, step, toFinding, type RuleContext } from './rule-context'
import type { Evidence, Finding } from './verdict'

/**
 * Huge pages that hold what was given back: khugepaged, or a fault, puts a whole huge page where a little is in use
 * (golang/go#64332). Its marks are LazyFree near 0, many huge pages, and a rest that HeapReleased explains: the runtime
 * returned that memory with MADV_DONTNEED, and it is in RSS all the same.
 */
export function findThp(context: RuleContext): Finding | null {
  const { rollup, go, isGo, hostFacts, materialBytes } = context
  const mode = hostFacts?.thpEnabled ?? null
  if (hostFacts !== null && mode === null && rollup?.anonHugePagesBytes == null) return null
  if (rollup?.anonHugePagesBytes == null)
    return toFinding('thp', 'not-measurable', 'unknown', { evidence: modeEvidence(mode) })
  const huge = rollup.anonHugePagesBytes
  const numbers = [
    fromRollup(context, 'anonHugePagesBytes'),
    fromRollup(context, 'lazyFreeBytes'),
    ...modeEvidence(mode),
  ]
  const params = { anonHugePagesBytes: huge, rssBytes: rollup.rssBytes ?? 0 }
  if (huge < materialBytes)
    return toFinding('thp', 'ruled-out', huge === 0 ? 'none' : 'little', { params, evidence: numbers })
  const rest = toRest(context)
  if (!isGo || rest === null || go?.heapReleasedBytes == null)
    return toFinding('thp', 'not-measurable', 'noAllocator', {
      params,
      evidence: numbers,
      next: isGo ? [step('endpoint')] : [],
    })
  const inflated = Math.min(rest.restBytes, huge, go.heapReleasedBytes)
  const all = [
    ...numbers,
    evidence(context, 'notGoRest', rest.restBytes, { atMs: rollup.atMs, source: 'smaps_rollup' }),
    fromGo(context, 'heapReleasedBytes'),
  ]
  if (inflated < materialBytes) return toFinding('thp', 'ruled-out', 'inUse', { params, evidence: all })
  // The rest may also be another allocator's in huge pages: released memory explains all of it, or the sign is weak.
  const explains = rest.restBytes <= go.heapReleasedBytes * 1.1 && huge >= rest.restBytes * 0.8
  const isFree = (rollup.lazyFreeBytes ?? 0) < materialBytes
  return toFinding('thp', explains && isFree ? 'likely' : 'possible', 'inflates', {
    severity: 'watch',
    params: { ...params, inflatedBytes: inflated, heapReleasedBytes: go.heapReleasedBytes },
    bytes: inflated,
    evidence: all,
    next: [step('thpNone'), step('thpHost'), step('memoryMap', 'memory-map')],
  })
}

function modeEvidence(mode: string | null): Evidence[] {
  return mode === null ? [] : [fact('verdict.evidence.thpMode', 'kernel', { mode })]
}
