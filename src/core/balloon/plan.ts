import type { ProcessKey } from '../process-key'
import type { BalloonPlan, BalloonSettings, PlanRefusal, PlanRisk, PressureDomain } from './types'

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** No dd is started for less: its own needs would be as large. */
export const minStepBytes = 4 * MiB
const maxStepBytes = GiB
/** A dd reads at most 2 GiB in one read. */
const hardStepBytes = 1536 * MiB
const maxCarefulStepBytes = 256 * MiB
/** First-touch speed of a slow virtual machine: used where nothing was measured. */
const cautiousBytesPerSecond = 400 * MiB
const deflateBytesPerSecond = 8 * GiB
const fastStepMs = 150
const carefulStepMs = 400
/** Each step is asked for and looked at over the link. */
const remoteStepMs = 600

/** The cgroup level that has the least room on the way from the process to the root. Sizes in bytes. */
export interface GroupReading {
  version: 1 | 2
  /** Path inside the memory hierarchy of the level whose limit binds. */
  path: string
  limitBytes: number
  currentBytes: number
  inactiveFileBytes: number | null
  activeFileBytes: number | null
  /** A process of ours could be put into the target's own cgroup. */
  canJoin: boolean
  /** memory.oom.group of v2. */
  killsAsOne: boolean
}

/** Stands for *no process*: pressure on the host for its own sake. No process has pid 0. */
export const noProcess: ProcessKey = { pid: 0, startTimeTicks: 0 }

/** What a plan is made from, all of one moment; null: not reported. */
export interface PlanReadings {
  target: ProcessKey
  /** null: the machine of the person who looks. */
  remoteHost: string | null
  memTotalBytes: number | null
  memFreeBytes: number | null
  memAvailableBytes: number | null
  inactiveFileBytes: number | null
  swapFreeBytes: number | null
  /** Sum of the zones' low watermarks: below it the kernel's reclaim wakes up. */
  lowWatermarkBytes: number | null
  /** % of the last 10 s. */
  psiSomeAvg10: number | null
  rssBytes: number | null
  lazyFreeBytes: number | null
  group: GroupReading | null
  /** How fast one dd filled memory just now. */
  bytesPerSecond: number | null
  /** What was found while reading: no shell, no dd, the process has ended… */
  refusal: PlanRefusal | null
}

/** LazyFree at or below this is as good as none: the runtime marks a few pages all the time. */
export function negligibleLazyFreeBytes(startBytes: number): number {
  return Math.max(4 * MiB, startBytes / 100)
}

/** Step once the kernel has to reclaim: small against what is to be taken, so that each is looked at before the next. */
export function carefulStepBytes(stepBytes: number, lazyFreeBytes: number | null): number {
  const part = Math.floor((lazyFreeBytes ?? 256 * MiB) / 16 / MiB) * MiB
  return Math.min(stepBytes, maxCarefulStepBytes, Math.max(minStepBytes, part))
}

