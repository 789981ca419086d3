import { toGoRuntimeSettings } from '../go/runtime-settings'
import { atMost, evidence, levelByAge, step, toFinding, type RuleContext } from './rule-context'
import type { Evidence, Finding, FindingLevel } from './verdict'

const nearShare = 0.9
const hostNearShare = 0.05

/** One end that memory may come to. */
interface Limit {
  variant: 'cgroup' | 'goMemLimit' | 'host'
  /** What counts against it. */
  usedBytes: number
  limitBytes: number
  level: FindingLevel
  evidence: Evidence[]
}

/**
 * Near an end: the cgroup's limit (by the working set, for what else is in it the kernel takes back first), GOMEMLIMIT (by Sys -
 * HeapReleased, which is what the runtime counts), or the host's own memory (by MemAvailable).
 */
export function findNearLimit(context: RuleContext): Finding | null {
  const limits = [toCgroupLimit(context), toGoLimit(context), toHostLimit(context)].filter(
    (one) => one !== null,
  )
  const numbers = limits.flatMap((limit) => limit.evidence)
  const nearest = limits.sort((a, b) => b.usedBytes / b.limitBytes - a.usedBytes / a.limitBytes)[0]
  if (nearest === undefined)
    return hasUnreadLimit(context) ? toFinding('nearLimit', 'not-measurable', 'unknown') : null
  const params = {
    usedBytes: nearest.usedBytes,
    limitBytes: nearest.limitBytes,
    sharePercent: (nearest.usedBytes / nearest.limitBytes) * 100,
  }
  if (nearest.usedBytes < nearest.limitBytes * (nearest.variant === 'host' ? 1 - hostNearShare : nearShare)) {
    const isOnlyCache = isNearByUsage(context)
    return toFinding('nearLimit', 'ruled-out', isOnlyCache ? 'onlyReclaimable' : `far.${nearest.variant}`, {
      params: isOnlyCache ? { ...params, currentBytes: context.latest.cgroup?.currentBytes ?? 0 } : params,
      evidence: numbers,
    })
  }
  return toFinding('nearLimit', nearest.level, nearest.variant, {
    severity: 'act',
    params,
    evidence: numbers,
    next: [step(nearest.variant === 'goMemLimit' ? 'raiseGoLimit' : 'raiseLimit')],
  })
}

function toCgroupLimit(context: RuleContext): Limit | null {
  const { cgroup } = context.latest
  if (cgroup?.limitBytes == null || cgroup.limitBytes <= 0 || cgroup.currentBytes === null) return null
  const from = { atMs: context.atMs, source: 'cgroup' } as const
  const usedBytes = Math.max(0, cgroup.currentBytes - (cgroup.inactiveFileBytes ?? 0))
  return {
    variant: 'cgroup',
    usedBytes,
    limitBytes: cgroup.limitBytes,
    // Without inactive_file all of the usage counts, of which some may be taken back.
    level: cgroup.inactiveFileBytes === null ? 'possible' : 'certain',
    evidence: [
      evidence(context, 'workingSet', cgroup.inactiveFileBytes === null ? null : usedBytes, from),
      evidence(context, 'cgroupCurrent', cgroup.currentBytes, from),
      evidence(context, 'cgroupLimit', cgroup.limitBytes, from),
    ],
  }
}

function isNearByUsage({ latest }: RuleContext): boolean {
  const { cgroup } = latest
  return (
    cgroup?.limitBytes != null &&
    cgroup.currentBytes !== null &&
    cgroup.currentBytes >= cgroup.limitBytes * nearShare
  )
}

/** What was set at the start; a program may set another one later, so that it is no more than likely. */
function toGoLimit(context: RuleContext): Limit | null {
  const { facts, go } = context
  const limitBytes = facts === null ? null : toGoRuntimeSettings(facts).memLimitBytes
  if (limitBytes === null || limitBytes === 'off' || limitBytes <= 0) return null
  if (go?.sysBytes == null || go.heapReleasedBytes === null) return null
  const usedBytes = go.sysBytes - go.heapReleasedBytes
  return {
    variant: 'goMemLimit',
    usedBytes,
    limitBytes,
    level: atMost('likely', levelByAge(context.atMs - go.atMs)),
    evidence: [
      evidence(context, 'goHeld', usedBytes, { atMs: go.atMs, source: 'endpoint' }),
      evidence(context, 'goMemLimit', limitBytes, { atMs: context.atMs, source: 'environ' }),
    ],
  }
}

function toHostLimit(context: RuleContext): Limit | null {
  const { host } = context
  if (host?.memTotalBytes == null || host.memAvailableBytes === null || host.memTotalBytes <= 0) return null
  return {
    variant: 'host',
    usedBytes: host.memTotalBytes - host.memAvailableBytes,
    limitBytes: host.memTotalBytes,
    level: levelByAge(context.atMs - host.atMs),
    evidence: [
      evidence(context, 'memAvailable', host.memAvailableBytes, { atMs: host.atMs, source: 'meminfo' }),
    ],
  }
}

function hasUnreadLimit({ latest, host }: RuleContext): boolean {
  return host === null || latest.absent.cgroup !== undefined
}
