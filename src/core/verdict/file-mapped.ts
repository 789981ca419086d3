import { evidence, fromStatus, levelBySteadiness, step, toFinding, type RuleContext } from './rule-context'
import { toSeries } from './series'
import type { Finding } from './verdict'

const MiB = 1024 * 1024
/** The executable and its libraries are mapped files, too: less than this, or than a fifth of RSS, is usual. */
const leastBytes = 48 * MiB
const leastShare = 0.2

/** Pages of files in RSS: what is mapped and was read. Clean ones go first when memory is short. */
export function findFileMapped(context: RuleContext): Finding {
  const { latest, window, rollup } = context
  const { rssFileBytes, rssBytes } = latest
  if (rssFileBytes === null || rssBytes === null) return toFinding('fileMapped', 'not-measurable', 'unknown')
  const params = { rssFileBytes, rssBytes, sharePercent: rssBytes > 0 ? (rssFileBytes / rssBytes) * 100 : 0 }
  const numbers = [fromStatus(context, 'rssFileBytes'), fromStatus(context, 'rssBytes')]
  const least = Math.max(leastBytes, rssBytes * leastShare)
  if (rssFileBytes < least)
    return toFinding('fileMapped', 'ruled-out', 'little', { params, evidence: numbers })
  const walked =
    rollup?.rssBytes != null && rollup.anonymousBytes !== null
      ? [
          evidence(context, 'notAnonymous', rollup.rssBytes - rollup.anonymousBytes, {
            atMs: rollup.atMs,
            source: 'smaps_rollup',
          }),
        ]
      : []
  return toFinding('fileMapped', levelBySteadiness(toSeries(window, 'rssFileBytes'), least), 'holds', {
    params,
    bytes: rssFileBytes,
    evidence: [...numbers, ...walked],
    next: [step('memoryMap', 'memory-map'), step('alertOnAvailable')],
  })
}
