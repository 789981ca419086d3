import type { AbsenceReason, CgroupSample, ProcessSample, SourceId } from '#core/metrics/samples'
import { parseOomScore, parseOomScoreAdj } from '#core/procfs/oom-score'
import type { PidStatus } from '#core/procfs/pid-status'
import type { ReadRequest, ReadResult } from '../targets/target'
import type { CgroupPlace, CgroupReader } from './cgroup-reader'
import { parseAnswer, toAnswerAbsence, toFileRead } from './read-text'

/** What each poll reads of a watched process: stat, status, oom_score, oom_score_adj, then the files of its cgroup. */
export function toWatchReads(pid: number, place: CgroupPlace | null, cgroups: CgroupReader): ReadRequest[] {
  return [
    ...['stat', 'status', 'oom_score', 'oom_score_adj'].map((name) => toFileRead(`/proc/${pid}/${name}`)),
    ...(place === null ? [] : cgroups.toReads(place)),
  ]
}

export function toOom(
  results: readonly ReadResult[],
  absent: Partial<Record<SourceId, AbsenceReason>>,
): Pick<ProcessSample, 'oomScore' | 'oomScoreAdj'> {
  const oomScore = parseAnswer(results[2], parseOomScore)
  const absence = toAnswerAbsence(results[2], oomScore)
  if (absence !== null) absent.oom_score = absence
  return { oomScore, oomScoreAdj: parseAnswer(results[3], parseOomScoreAdj) }
}

export function toCgroup(
  place: CgroupPlace | null,
  results: readonly ReadResult[],
  cgroups: CgroupReader,
  absent: Partial<Record<SourceId, AbsenceReason>>,
): CgroupSample | null {
  if (place === null || place.folder === null) {
    absent.cgroup = 'not-reported'
    return null
  }
  const sample = cgroups.toSample(place, results)
  const absence = toAnswerAbsence(results[0], sample.currentBytes)
  if (absence !== null) absent.cgroup = absence
  return sample
}

export function toMemory(
  status: PidStatus | null,
  memTotalBytes: number | null,
): Pick<
  ProcessSample,
  | 'virtBytes'
  | 'rssBytes'
  | 'rssAnonBytes'
  | 'rssFileBytes'
  | 'rssShmemBytes'
  | 'swapBytes'
  | 'vmHwmBytes'
  | 'threads'
  | 'memPercent'
> {
  const rssBytes = status?.vmRssBytes ?? null
  return {
    virtBytes: status?.vmSizeBytes ?? null,
    rssBytes,
    rssAnonBytes: status?.rssAnonBytes ?? null,
    rssFileBytes: status?.rssFileBytes ?? null,
    rssShmemBytes: status?.rssShmemBytes ?? null,
    swapBytes: status?.vmSwapBytes ?? null,
    vmHwmBytes: status?.vmHwmBytes ?? null,
    threads: status?.threads ?? null,
    memPercent: rssBytes === null || memTotalBytes === null ? null : (rssBytes / memTotalBytes) * 100,
  }
}
