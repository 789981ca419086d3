import type { KernelMemory } from './samples'

/** Nothing was probed. */
export const unknownKernelMemory: KernelMemory = {
  madvFreeCounted: null,
  lazyFreeReported: null,
  smapsRollup: null,
  pressure: null,
  swapTotalBytes: null,
}

/** What a kernel's files hold; null: not readable. */
export interface KernelProbes {
  /** /proc/vmstat. */
  vmstat: string | null
  /** smaps_rollup or smaps of any process, or its first mapping. */
  smaps: string | null
  /** /proc/meminfo. */
  meminfo: string | null
  smapsRollup: boolean | null
  pressure: boolean | null
}

/** Looks for names in the kernel's own files. Never throws: what says nothing is null. */
export function toKernelMemory({ vmstat, smaps, meminfo, ...rest }: KernelProbes): KernelMemory {
  // Without CONFIG_VM_EVENT_COUNTERS no event is counted at all, which says nothing of MADV_FREE.
  const countsEvents = vmstat !== null && /^pgfault /m.test(vmstat)
  const isSmaps = smaps !== null && /^Rss:/m.test(smaps)
  const swapKiB = /^SwapTotal: *(\d{1,12}) kB$/m.exec(meminfo ?? '')?.[1]
  return {
    ...rest,
    madvFreeCounted: countsEvents ? /^pglazyfreed /m.test(vmstat) : null,
    lazyFreeReported: isSmaps ? /^LazyFree:/m.test(smaps) : null,
    swapTotalBytes: swapKiB === undefined ? null : Number(swapKiB) * 1024,
  }
}

/** Whether MADV_FREE exists, and how that is known; by the release (4.5) only where no probe could tell. */
export interface MadvFreeSupport {
  hasMadvFree: boolean | null
  by: 'probe' | 'release' | 'nothing'
}

/**
 * pglazyfreed came with MADV_FREE itself (commit 854e9ed09ded), and LazyFree can't be shown without it: either proves
 * it, whatever a vendor's release number says.
 */
export function toMadvFreeSupport(kernel: KernelMemory, kernelRelease: string | null): MadvFreeSupport {
  if (kernel.madvFreeCounted === true || kernel.lazyFreeReported === true)
    return { hasMadvFree: true, by: 'probe' }
  if (kernel.madvFreeCounted === false) return { hasMadvFree: false, by: 'probe' }
  const match = /^(\d{1,4})\.(\d{1,4})/.exec(kernelRelease ?? '')
  if (match === null) return { hasMadvFree: null, by: 'nothing' }
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return { hasMadvFree: major > 4 || (major === 4 && minor >= 5), by: 'release' }
}
