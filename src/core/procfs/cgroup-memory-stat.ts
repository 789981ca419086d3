import { toLimitBytes } from './cgroup-limit'
import { counter, createFieldReader, parseSpacedLines, type Fields } from './field-lines'

const maxLength = 1024 * 1024

const memoryStatTable = {
  /** v2: anonymous memory, LazyFree included. */
  anonBytes: counter('anon'),
  /** v2: page cache and tmpfs. */
  fileBytes: counter('file'),
  /** v2. */
  shmemBytes: counter('shmem'),
  /** v2, since 5.18: stacks, page tables, slab and the rest. */
  kernelBytes: counter('kernel'),
  /** v1 (this group alone) and v2 (with its children): holds LazyFree pages since 4.12. */
  inactiveFileBytes: counter('inactive_file'),
  activeFileBytes: counter('active_file'),
  inactiveAnonBytes: counter('inactive_anon'),
  activeAnonBytes: counter('active_anon'),
  /** v1, this group alone: anonymous memory, LazyFree included. */
  rssBytes: counter('rss'),
  cacheBytes: counter('cache'),
  /** v1, with the children; only where use_hierarchy is on. */
  totalInactiveFileBytes: counter('total_inactive_file'),
  totalActiveFileBytes: counter('total_active_file'),
  totalRssBytes: counter('total_rss'),
  totalCacheBytes: counter('total_cache'),
  /** v1, with swap accounting. */
  totalSwapBytes: counter('total_swap'),
  /** v2, in pages: marked by MADV_FREE, and taken back. v1 has neither. */
  pglazyfree: counter('pglazyfree'),
  pglazyfreed: counter('pglazyfreed'),
  /** v2, events of this group and its children. */
  workingsetRefaultFile: counter('workingset_refault_file'),
  /** v1: the lowest limit up to the root; null for none, and on v2, where the way up has to be walked. */
  hierarchicalMemoryLimitBytes: { kernelName: 'hierarchical_memory_limit', read: toLimitBytes },
}

const reader = createFieldReader(memoryStatTable)

export type CgroupMemoryStat = Fields<typeof memoryStatTable>

/**
 * memory.stat of cgroup v1 (Documentation/admin-guide/cgroup-v1/memory.rst) and v2 (cgroup-v2.rst). Bytes, and events
 * since the group was made. anon and inactive_file overlap by LazyFree: never add them. Throws AppError `parse` or
 * `too-large`.
 */
export function parseCgroupMemoryStat(text: string): CgroupMemoryStat {
  return parseSpacedLines('memory.stat', text, maxLength, reader)
}
