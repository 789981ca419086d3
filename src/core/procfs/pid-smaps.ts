import { acceptColonLine, createFieldReader, forEachLine, kib, type Fields } from './field-lines'
import { parseFailure } from './parse-failure'
import { parseMapsLine, type MapsEntry } from './pid-maps'
import { smapsFieldTable, rollupFieldTable, toUssBytes, type SmapsTotals } from './smaps-fields'

const file = 'PID/smaps'
const maxLength = 64 * 1024 * 1024

const vmaTable = {
  ...smapsFieldTable,
  vmaSizeBytes: kib('Size'),
  /** Page size that the kernel accounts the mapping in. */
  kernelPageSizeBytes: kib('KernelPageSize'),
  mmuPageSizeBytes: kib('MMUPageSize'),
}

/** One mapping with what of it is in memory. */
export interface SmapsVma extends MapsEntry, Fields<typeof vmaTable> {
  /** Two-letter flags of the kernel, `lo` locked, `ht` hugetlb, `hg` huge pages advised …; null before 3.8. */
  vmFlags: string[] | null
}

const vmaReader = createFieldReader(vmaTable)
const totalsReader = createFieldReader(rollupFieldTable)

/**
 * /proc/PID/smaps (Documentation/filesystems/proc.rst), with CONFIG_PROC_PAGE_MONITOR; empty for kernel threads. Throws
 * AppError `parse` or `too-large` (64 Mi characters, about 90,000 mappings).
 */
export function parsePidSmaps(text: string): SmapsVma[] {
  const vmas: SmapsVma[] = []
  let vma: SmapsVma | null = null
  forEachLine(file, text, maxLength, (line, place) => {
    if (/^[0-9a-f]/.test(line)) {
      vma = { ...vmaReader.empty(), ...parseMapsLine(line, place), vmFlags: null }
      vmas.push(vma)
      return
    }
    if (vma === null) throw parseFailure(place, 'expected a mapping first')
    if (line.startsWith('VmFlags:')) {
      if (vma.vmFlags !== null) throw parseFailure(place, 'the same field twice')
      vma.vmFlags = line
        .slice(8)
        .split(' ')
        .filter((flag) => flag !== '')
      return
    }
    acceptColonLine(vmaReader, vma, line, place)
  })
  return vmas
}

/**
 * The mappings added up, for kernels without smaps_rollup: the same as the rollup but for Pss, where each mapping was
 * cut to whole kB (so it is lower by up to 1 kB a mapping), and for Pss_Anon, _File and _Shmem, which are null here.
 */
export function sumSmaps(vmas: readonly SmapsVma[]): SmapsTotals {
  const totals: SmapsTotals = { ...totalsReader.empty(), ussBytes: null }
  for (const vma of vmas) {
    for (const key of smapsKeys) {
      const value = vma[key]
      if (value !== null) totals[key] = (totals[key] ?? 0) + value
    }
  }
  totals.ussBytes = toUssBytes(totals)
  return totals
}

const smapsKeys = Object.keys(smapsFieldTable) as (keyof typeof smapsFieldTable)[]
