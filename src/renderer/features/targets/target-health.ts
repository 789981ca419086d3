import type { TargetInfo } from '#core/ipc/contract'
import type { HostSample } from '#core/metrics/samples'

/** How a target is, worst first. */
export const healths = ['failed', 'lost', 'critical', 'low', 'connecting', 'ok'] as const
export type Health = (typeof healths)[number]

/** Shares of MemTotal that are still available: under the first it is critical, under the second low. */
const criticalShare = 0.05
const lowShare = 0.1

/** A target that does not answer is worse than one that is short of memory: nothing is known of it. */
export function toHealth(info: TargetInfo, sample: HostSample | null): Health {
  if (info.state !== 'connected') return info.state
  const total = sample?.memTotalBytes ?? null
  const available = sample?.memAvailableBytes ?? sample?.memFreeBytes ?? null
  if (total === null || available === null || total <= 0) return 'ok'
  const share = available / total
  if (share < criticalShare) return 'critical'
  return share < lowShare ? 'low' : 'ok'
}

export type Trouble = Exclude<Health, 'ok' | 'connecting'>

/** How many targets are in which trouble, worst first; those that are well are not counted. */
export function countTroubles(all: Iterable<Health>): { health: Trouble; count: number }[] {
  const counts = new Map<Health, number>()
  for (const health of all) counts.set(health, (counts.get(health) ?? 0) + 1)
  return healths.flatMap((health) => {
    const count = counts.get(health) ?? 0
    return health === 'ok' || health === 'connecting' || count === 0 ? [] : [{ health, count }]
  })
}
