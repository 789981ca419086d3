import { goMadvisePolicy } from '#core/go/madvise-policy'
import type { KernelMemory, ProcessSample } from '#core/metrics/samples'
import { describe, expect, it } from 'vitest'
import { judge } from './judge'
import { readRecording, type ScenarioRun } from './recording'

/** What is different from the machine that the run was recorded on. */
interface Variant {
  title: string
  release: string
  kernel?: Partial<KernelMemory>
  goVersion?: string
  /** As set at the start; null: none. */
  godebug?: string | null
  change?: (sample: ProcessSample) => ProcessSample
  level: string
  /** The finding's sentence, after `verdict.finding.madvFree.`. */
  variant: string
}

const GiB = 1024 ** 3
const madvFreeRun = readRecording('madvfree')
const before45 = { madvFreeCounted: false, lazyFreeReported: false, smapsRollup: false, pressure: false }
const before412 = { ...before45, madvFreeCounted: true }

/** smaps of these kernels has no LazyFree; the rest of the walk is there (summed smaps). */
function withoutLazyFree(sample: ProcessSample): ProcessSample {
  return { ...sample, rollup: sample.rollup && { ...sample.rollup, lazyFreeBytes: null } }
}

/** status splits RSS since 4.5. */
function withoutSplit(sample: ProcessSample): ProcessSample {
  return { ...withoutLazyFree(sample), rssAnonBytes: null, rssFileBytes: null, rssShmemBytes: null }
}

/** MADV_DONTNEED gives back at once. */
function returned(sample: ProcessSample): ProcessSample {
  const { rollup } = sample
  const lazyFree = rollup?.lazyFreeBytes ?? 0
  const less = (bytes: number | null): number | null => bytes && bytes - lazyFree
  return {
    ...sample,
    rssBytes: less(sample.rssBytes),
    rssAnonBytes: less(sample.rssAnonBytes),
    rollup: rollup && {
      ...rollup,
      rssBytes: less(rollup.rssBytes),
      pssBytes: less(rollup.pssBytes),
      ussBytes: less(rollup.ussBytes),
      anonymousBytes: less(rollup.anonymousBytes),
      lazyFreeBytes: 0,
    },
  }
}

const keepAll = (sample: ProcessSample): ProcessSample => sample
const denied = (sample: ProcessSample): ProcessSample => ({
  ...sample,
  rollup: null,
  absent: { ...sample.absent, smaps_rollup: 'permission-denied' },
})

function present(run: ScenarioRun, variant: Variant): ScenarioRun {
  const { release, kernel = {}, goVersion = 'go1.19.8', change = keepAll } = variant
  const godebug = variant.godebug === undefined ? 'madvdontneed=0' : variant.godebug
  const kernelMemory = { ...run.hostFacts.kernelMemory, ...kernel }
  const policy = goMadvisePolicy({
    isGo: true,
    version: goVersion,
    godebug,
    isEnvironmentKnown: true,
    kernel: kernelMemory,
    kernelRelease: release,
  })
  return {
    facts: {
      ...run.facts,
      goVersion,
      goEnvironment: godebug === null ? {} : { GODEBUG: godebug },
      ...policy,
    },
    hostFacts: { ...run.hostFacts, kernelRelease: release, kernelMemory },
    samples: run.samples.map(change),
    hosts: run.hosts.map((host) => ({ ...host, swapTotalBytes: kernelMemory.swapTotalBytes })),
  }
}

