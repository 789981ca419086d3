import { toRoundedCount } from './checked-numbers'
import { counter, createFieldReader, parseSpacedLines, type Fields } from './field-lines'

const maxLength = 1024 * 1024

const vmstatTable = {
  /** Pages marked by MADV_FREE. Since 4.12. */
  pglazyfree: counter('pglazyfree'),
  /** Marked pages that reclaim took back: the proof counter. Since 4.5; munmap and exit do not count. */
  pglazyfreed: counter('pglazyfreed'),
  pswpin: counter('pswpin'),
  pswpout: counter('pswpout'),
  pgmajfault: counter('pgmajfault'),
  /** Since 4.13. */
  oomKill: counter('oom_kill'),
}

const refaultNames = ['workingset_refault_file', 'workingset_refault']

/**
 * pgsteal_anon and pgsteal_file are another cut through the same pages and are not added. Before 4.8 the counters were
 * per zone (pgsteal_kswapd_normal), before 3.5 without kswapd and direct (pgsteal_normal).
 */
const stealName =
  /^pgsteal_(?:(?:kswapd|direct|khugepaged|proactive)(?:_(?:dma|dma32|normal|high|movable|device))?|dma|dma32|normal|high|movable)$/

/** Pages and events since boot; null where this kernel does not count them. Rounded above 2^53. */
export interface Vmstat extends Fields<typeof vmstatTable> {
  /** All pages that reclaim took: kswapd, direct, khugepaged and proactive (both 6.x), of every zone. */
  pgsteal: number | null
  /** File pages read again soon after reclaim took them: workingset_refault_file (5.9), workingset_refault (3.15-5.8). */
  workingsetRefaultFile: number | null
}

const reader = createFieldReader(vmstatTable)

/**
 * /proc/vmstat (mm/vmstat.c). Throws AppError `parse` (a known counter that is no number, a cut last line) or
 * `too-large`.
 */
export function parseVmstat(text: string): Vmstat {
  let pgsteal: number | null = null
  const refaults: Record<string, number> = {}
  const fields = parseSpacedLines('vmstat', text, maxLength, reader, (name, value, place) => {
    if (name.startsWith('pgsteal_') && stealName.test(name))
      pgsteal = (pgsteal ?? 0) + toRoundedCount(value, place)
    else if (refaultNames.includes(name)) refaults[name] = toRoundedCount(value, place)
    else return false
    return true
  })
  const workingsetRefaultFile = refaults['workingset_refault_file'] ?? refaults['workingset_refault'] ?? null
  return { ...fields, pgsteal, workingsetRefaultFile }
}
