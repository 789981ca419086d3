import { count, createFieldReader, kib, parseColonLines, type Fields } from './field-lines'

const maxLength = 1024 * 1024

const meminfoTable = {
  memTotalBytes: kib('MemTotal'),
  memFreeBytes: kib('MemFree'),
  /** Since 3.14. */
  memAvailableBytes: kib('MemAvailable'),
  buffersBytes: kib('Buffers'),
  cachedBytes: kib('Cached'),
  swapCachedBytes: kib('SwapCached'),
  activeBytes: kib('Active'),
  inactiveBytes: kib('Inactive'),
  activeAnonBytes: kib('Active(anon)'),
  inactiveAnonBytes: kib('Inactive(anon)'),
  activeFileBytes: kib('Active(file)'),
  /** Since 4.12 LazyFree pages are on this list. */
  inactiveFileBytes: kib('Inactive(file)'),
  unevictableBytes: kib('Unevictable'),
  mlockedBytes: kib('Mlocked'),
  swapTotalBytes: kib('SwapTotal'),
  swapFreeBytes: kib('SwapFree'),
  /** Since 5.19, with CONFIG_ZSWAP. */
  zswapBytes: kib('Zswap'),
  dirtyBytes: kib('Dirty'),
  writebackBytes: kib('Writeback'),
  /** Holds LazyFree too, until it is taken back. */
  anonPagesBytes: kib('AnonPages'),
  mappedBytes: kib('Mapped'),
  shmemBytes: kib('Shmem'),
  /** Since 4.20. */
  kReclaimableBytes: kib('KReclaimable'),
  slabBytes: kib('Slab'),
  sReclaimableBytes: kib('SReclaimable'),
  sUnreclaimBytes: kib('SUnreclaim'),
  kernelStackBytes: kib('KernelStack'),
  pageTablesBytes: kib('PageTables'),
  commitLimitBytes: kib('CommitLimit'),
  committedBytes: kib('Committed_AS'),
  /** With CONFIG_TRANSPARENT_HUGEPAGE. */
  anonHugePagesBytes: kib('AnonHugePages'),
  /** Pages of hugePageSizeBytes, not kB. */
  hugePagesTotal: count('HugePages_Total'),
  hugePagesFree: count('HugePages_Free'),
  hugePageSizeBytes: kib('Hugepagesize'),
}

export type Meminfo = Fields<typeof meminfoTable>

const reader = createFieldReader(meminfoTable)

/**
 * /proc/meminfo (Documentation/filesystems/proc.rst). Bytes; null where this kernel has no such line. Throws AppError
 * `parse` (a known line without its number and kB) or `too-large`.
 */
export function parseMeminfo(text: string): Meminfo {
  return parseColonLines('meminfo', text, maxLength, reader)
}