/** A balloon as it would run, in numbers. Settings that were not given are chosen for this host and this process. */
export function createPlan(readings: PlanReadings, wanted: Partial<BalloonSettings> = {}): BalloonPlan {
  const domainChoices = listDomains(readings.group)
  const domain = domainChoices.find(({ kind }) => kind === (wanted.domain ?? domainChoices[0]?.kind)) ?? {
    kind: 'host',
  }
  const pool = readPool(readings, domain)
  const lazyFreeBytes = readings.lazyFreeBytes
  const cacheBytes =
    pool.inactiveFileBytes === null ? null : Math.max(0, pool.inactiveFileBytes - (lazyFreeBytes ?? 0))
  const settings = chooseSettings(readings, wanted, domain, pool, cacheBytes)
  const limitBytes = Math.max(0, Math.min(settings.maxBytes, pool.availableBytes - settings.floorBytes))
  const reachBytes = pool.freeBytes + (cacheBytes ?? 0) + (lazyFreeBytes ?? 0)
  // What is free goes first: a balloon that fits into it evicts nothing.
  const evictedCacheBytes =
    cacheBytes === null ? null : Math.min(cacheBytes, Math.max(0, limitBytes - pool.freeBytes))
  const expectedBytes = Math.min(limitBytes, hasNothingToTake(lazyFreeBytes) ? settings.maxBytes : reachBytes)
  const bytesPerSecond = readings.bytesPerSecond ?? cautiousBytesPerSecond
  const fastSteps = Math.ceil(Math.min(expectedBytes, pool.freeBytes) / settings.stepBytes)
  const careful = carefulStepBytes(settings.stepBytes, lazyFreeBytes)
  const carefulSteps = Math.ceil(Math.max(0, expectedBytes - pool.freeBytes) / careful)
  const expectedMs = Math.round(
    (expectedBytes / bytesPerSecond + expectedBytes / deflateBytesPerSecond) * 1000 +
      fastSteps * fastStepMs +
      carefulSteps * carefulStepMs +
      (readings.remoteHost === null ? 0 : (fastSteps + carefulSteps) * remoteStepMs) +
      settings.holdMs,
  )
  const plan: BalloonPlan = {
    target: readings.target,
    remoteHost: readings.remoteHost,
    settings: {
      ...settings,
      timeLimitMs: wanted.timeLimitMs ?? Math.min(3_600_000, Math.max(60_000, expectedMs * 2)),
    },
    domain,
    domainChoices,
    availableBytes: pool.availableBytes,
    freeFirstBytes: pool.freeBytes,
    lazyFreeBytes,
    expectedBytes,
    limitBytes,
    evictedCacheBytes,
    steps: fastSteps + carefulSteps,
    bytesPerSecond,
    expectedMs,
    risks: [],
    refusal: readings.refusal,
  }
  if (plan.refusal === null && readings.memAvailableBytes === null) plan.refusal = 'no-memavailable'
  if (plan.refusal === null && limitBytes < minStepBytes) plan.refusal = 'no-room'
  plan.risks = findRisks(plan, readings, wanted, cacheBytes)
  return plan
}

/** The memory that one domain has: what is free before reclaim starts, what is available, what lies on its inactive list. */
interface Pool {
  totalBytes: number
  freeBytes: number
  availableBytes: number
  inactiveFileBytes: number | null
}

function readPool(readings: PlanReadings, domain: PressureDomain): Pool {
  const hostAvailable = readings.memAvailableBytes ?? 0
  const { group } = readings
  if (domain.kind === 'cgroup' && group !== null) {
    const freeBytes = Math.max(0, group.limitBytes - group.currentBytes)
    const file = (group.inactiveFileBytes ?? 0) + (group.activeFileBytes ?? 0)
    return {
      totalBytes: group.limitBytes,
      freeBytes,
      availableBytes: Math.min(freeBytes + file, hostAvailable),
      inactiveFileBytes: group.inactiveFileBytes,
    }
  }
  return {
    totalBytes: readings.memTotalBytes ?? 0,
    freeBytes: Math.max(0, (readings.memFreeBytes ?? 0) - (readings.lowWatermarkBytes ?? 0)),
    availableBytes: hostAvailable,
    inactiveFileBytes: readings.inactiveFileBytes,
  }
}

function listDomains(group: GroupReading | null): PressureDomain[] {
  const host: PressureDomain = { kind: 'host' }
  if (group === null || !group.canJoin) return [host]
  return [{ kind: 'cgroup', version: group.version, path: group.path, limitBytes: group.limitBytes }, host]
}

function hasNothingToTake(lazyFreeBytes: number | null): boolean {
  return lazyFreeBytes !== null && lazyFreeBytes <= negligibleLazyFreeBytes(0)
}

