import { evidence, fromStatus, levelBySteadiness, step, toFinding, type RuleContext } from './rule-context'
import { toSeries } from './series'
import type { Finding } from './verdict'

/** Pages are read back from swap at this pace: the process waits for them. */
const busyFaultsPerSecond = 10

/** Memory of the process is in swap: RSS is less than what it uses. */
export function findSwapped(context: RuleContext): Finding | null {
  const { latest, window, host, hostFacts, materialBytes } = context
  const { swapBytes, rssBytes, majorFaultsPerSecond } = latest
  if (swapBytes === null) return toFinding('swapped', 'not-measurable', 'unknown')
  const numbers = [fromStatus(context, 'swapBytes'), fromStatus(context, 'rssBytes')]
  const params = { swapBytes, rssBytes: rssBytes ?? 0 }
  if (swapBytes < materialBytes) {
    const hasSwap = (host?.swapTotalBytes ?? hostFacts?.kernelMemory.swapTotalBytes ?? null) !== 0
    return toFinding('swapped', 'ruled-out', hasSwap ? (swapBytes === 0 ? 'none' : 'little') : 'noSwap', {
      params,
      evidence: numbers,
    })
  }
  const isBusy = (majorFaultsPerSecond ?? 0) >= busyFaultsPerSecond
  return toFinding(
    'swapped',
    levelBySteadiness(toSeries(window, 'swapBytes'), materialBytes),
    isBusy ? 'busy' : 'idle',
    {
      severity: isBusy ? 'act' : 'watch',
      params,
      bytes: swapBytes,
      evidence: [
        ...numbers,
        evidence(context, 'majorFaults', majorFaultsPerSecond, {
          unit: 'per-second',
          atMs: context.atMs,
          source: 'stat',
        }),
      ],
      next: [step('findSwapCause')],
    },
  )
}
