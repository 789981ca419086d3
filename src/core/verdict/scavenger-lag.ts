import { parseGoMinor } from '../go/build-info'
import { hasGoal, toKeptIdle, toScavengerLag } from './go-memory'
import { atMost, evidence, fromGo, levelByAge, step, toFinding, type RuleContext } from './rule-context'
import { toRecentFloor, toSeries } from './series'
import type { Finding, FindingLevel } from './verdict'

/** Between two collections idle heap comes and goes: what stays for this long does not. */
const recentMs = 60_000
const certainMs = 15_000

/** Idle heap that the Go runtime could have given back and has not. */
export function findScavengerLag(context: RuleContext): Finding | null {
  const { go, isGo, window, materialBytes, facts } = context
  if (!isGo) return null
  const kept = go === null ? null : toKeptIdle(go)
  if (go === null || kept === null)
    return toFinding('scavengerLag', 'not-measurable', 'unknown', { next: [step('endpoint')] })
  const lags = toSeries(window, 'heapIdleBytes', (row) => lagOf(context, row))
  const floor = toRecentFloor(lags, go.atMs, recentMs)
  const lagBytes = Math.min(floor?.value ?? Number.POSITIVE_INFINITY, toScavengerLag(go) ?? kept)
  const keptEvidence = evidence(context, 'keptIdle', kept, { atMs: go.atMs, source: 'endpoint' })
  const numbers = [keptEvidence, fromGo(context, 'heapIdleBytes'), fromGo(context, 'heapReleasedBytes')]
  const goal = hasGoal(go.nextGcBytes) ? [fromGo(context, 'nextGcBytes')] : []
  const params = { lagBytes, keptBytes: kept, heapInuseBytes: go.heapInuseBytes ?? 0 }
  if (lagBytes < materialBytes)
    return toFinding('scavengerLag', 'ruled-out', kept < materialBytes ? 'none' : 'onPurpose', {
      params,
      evidence: [...numbers, ...goal],
    })
  const minor = parseGoMinor(facts?.goVersion ?? null)
  return toFinding('scavengerLag', toLevel(context, lagBytes, floor?.seenMs ?? 0), 'keeps', {
    severity: 'watch',
    params,
    bytes: lagBytes,
    evidence: [...numbers, ...goal],
    next: [
      step(minor !== null && minor < 13 ? 'waitScavengerOld' : 'waitScavenger'),
      step('freeOsMemory'),
      ...(minor === null || minor >= 19 ? [step('setMemoryLimit')] : []),
    ],
  })
}

function toLevel({ rollup, go, atMs }: RuleContext, lagBytes: number, seenMs: number): FindingLevel {
  const byAge = levelByAge(atMs - (go?.atMs ?? 0))
  const bySpan: FindingLevel = seenMs >= certainMs && hasGoal(go?.nextGcBytes ?? null) ? 'certain' : 'likely'
  // Idle heap that no page stands behind was never touched, or is swapped out: RSS does not hold it.
  const held = rollup?.anonymousBytes == null ? null : rollup.anonymousBytes - (rollup.lazyFreeBytes ?? 0)
  const room = held === null ? null : held - (go?.heapInuseBytes ?? 0)
  const byRss: FindingLevel = room === null ? 'likely' : room < lagBytes / 2 ? 'possible' : 'certain'
  return atMost(atMost(byAge, bySpan), byRss)
}

function lagOf({ window }: RuleContext, row: number): number {
  const at = (column: Parameters<typeof window.at>[1]): number | null => {
    const value = window.at(row, column)
    return Number.isFinite(value) ? value : null
  }
  return (
    toScavengerLag({
      heapInuseBytes: at('heapInuseBytes'),
      heapIdleBytes: at('heapIdleBytes'),
      heapReleasedBytes: at('heapReleasedBytes'),
      nextGcBytes: at('nextGcBytes'),
    }) ?? Number.NaN
  )
}