const variants: Variant[] = [
  {
    title: 'Linux 3.16: no MADV_FREE',
    release: '3.16.0-4-amd64',
    kernel: before45,
    change: withoutSplit,
    level: 'ruled-out',
    variant: 'kernelWithout',
  },
  {
    title: 'Linux 4.4: no MADV_FREE',
    release: '4.4.0-210-generic',
    kernel: { ...before45, swapTotalBytes: 2 * GiB },
    change: withoutSplit,
    level: 'ruled-out',
    variant: 'kernelWithout',
  },
  {
    title: 'RHEL 7, a 3.10 with smaps_rollup: no MADV_FREE for all its backports',
    release: '3.10.0-1160.el7.x86_64',
    kernel: { ...before45, smapsRollup: true },
    change: withoutSplit,
    level: 'ruled-out',
    variant: 'kernelWithout',
  },
  {
    title: 'SLE 12, a 4.4 that reports LazyFree: what is read counts, not the release',
    release: '4.4.180-94.164-default',
    kernel: { madvFreeCounted: true, lazyFreeReported: true, smapsRollup: false, pressure: false },
    level: 'certain',
    variant: 'go',
  },
  {
    title: 'Linux 4.9 with swap: MADV_FREE, and nothing that shows it',
    release: '4.9.0-19-amd64',
    kernel: { ...before412, swapTotalBytes: 2 * GiB },
    change: withoutLazyFree,
    level: 'not-measurable',
    variant: 'notReported',
  },
  {
    title: 'Linux 4.9 without swap: it freed at once',
    release: '4.9.0-19-amd64',
    kernel: { ...before412, swapTotalBytes: 0 },
    change: withoutLazyFree,
    level: 'ruled-out',
    variant: 'swaplessFrees',
  },
  {
    title: 'Linux 4.9 with swap, and Go 1.16, which gives back by MADV_DONTNEED',
    release: '4.9.0-19-amd64',
    kernel: { ...before412, swapTotalBytes: 2 * GiB },
    goVersion: 'go1.16.3',
    godebug: null,
    change: withoutLazyFree,
    level: 'ruled-out',
    variant: 'goDontneed',
  },
  {
    title: 'Linux 4.9 with swap, and Go 1.10',
    release: '4.9.0-19-amd64',
    kernel: { ...before412, swapTotalBytes: 2 * GiB },
    goVersion: 'go1.10.8',
    godebug: null,
    change: withoutLazyFree,
    level: 'ruled-out',
    variant: 'goDontneed',
  },
  {
    title: 'Go 1.12 on a kernel of today',
    release: '6.18.44',
    goVersion: 'go1.12',
    godebug: null,
    level: 'certain',
    variant: 'go',
  },
  {
    title: 'Go 1.15 on a kernel of today',
    release: '5.4.0-150-generic',
    goVersion: 'go1.15.15',
    godebug: null,
    level: 'certain',
    variant: 'go',
  },
  {
    title: 'Go 1.15 with madvdontneed=1, which gave all of it back',
    release: '5.4.0-150-generic',
    goVersion: 'go1.15.15',
    godebug: 'madvdontneed=1',
    change: returned,
    level: 'ruled-out',
    variant: 'none',
  },
  {
    title: 'Go 1.16, which gave all of it back',
    release: '6.18.44',
    goVersion: 'go1.16.15',
    godebug: null,
    change: returned,
    level: 'ruled-out',
    variant: 'none',
  },
  {
    title: 'Go 1.10 in a process with LazyFree: another allocator marked it',
    release: '6.18.44',
    goVersion: 'go1.10.8',
    godebug: null,
    level: 'likely',
    variant: 'inGoProcess',
  },
  {
    title: "another user's process, of Go 1.14",
    release: '6.18.44',
    goVersion: 'go1.14.4',
    godebug: null,
    change: denied,
    level: 'not-measurable',
    variant: 'denied',
  },
]

describe('a recorded run, presented as one of another kernel or another Go', () => {
  it.each(variants)('$title', (variant) => {
    const verdict = judge(present(madvFreeRun, variant))
    const finding = verdict.findings.find(({ id }) => id === 'madvFree')
    expect({ level: finding?.level, text: finding?.text }).toEqual({
      level: variant.level,
      text: `verdict.finding.madvFree.${variant.variant}`,
    })
    const isHeld = variant.level === 'certain' || variant.level === 'likely'
    if (isHeld) expect(verdict.main).toBe('madvFree')
    else expect(verdict.main).not.toBe('madvFree')
    expect(verdict.findings.filter(({ id, level }) => id !== 'madvFree' && level === 'certain')).toEqual([])
  })
})
