import type { BalloonProof } from '../balloon/types'
import { unknownKernelMemory } from '../metrics/kernel-memory'
import type { KernelMemory } from '../metrics/samples'
import { toVerdict } from './to-verdict'
import { GiB, MiB, key, startMs, toInput, type Scene, type Story } from './verdict.fixture'
import type { Finding, FindingId, Verdict } from './verdict'

export const madvFree = { madvise: 'free', goVersion: 'go1.12.17' } as const
export const noGo = {
  isGo: false,
  goVersion: null,
  madvise: 'unknown',
  madviseWhy: null,
  isRaceBuild: null,
} as const

/** The incident: 2 GiB of RSS, most of it LazyFree. */
export const incident: Scene = {
  sample: { rssBytes: 2 * GiB, rssAnonBytes: 1.98 * GiB },
  rollup: { rssBytes: 2 * GiB, anonymousBytes: 1.98 * GiB, lazyFreeBytes: 1.66 * GiB },
  go: {
    heapInuseBytes: 0.29 * GiB,
    heapIdleBytes: 1.72 * GiB,
    heapReleasedBytes: 1.7 * GiB,
    sysBytes: 2.04 * GiB,
    nextGcBytes: 0.4 * GiB,
  },
}

export function withRss(rssBytes: number, rest: Scene = {}): Scene {
  const anonymousBytes = rssBytes - 10 * MiB
  return {
    sample: { rssBytes, rssAnonBytes: anonymousBytes, ...rest.sample },
    rollup: rest.rollup === null ? null : { rssBytes, anonymousBytes, ...rest.rollup },
    go: rest.go === null ? null : { ...rest.go },
  }
}

/** A heap whose floor is `floor(second)`, with a tooth of `tooth` bytes and a collection every `period` seconds. */
export function heapStory(
  floor: (second: number) => number,
  tooth: number,
  period: number,
): (second: number) => Scene {
  return (second) => {
    const heap = floor(second) + ((second % period) / period) * tooth
    return withRss(floor(second) + tooth + 20 * MiB, {
      go: {
        heapInuseBytes: heap,
        heapIdleBytes: floor(second) + tooth - heap + 2 * MiB,
        heapReleasedBytes: 0,
        sysBytes: floor(second) + tooth + 14 * MiB,
        nextGcBytes: floor(second) + tooth,
        numGc: 10 + Math.floor(second / period),
      },
    })
  }
}

export function proof(verdict: BalloonProof['verdict']): BalloonProof {
  const reading = {
    atMs: startMs,
    virtBytes: null,
    rssBytes: 2 * GiB,
    lazyFreeBytes: 1.66 * GiB,
    heapInuseBytes: null,
    memAvailableBytes: null,
    pglazyfreed: 0,
    pgsteal: null,
    workingsetRefaultFile: null,
    psiSomeTotalUs: null,
  }
  return {
    target: key,
    comm: 'svc',
    startedAtMs: startMs,
    elapsedMs: 5000,
    domain: { kind: 'host' },
    peakBytes: GiB,
    stopReason: 'reclaimed',
    before: reading,
    after: { ...reading, lazyFreeBytes: verdict === 'confirmed' ? 0 : 1.66 * GiB },
    pageSizeBytes: 4096,
    lazyFreedBytes: null,
    psiSomeMs: null,
    verdict,
    reason: 'lazyfree-taken',
  }
}

/** The finding of this rule. */
export function find(verdict: Verdict, id: FindingId): Finding | undefined {
  return verdict.findings.find((finding) => finding.id === id)
}

export function judge(story: Story): Verdict {
  return toVerdict(toInput(story))
}

export const kernel = (change: Partial<KernelMemory>) => ({
  kernelMemory: { ...unknownKernelMemory, ...change },
})
export const noLazyFree = (second: number): Scene =>
  withRss(200 * MiB, { rollup: { lazyFreeBytes: null }, go: { numGc: second } })
