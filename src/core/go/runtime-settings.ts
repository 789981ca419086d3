import type { ProcessFacts } from '../metrics/samples'
import { parseGoMinor } from './build-info'

/** The variables that steer Go's memory and threads, as the runtime takes them. null: not known. */
export interface GoRuntimeSettings {
  /** 100 unless set; 'off': no collection by growth. */
  gogcPercent: number | 'off' | null
  /** Soft limit of Sys - HeapReleased, bytes; 'off': none, as before Go 1.19. */
  memLimitBytes: number | 'off' | null
  /** As set; 'auto': as many as there are CPUs. */
  maxProcs: number | 'auto' | null
}

/** As at the start of the process: debug.SetGCPercent and its like may have changed them since. */
export function toGoRuntimeSettings(
  facts: Pick<ProcessFacts, 'goEnvironment' | 'goVersion'>,
): GoRuntimeSettings {
  const environment = facts.goEnvironment
  if (environment === null) return { gogcPercent: null, memLimitBytes: null, maxProcs: null }
  return {
    gogcPercent: parseGogc(environment['GOGC'] ?? ''),
    memLimitBytes: hasMemLimit(facts.goVersion) ? parseGoMemLimit(environment['GOMEMLIMIT'] ?? '') : 'off',
    maxProcs: parseGoMaxProcs(environment['GOMAXPROCS'] ?? ''),
  }
}

/** GOMEMLIMIT came with Go 1.19; an unknown version is taken as one that has it. */
export function hasMemLimit(goVersion: string | null): boolean {
  const minor = parseGoMinor(goVersion)
  return minor === null || minor >= 19
}

/** runtime/mgcpacer.go, readGOGC: `off`, a 32-bit number, and 100 for everything else. Negative means off. */
export function parseGogc(text: string): number | 'off' {
  if (text === 'off') return 'off'
  const percent = parseInt32(text)
  if (percent === null) return 100
  return percent < 0 ? 'off' : percent
}

const unitBytes: Record<string, bigint> = {
  '': 1n,
  B: 1n,
  KiB: 1n << 10n,
  MiB: 1n << 20n,
  GiB: 1n << 30n,
  TiB: 1n << 40n,
}
const maxInt64 = (1n << 63n) - 1n

/**
 * runtime/mgcpacer.go, readGOMEMLIMIT: whole bytes with B, KiB, MiB, GiB, TiB or no unit; empty and `off` are no limit.
 * null: malformed, with which a Go program does not start. Rounded above 2^53.
 */
export function parseGoMemLimit(text: string): number | 'off' | null {
  if (text === '' || text === 'off') return 'off'
  const match = /^(\d{1,20})(B|KiB|MiB|GiB|TiB)?$/.exec(text)
  if (match === null) return null
  const bytes = BigInt(match[1] ?? '') * (unitBytes[match[2] ?? ''] ?? 1n)
  if (bytes > maxInt64) return null
  // The largest of all is the runtime's own way to say that there is none.
  return bytes === maxInt64 ? 'off' : Number(bytes)
}

/** runtime/proc.go, schedinit: a positive 32-bit number, else as many as there are CPUs. */
export function parseGoMaxProcs(text: string): number | 'auto' {
  const count = parseInt32(text)
  return count !== null && count > 0 ? count : 'auto'
}

/** runtime/string.go, atoi32. */
function parseInt32(text: string): number | null {
  if (!/^-?\d{1,20}$/.test(text)) return null
  const value = Number(text)
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : null
}
