import { kib, type Fields } from './field-lines'

/** Lines that smaps and smaps_rollup share (Documentation/filesystems/proc.rst), all in kB of 1,024 bytes. */
export const smapsFieldTable = {
  rssBytes: kib('Rss'),
  pssBytes: kib('Pss'),
  /** Since 6.0. */
  pssDirtyBytes: kib('Pss_Dirty'),
  sharedCleanBytes: kib('Shared_Clean'),
  sharedDirtyBytes: kib('Shared_Dirty'),
  /** LazyFree pages are counted in here: they are clean. */
  privateCleanBytes: kib('Private_Clean'),
  privateDirtyBytes: kib('Private_Dirty'),
  referencedBytes: kib('Referenced'),
  anonymousBytes: kib('Anonymous'),
  /** Since 6.x, with CONFIG_KSM. */
  ksmBytes: kib('KSM'),
  /** Since 4.12. A subset of Anonymous; may lag by a per-CPU batch of pages. */
  lazyFreeBytes: kib('LazyFree'),
  /** Since 2.6.38. */
  anonHugePagesBytes: kib('AnonHugePages'),
  /** Since 4.8. */
  shmemPmdMappedBytes: kib('ShmemPmdMapped'),
  /** Since 5.4. */
  filePmdMappedBytes: kib('FilePmdMapped'),
  /** Since 4.4; hugetlb pages are not in Rss. */
  sharedHugetlbBytes: kib('Shared_Hugetlb'),
  /** Since 4.4. */
  privateHugetlbBytes: kib('Private_Hugetlb'),
  swapBytes: kib('Swap'),
  /** Since 4.3. */
  swapPssBytes: kib('SwapPss'),
  lockedBytes: kib('Locked'),
}

/** Lines that only the rollup has, since 5.3. */
export const rollupFieldTable = {
  ...smapsFieldTable,
  pssAnonBytes: kib('Pss_Anon'),
  pssFileBytes: kib('Pss_File'),
  pssShmemBytes: kib('Pss_Shmem'),
}

/** What one walk over a process's mappings adds up to. */
export interface SmapsTotals extends Fields<typeof rollupFieldTable> {
  /** Private_Clean + Private_Dirty + Private_Hugetlb: what only this process holds. */
  ussBytes: number | null
}

/** The unique set size of one walk; null when the walk did not report it. */
export function toUssBytes(
  fields: Pick<SmapsTotals, 'privateCleanBytes' | 'privateDirtyBytes' | 'privateHugetlbBytes'>,
): number | null {
  if (fields.privateCleanBytes === null || fields.privateDirtyBytes === null) return null
  return fields.privateCleanBytes + fields.privateDirtyBytes + (fields.privateHugetlbBytes ?? 0)
}
