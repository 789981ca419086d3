import type { GoMadvise } from '../metrics/samples'
import { parseGoMinor } from './build-info'

export interface GoMadvisePolicy {
  madvise: GoMadvise
  /** A key of core/text/go.ts that says why, with `params`. */
  why: string
  params: Record<string, string | number>
}

/**
 * Which madvise a Go runtime returns memory with. MADV_FREE is the default of Go 1.12 to 1.15 on Linux
 * (doc/go1.12, golang/go#42330 took it back in 1.16); `madvdontneed` in GODEBUG overrides it either way since 1.12;
 * kernels before 4.5 have no MADV_FREE, and the runtime falls back for good (runtime/mem_linux.go).
 */
export function goMadvisePolicy(facts: {
  /** As in the executable; null: unknown. */
  version: string | null
  /** GODEBUG as at the start of the process; null: not set. */
  godebug: string | null
  /** false: the environment was not readable, so that GODEBUG may say otherwise. */
  isEnvironmentKnown?: boolean
  /** `uname -r`; null: unknown, taken as 4.5 or later. */
  kernelRelease: string | null
}): GoMadvisePolicy {
  const minor = parseGoMinor(facts.version)
  const params = { goVersion: facts.version ?? '', kernelRelease: facts.kernelRelease ?? '' }
  if (isBeforeMadvFree(facts.kernelRelease))
    return { madvise: 'dontneed', why: 'go.madvise.kernelBefore45', params }
  if (minor !== null && minor < 12) return { madvise: 'dontneed', why: 'go.madvise.before112', params }
  const override = parseMadvdontneed(facts.godebug)
  if (override !== null) {
    return override
      ? { madvise: 'dontneed', why: 'go.madvise.godebugDontneed', params }
      : { madvise: 'free', why: 'go.madvise.godebugFree', params }
  }
  if (minor === null) return { madvise: 'unknown', why: 'go.madvise.versionUnknown', params }
  const isKnown = facts.isEnvironmentKnown ?? true
  if (minor < 16)
    return { madvise: 'free', why: isKnown ? 'go.madvise.free' : 'go.madvise.freeUnlessGodebug', params }
  return {
    madvise: 'dontneed',
    why: isKnown ? 'go.madvise.dontneed' : 'go.madvise.dontneedUnlessGodebug',
    params,
  }
}

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

function isBeforeMadvFree(kernelRelease: string | null): boolean {
  const match = /^(\d+)\.(\d+)/.exec(kernelRelease ?? '')
  if (match === null) return false
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return major < 4 || (major === 4 && minor < 5)
}
