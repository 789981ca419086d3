import type { MadePlan } from './make-plan'

/** A balloon in a cgroup leaves this much to the host, whatever the cgroup's limit. */
const hostFloorBytes = 512 * 1024 * 1024

/** What assets/balloon.sh is called with for a run of this plan. */
export function toScriptArguments(made: MadePlan, watchdogMs: number, pageSizeBytes: number): string[] {
  const { settings, domain, limitBytes } = made.plan
  const common = [
    'guard',
    `watchdog=${watchdogMs}`,
    `page=${pageSizeBytes}`,
    `floor=${Math.ceil(settings.floorBytes)}`,
    `max=${Math.floor(limitBytes)}`,
    // The guard ends a run long before: this is for a guard that hangs with its heart beating.
    `time=${settings.timeLimitMs + settings.holdMs + 10_000}`,
  ]
  if (domain.kind === 'host' || made.group === null) return common
  return [
    ...common,
    `version=${domain.version}`,
    `limit=${domain.limitBytes}`,
    `group=${made.group.limitDir}`,
    `join=${made.group.leafDir}/cgroup.procs`,
    `hostfloor=${hostFloorBytes}`,
  ]
}
