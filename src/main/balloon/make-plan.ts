import { createPlan, noProcess, type PlanReadings } from '#core/balloon/plan'
import type { BalloonPlan, BalloonSettings, PlanRefusal } from '#core/balloon/types'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import { parseZoneinfo } from '#core/procfs/zoneinfo'
import type { Target } from '../targets/target'
import { probeTarget, type ProbeResult } from './balloon-probe'
import { readHost, readPatient, type PatientReading, type PatientSource } from './balloon-readings'
import { readGroupPlace, type GroupPlace } from './group-reading'
import { readTexts } from './read-texts'

const MiB = 1024 * 1024
const probeBytes = 64 * MiB
/** What a probe found stays true for so long: a plan that is edited is made again at each change. */
const probeLifeMs = 30_000

/** A plan, and what a run of it has to know besides. */
export interface MadePlan {
  plan: BalloonPlan
  group: GroupPlace | null
  lowWatermarkBytes: number
}

export type PlanMaker = (key: ProcessKey, wanted?: Partial<BalloonSettings>) => Promise<MadePlan>

/** Makes plans for one target. The filling speed is measured by one dd of 64 MiB, at most each half minute. */
export function createPlanMaker(source: PatientSource): PlanMaker {
  const { target } = source
  let lastProbe: { joinFile: string | null; atMs: number; result: ProbeResult } | null = null

  async function probe(joinFile: string | null, memAvailableBytes: number): Promise<ProbeResult> {
    const now = performance.now()
    if (lastProbe !== null && lastProbe.joinFile === joinFile && now - lastProbe.atMs < probeLifeMs)
      return lastProbe.result
    const result = await probeTarget(target, memAvailableBytes > 16 * probeBytes ? probeBytes : 0, joinFile)
    lastProbe = { joinFile, atMs: now, result }
    return result
  }

  return async (key, wanted = {}) => {
    const isHostOnly = isSameProcess(key, noProcess)
    const [host, patient, group, [zoneText]] = await Promise.all([
      readHost(target),
      isHostOnly ? null : readPatient(source, key, 10_000),
      isHostOnly ? null : readGroupPlace(target, key.pid),
      readTexts(target, ['/proc/zoneinfo']),
    ])
    const memTotalBytes = host.meminfo?.memTotalBytes ?? null
    // A limit above the host's memory limits nothing.
    const place = group !== null && group.reading.limitBytes < (memTotalBytes ?? 0) ? group : null
    const refusal = findRefusal(target, isHostOnly ? 'none' : patient)
    const joinFile = place === null ? null : `${place.leafDir}/cgroup.procs`
    const probed = refusal === null ? await probe(joinFile, host.meminfo?.memAvailableBytes ?? 0) : null
    const lowWatermarkBytes =
      zoneText == null ? 0 : parseZoneinfo(zoneText).lowWatermarkPages * target.host.pageSizeBytes
    const readings: PlanReadings = {
      target: key,
      remoteHost: target.capabilities.remote ? target.label : null,
      memTotalBytes,
      memFreeBytes: host.meminfo?.memFreeBytes ?? null,
      memAvailableBytes: host.meminfo?.memAvailableBytes ?? null,
      inactiveFileBytes: host.meminfo?.inactiveFileBytes ?? null,
      swapFreeBytes: host.meminfo?.swapFreeBytes ?? null,
      lowWatermarkBytes,
      psiSomeAvg10: host.pressure?.some?.avg10 ?? null,
      rssBytes: patient?.rssBytes ?? null,
      lazyFreeBytes: patient?.lazyFreeBytes ?? null,
      group: place === null ? null : { ...place.reading, canJoin: probed?.canJoin ?? false },
      bytesPerSecond: probed?.bytesPerSecond ?? null,
      refusal: refusal ?? probed?.refusal ?? null,
    }
    return { plan: createPlan(readings, wanted), group: place, lowWatermarkBytes }
  }
}

function findRefusal(target: Target, patient: PatientReading | 'none' | null): PlanRefusal | null {
  if (target.host.os !== 'linux') return 'not-linux'
  if (!target.capabilities.balloon) return 'no-shell'
  if (patient === null) return 'target-gone'
  return patient !== 'none' && patient.virtBytes === null && patient.rssBytes === null ? 'no-memory' : null
}