function chooseSettings(
  readings: PlanReadings,
  wanted: Partial<BalloonSettings>,
  domain: PressureDomain,
  pool: Pool,
  evictedCacheBytes: number | null,
): BalloonSettings {
  const isEmpty = hasNothingToTake(readings.lazyFreeBytes)
  // With nothing to take, pressure that reaches what has the age of LazyFree is enough to say so.
  const enoughBytes = Math.max(32 * MiB, Math.min(512 * MiB, (readings.rssBytes ?? 0) / 4))
  const reachBytes =
    pool.freeBytes + (evictedCacheBytes ?? 0) + (isEmpty ? enoughBytes : (readings.lazyFreeBytes ?? 0))
  const floorBytes =
    wanted.floorBytes ?? Math.ceil(domain.kind === 'host' ? hostFloor(pool, reachBytes) : groupFloor(pool))
  const partBytes = Math.floor(pool.availableBytes / 8 / MiB) * MiB
  const stepBytes = Math.max(minStepBytes, wanted.stepBytes ?? Math.min(maxStepBytes, partBytes))
  return {
    domain: domain.kind,
    maxBytes:
      wanted.maxBytes ?? Math.floor(isEmpty ? Math.min(reachBytes, pool.totalBytes) : pool.totalBytes),
    floorBytes,
    stepBytes: Math.min(hardStepBytes, stepBytes),
    holdMs: wanted.holdMs ?? 3000,
    timeLimitMs: wanted.timeLimitMs ?? 0,
    psiLimitPercent: wanted.psiLimitPercent ?? 25,
  }
}

/**
 * A tenth of the memory; down to a twentieth where LazyFree is out of reach else, since LazyFree counts as available and
 * what is left of it, with the page cache, is all that a floor can be made of. Never less than 512 MiB.
 */
function hostFloor(pool: Pool, reachBytes: number): number {
  const least = Math.max(pool.totalBytes / 20, 512 * MiB)
  return Math.max(least, Math.min(pool.totalBytes / 10, pool.availableBytes - reachBytes))
}

/** A cgroup holds little that is not the process's own: most of its LazyFree must be within reach. */
function groupFloor(pool: Pool): number {
  return Math.max(pool.totalBytes / 50, 16 * MiB)
}

function findRisks(
  plan: BalloonPlan,
  readings: PlanReadings,
  wanted: Partial<BalloonSettings>,
  cacheBytes: number | null,
): PlanRisk[] {
  const risks: PlanRisk[] = []
  const { domain, lazyFreeBytes, evictedCacheBytes, settings } = plan
  const isForItsOwnSake = plan.target.pid === noProcess.pid
  const isReclaiming = plan.limitBytes > plan.freeFirstBytes
  const roomBytes = plan.availableBytes - settings.floorBytes
  const neededBytes = isForItsOwnSake
    ? settings.maxBytes
    : plan.freeFirstBytes + (cacheBytes ?? 0) + (lazyFreeBytes ?? 0) / 2
  if (plan.remoteHost !== null) risks.push('remote-host')
  if (!hasNothingToTake(lazyFreeBytes) && roomBytes < neededBytes) risks.push('floor-near')
  if (readings.psiSomeAvg10 !== null && readings.psiSomeAvg10 >= settings.psiLimitPercent / 4)
    risks.push('psi-already-up')
  if (isReclaiming && readings.swapFreeBytes !== null && readings.swapFreeBytes > 0) risks.push('swap-in-use')
  if (wanted.domain === 'cgroup' && domain.kind !== 'cgroup') risks.push('no-limit-in-cgroup')
  if (lazyFreeBytes === null && !isForItsOwnSake) risks.push('lazyfree-unknown')
  const poolBytes = domain.kind === 'cgroup' ? domain.limitBytes : (readings.memTotalBytes ?? 0)
  if (evictedCacheBytes !== null && evictedCacheBytes >= Math.max(GiB, poolBytes / 10))
    risks.push('dirty-cache-eviction')
  if (domain.kind === 'cgroup' && readings.group?.killsAsOne === true) risks.push('group-oom')
  return risks
}
