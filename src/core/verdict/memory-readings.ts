import type { HostSample } from '../metrics/samples'
import type { RuleContext } from './rule-context'
import type { MemoryReading, MemoryReadingId } from './verdict'

/**
 * The ways to read one alarm. Of the host: used as `free` counts it (total - free - buffers - cache), which includes LazyFree;
 * by MemAvailable, which counts LazyFree and cache as available; as `free`, less this process's LazyFree. Of the container: all
 * usage, its RSS (anonymous memory, LazyFree included), and the working set (usage - inactive_file, LazyFree excluded).
 */
export function toMemoryReadings(context: RuleContext): MemoryReading[] {
  return [...ofHost(context), ...ofContainer(context)]
}

function ofHost({ host, rollup, atMs }: RuleContext): MemoryReading[] {
  const totalBytes = host?.memTotalBytes ?? null
  if (host === null || totalBytes === null) return []
  const read = (
    id: MemoryReadingId,
    usedBytes: number | null,
    actors: MemoryReading['actors'],
  ): MemoryReading[] =>
    usedBytes === null ? [] : [toReading(id, Math.max(0, usedBytes), totalBytes, host.atMs, atMs, actors)]
  const usedBytes = toHostUsed(host)
  const lazyFree = rollup?.lazyFreeBytes ?? null
  return [
    ...read('hostUsed', usedBytes, []),
    ...read('hostLessLazyFree', usedBytes === null || lazyFree === null ? null : usedBytes - lazyFree, []),
    ...read('hostUnavailable', host.memAvailableBytes === null ? null : totalBytes - host.memAvailableBytes, [
      'kubelet',
      'oom-killer',
    ]),
  ]
}

/** `used` of free (procps before 4.0, and what most dashboards call used), bytes. */
export function toHostUsed(host: HostSample): number | null {
  const { memTotalBytes, memFreeBytes, buffersBytes, cachedBytes, sReclaimableBytes } = host
  if (memTotalBytes === null || memFreeBytes === null || buffersBytes === null || cachedBytes === null)
    return null
  return memTotalBytes - memFreeBytes - buffersBytes - cachedBytes - (sReclaimableBytes ?? 0)
}

function ofContainer({ latest, atMs }: RuleContext): MemoryReading[] {
  const { cgroup } = latest
  // Without a limit there is nothing that the numbers are held against.
  if (cgroup?.limitBytes == null || cgroup.currentBytes === null) return []
  const { currentBytes, inactiveFileBytes, anonBytes, limitBytes } = cgroup
  const read = (id: MemoryReadingId, usedBytes: number, actors: MemoryReading['actors']): MemoryReading =>
    toReading(id, Math.max(0, usedBytes), limitBytes, atMs, atMs, actors)
  return [
    read('containerUsage', currentBytes, []),
    ...(anonBytes === null ? [] : [read('containerRss', anonBytes, [])]),
    ...(inactiveFileBytes === null
      ? []
      : [read('workingSet', currentBytes - inactiveFileBytes, ['kubelet', 'oom-killer'])]),
  ]
}

function toReading(
  id: MemoryReadingId,
  usedBytes: number,
  totalBytes: number,
  readAtMs: number,
  nowMs: number,
  actors: MemoryReading['actors'],
): MemoryReading {
  const percent = totalBytes > 0 ? (usedBytes / totalBytes) * 100 : null
  return { id, usedBytes, totalBytes, percent, atMs: readAtMs, ageMs: Math.max(0, nowMs - readAtMs), actors }
}
