import { toMadvFreeSupport } from '../metrics/kernel-memory'
import type { GoMadvise, KernelMemory, TextLine } from '../metrics/samples'
import { parseGoMinor } from './build-info'

export interface GoMadvisePolicy {
  madvise: GoMadvise
  /** A sentence of core/text/go.ts; null where there is no Go runtime. */
  madviseWhy: TextLine | null
}

export interface MadviseInput {
  isGo: boolean | null
  /** As in the executable; null: unknown. */
  version: string | null
  /** GODEBUG as at the start of the process; null: not set, or not readable. */
  godebug: string | null
  /** false: the environment was not readable, so that GODEBUG may say otherwise. */
  isEnvironmentKnown: boolean
  /** What the executable sets before GODEBUG, comma-separated (DefaultGODEBUG of the build information). */
  builtInGodebug?: string | null
  kernel: KernelMemory
  /** `uname -r`; counts only where no probe could tell. */
  kernelRelease: string | null
}

/**
 * Which madvise a Go runtime returns memory with, and why. MADV_FREE is the default of Go 1.12 to 1.15 on Linux
 * (doc/go1.12; golang/go#42330 took it back in 1.16); `madvdontneed` in GODEBUG overrides it either way since 1.12;
 * where the kernel has no MADV_FREE the runtime falls back for good (runtime/mem_linux.go).
 */
export function goMadvisePolicy(input: MadviseInput): GoMadvisePolicy {
  if (input.isGo !== true) return { madvise: 'unknown', madviseWhy: null }
  const support = toMadvFreeSupport(input.kernel, input.kernelRelease)
  const params = { goVersion: input.version ?? '', kernelRelease: input.kernelRelease ?? '' }
  const answer = (madvise: GoMadvise, name: string): GoMadvisePolicy => ({
    madvise,
    madviseWhy: { text: `go.madvise.${name}`, params },
  })
  if (support.hasMadvFree === false)
    return answer('dontneed', support.by === 'probe' ? 'kernelWithout' : 'kernelBefore45')
  const minor = parseGoMinor(input.version)
  if (minor !== null && minor < 12) return answer('dontneed', 'before112')
  const free = (name: string): GoMadvisePolicy => answer('free', `${name}${kernelSuffixes[support.by]}`)
  const override = parseMadvdontneed(input.godebug)
  if (override !== null) return override ? answer('dontneed', 'godebugDontneed') : free('godebugFree')
  const builtIn = input.isEnvironmentKnown ? parseMadvdontneed(input.builtInGodebug ?? null) : null
  if (builtIn !== null) return builtIn ? answer('dontneed', 'builtInDontneed') : free('builtInFree')
  if (minor === null) return answer('unknown', 'versionUnknown')
  if (minor < 16) return free(input.isEnvironmentKnown ? 'free' : 'freeUnlessGodebug')
  return answer('dontneed', input.isEnvironmentKnown ? 'dontneed' : 'dontneedUnlessGodebug')
}

/** Sentences that rest on the kernel say how it is known. */
const kernelSuffixes = { probe: '', release: 'ByRelease', nothing: 'KernelUnknown' } as const

/**
 * `madvdontneed` of a GODEBUG value: true is MADV_DONTNEED; null when it is not there. As the runtime reads it
 * (parsedebugvars): the last one counts, what is no 32-bit decimal number is passed over, all but 0 means yes.
 */
export function parseMadvdontneed(godebug: string | null): boolean | null {
  let value: boolean | null = null
  for (const field of (godebug ?? '').split(',')) {
    const match = /^madvdontneed=(-?\d{1,10})$/.exec(field)
    if (match !== null && Math.abs(Number(match[1])) <= 0x7fffffff) value = Number(match[1]) !== 0
  }
  return value
}
