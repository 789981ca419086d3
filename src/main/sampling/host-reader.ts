import { parseLoadavg } from '#core/procfs/loadavg'
import { parseMeminfo } from '#core/procfs/meminfo'
import { parsePressure } from '#core/procfs/pressure'
import { parseUptime } from '#core/procfs/uptime'
import { parseVmstat } from '#core/procfs/vmstat'
import type { HostSample } from '#core/metrics/samples'
import type { ReadRequest, ReadResult } from '../targets/target'
import { parseAnswer, toFileRead } from './read-text'

/** The host's own clock. */
export const uptimeRead = toFileRead('/proc/uptime')

/** What a host sample is made of: about 70 us of the kernel together, so they are read at every poll. */
export const hostReads: readonly ReadRequest[] = [
  toFileRead('/proc/meminfo'),
  toFileRead('/proc/vmstat'),
  toFileRead('/proc/pressure/memory'),
  uptimeRead,
  toFileRead('/proc/loadavg'),
]

/** The answers to `hostReads`, in their order. A file that this kernel does not have leaves its numbers null. */
export function toHostSample(results: readonly ReadResult[], atMs: number): HostSample {
  const meminfo = parseAnswer(results[0], parseMeminfo)
  const vmstat = parseAnswer(results[1], parseVmstat)
  const pressure = parseAnswer(results[2], parsePressure)
  return {
    atMs,
    uptimeSeconds: parseAnswer(results[3], parseUptime)?.uptimeSeconds ?? null,
    memTotalBytes: meminfo?.memTotalBytes ?? null,
    memFreeBytes: meminfo?.memFreeBytes ?? null,
    memAvailableBytes: meminfo?.memAvailableBytes ?? null,
    buffersBytes: meminfo?.buffersBytes ?? null,
    cachedBytes: meminfo?.cachedBytes ?? null,
    sReclaimableBytes: meminfo?.sReclaimableBytes ?? null,
    activeFileBytes: meminfo?.activeFileBytes ?? null,
    inactiveFileBytes: meminfo?.inactiveFileBytes ?? null,
    swapTotalBytes: meminfo?.swapTotalBytes ?? null,
    swapFreeBytes: meminfo?.swapFreeBytes ?? null,
    psiSomeAvg10: pressure?.some?.avg10 ?? null,
    psiFullAvg10: pressure?.full?.avg10 ?? null,
    psiSomeTotalUs: pressure?.some?.totalUs ?? null,
    psiFullTotalUs: pressure?.full?.totalUs ?? null,
    pglazyfree: vmstat?.pglazyfree ?? null,
    pglazyfreed: vmstat?.pglazyfreed ?? null,
    pgsteal: vmstat?.pgsteal ?? null,
    pswpout: vmstat?.pswpout ?? null,
    workingsetRefaultFile: vmstat?.workingsetRefaultFile ?? null,
    loadAvg1: parseAnswer(results[4], parseLoadavg)?.loadAvg1 ?? null,
  }
}
