import { fromStatus, levelBySteadiness, step, toFinding, type RuleContext } from './rule-context'
import { toSeries } from './series'
import type { Finding } from './verdict'

/** Shared memory in RSS: memfd, /dev/shm, tmpfs, System V. It is counted in every process that maps it. */
export function findShmem(context: RuleContext): Finding {
  const { latest, window, materialBytes } = context
  const { rssShmemBytes, rssBytes } = latest
  if (rssShmemBytes === null || rssBytes === null) return toFinding('shmem', 'not-measurable', 'unknown')
  const params = { rssShmemBytes, rssBytes }
  const numbers = [fromStatus(context, 'rssShmemBytes'), fromStatus(context, 'rssBytes')]
  if (rssShmemBytes < materialBytes)
    return toFinding('shmem', 'ruled-out', rssShmemBytes === 0 ? 'none' : 'little', {
      params,
      evidence: numbers,
    })
  return toFinding('shmem', levelBySteadiness(toSeries(window, 'rssShmemBytes'), materialBytes), 'holds', {
    severity: 'watch',
    params,
    bytes: rssShmemBytes,
    evidence: numbers,
    next: [step('memoryMap', 'memory-map'), step('comparePss')],
  })
}
