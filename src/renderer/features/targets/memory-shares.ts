import type { TableFrame } from '#core/metrics/process-table'
import type { HostSample } from '#core/metrics/samples'
import { formatBytes, formatPercent } from '#core/text/units'

/** How a host's memory is divided. Shares are of MemTotal. */
export interface MemoryShares {
  totalBytes: number
  availableBytes: number
  /** MemTotal - MemAvailable. LazyFree is not in it: the kernel counts those pages as available. */
  usedShare: number
  /** Of the available: LazyFree of the processes whose smaps_rollup was read; 0 when unknown. */
  lazyFreeShare: number
  /** Sum over the processes read so far; null: of none. */
  lazyFreeBytes: number | null
  /** As `free` says it, page cache left out; LazyFree is in it, which is what alerts fire on. */
  usedByFreeShare: number | null
  /** usedByFreeShare without the known LazyFree. */
  usedLessLazyFreeShare: number | null
}

/** Sum of the LazyFree that the table knows of; null when it is read of no process. */
export function sumLazyFree(frame: TableFrame | null): number | null {
  const column = frame?.columns.lazyFreeBytes
  if (column === undefined) return null
  let sum: number | null = null
  for (const bytes of column) if (!Number.isNaN(bytes)) sum = (sum ?? 0) + bytes
  return sum
}

function usedByFreeOf(host: HostSample): number | null {
  const { memTotalBytes, memFreeBytes, buffersBytes, cachedBytes } = host
  if (memTotalBytes === null || memFreeBytes === null || buffersBytes === null || cachedBytes === null)
    return null
  return Math.max(
    0,
    memTotalBytes - memFreeBytes - buffersBytes - cachedBytes - (host.sReclaimableBytes ?? 0),
  )
}

/** null when the host does not report what is needed. */
export function toMemoryShares(host: HostSample | null, lazyFreeBytes: number | null): MemoryShares | null {
  if (host === null) return null
  const totalBytes = host.memTotalBytes
  const availableBytes = host.memAvailableBytes ?? host.memFreeBytes
  if (totalBytes === null || availableBytes === null || totalBytes <= 0) return null
  const usedByFree = usedByFreeOf(host)
  return {
    totalBytes,
    availableBytes,
    usedShare: Math.max(0, totalBytes - availableBytes) / totalBytes,
    lazyFreeShare: Math.min(lazyFreeBytes ?? 0, availableBytes) / totalBytes,
    lazyFreeBytes,
    usedByFreeShare: usedByFree === null ? null : usedByFree / totalBytes,
    usedLessLazyFreeShare:
      usedByFree === null || lazyFreeBytes === null
        ? null
        : Math.max(0, usedByFree - lazyFreeBytes) / totalBytes,
  }
}

/** Shares as a person reads them; null: not known. */
export interface Figures {
  available: string
  total: string
  used: string
  usedByFree: string | null
  usedLessLazyFree: string | null
  lazyFree: string | null
  /** Where the parts of the bar end, as CSS has it: what is used, and LazyFree after that. */
  usedSize: string
  lazySize: string
}

export function toFigures(shares: MemoryShares): Figures {
  const percentOf = (share: number): string => formatPercent(share * 100)
  const percentOrNull = (share: number | null): string | null => (share === null ? null : percentOf(share))
  return {
    available: formatBytes(shares.availableBytes),
    total: formatBytes(shares.totalBytes),
    used: percentOf(shares.usedShare),
    usedByFree: percentOrNull(shares.usedByFreeShare),
    usedLessLazyFree: percentOrNull(shares.usedLessLazyFreeShare),
    lazyFree: shares.lazyFreeBytes === null ? null : formatBytes(shares.lazyFreeBytes),
    usedSize: `${(shares.usedShare * 100).toFixed(1)}%`,
    lazySize: `${((shares.usedShare + shares.lazyFreeShare) * 100).toFixed(1)}%`,
  }
}
