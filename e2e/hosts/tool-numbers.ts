import { readStatusBytes } from './processes'
import { awkRollupBytes } from './rollup'

/** What /proc and awk say of a stopped process, by the names of the command line's fields. Bytes. */
export function readToolNumbers(pid: number): Record<string, number | null> {
  return {
    virtBytes: readStatusBytes(pid, 'VmSize'),
    rssBytes: readStatusBytes(pid, 'VmRSS'),
    rssAnonBytes: readStatusBytes(pid, 'RssAnon'),
    swapBytes: readStatusBytes(pid, 'VmSwap'),
    lazyFreeBytes: awkRollupBytes(pid, 'LazyFree'),
  }
}
