import type { BalloonPlan, BalloonProof, BalloonState, BalloonStep, ProofReading } from '#core/balloon/types'
import { unknownKernelMemory } from '#core/metrics/kernel-memory'
import type { EndpointState, HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'

/** The incident in numbers like those that were measured: a second of it for each offset. */
const MiB = 1024 * 1024
const GiB = 1024 * MiB
export const key = { pid: 4211, startTimeTicks: 188_302 }

export const host: HostFacts = {
  hostname: 'pay-07',
  kernelRelease: '5.10.0-28-amd64',
  os: 'linux',
  arch: 'x86_64',
  bootId: 'b',
  pageSizeBytes: 4096,
  clockTicksPerSecond: 100,
  cpuCount: 8,
  thpEnabled: 'madvise',
  thpDefrag: 'madvise',
  kernelMemory: unknownKernelMemory,
  cgroupVersion: 2,
  uid: 0,
}

export const facts: ProcessFacts = {
  key,
  comm: 'checkout',
  cmdline: ['/srv/checkout/bin/checkout', '-listen', '10.0.3.7:8080', '-debug', '127.0.0.1:6060'],
  uid: 997,
  user: 'deploy',
  exePath: '/srv/checkout/bin/checkout',
  cgroupPath: '/system.slice/checkout.service',
  isGo: true,
  goVersion: 'go1.12.17',
  goModule: 'example.org/pay/checkout',
  isRaceBuild: null,
  goEnvironment: { GOGC: '100' },
  madvise: 'free',
  madviseWhy: { text: 'go.madvise.free', params: { goVersion: 'go1.12.17', kernelRelease: '' } },
  build: null,
  absent: {},
}

const endpoint: EndpointState = {
  phase: 'ok',
  url: 'http://127.0.0.1:6060/debug/pprof/heap?debug=1',
  isManual: false,
  source: 'pprof-heap-debug1',
  costMs: 3.4,
  bytes: 41_300,
  intervalMs: 1000,
  error: null,
}

function noise(second: number, size: number): number {
  return Math.sin(second * 12.9898) * size * 0.5 + Math.sin(second * 0.7) * size * 0.5
}

function ease(second: number, from: number, to: number): number {
  const share = Math.min(1, Math.max(0, (second - from) / (to - from)))
  return share * share * (3 - 2 * share)
}

/** second: from the start of the story; a balloon run takes LazyFree between `runFrom` and `runFrom + 14`. */
export function memoryAt(second: number, runFrom: number) {
  const busy = ease(second, 30, 110) * (1 - ease(second, 150, 215))
  const heap = 0.29 * GiB + busy * 1.66 * GiB + noise(second, 22 * MiB) + ((second % 17) / 17) * 34 * MiB
  const freed = ease(second, 30, 110) * ease(second, 150, 215) * 1.66 * GiB
  const lazyFree = Math.max(0, freed * (1 - ease(second, runFrom + 8, runFrom + 13)))
  const net = 0.36 * GiB + busy * 1.66 * GiB + noise(second, 3 * MiB)
  return { heap, lazyFree, net, rss: net + lazyFree }
}

export function processSample(atMs: number, second: number, runFrom: number, startMs: number): ProcessSample {
  const rollupSecond = Math.max(0, second - (second % 5))
  const rollup = memoryAt(rollupSecond, runFrom)
  const now = memoryAt(second, runFrom)
  const absolute = startMs + rollupSecond * 1000
  return {
    atMs,
    key,
    comm: 'checkout',
    state: 'S',
    virtBytes: 52 * GiB,
    rssBytes: now.rss,
    rssAnonBytes: now.rss - 9 * MiB,
    rssFileBytes: 9 * MiB,
    rssShmemBytes: 0,
    swapBytes: 0,
    vmHwmBytes: 2.11 * GiB,
    threads: 23,
    minorFaultsPerSecond: 120,
    majorFaultsPerSecond: 0,
    cpuPercent: 14.2 + noise(second, 6),
    memPercent: 8.6,
    oomScore: 671,
    oomScoreAdj: 0,
    rollup: {
      atMs: absolute,
      costMs: 47,
      rssBytes: rollup.rss,
      pssBytes: rollup.rss - 2 * MiB,
      ussBytes: rollup.rss - 3 * MiB,
      anonymousBytes: rollup.rss - 9 * MiB,
      lazyFreeBytes: rollup.lazyFree,
      anonHugePagesBytes: 0,
      swapBytes: 0,
      swapPssBytes: 0,
    },
    rollupDueAtMs: absolute + 5000,
    cgroup: {
      version: 2,
      path: '/system.slice/checkout.service',
      currentBytes: 2.2 * GiB,
      limitBytes: 4 * GiB,
      inactiveFileBytes: 1.7 * GiB,
      activeFileBytes: 0.1 * GiB,
      anonBytes: 2 * GiB,
    },
    go: {
      atMs,
      source: 'pprof-heap-debug1',
      costMs: 3.4,
      heapAllocBytes: now.heap - 6 * MiB,
      heapInuseBytes: now.heap,
      heapIdleBytes: 2.0 * GiB - now.heap,
      heapReleasedBytes: 1.7 * GiB - now.heap * 0.1,
      heapSysBytes: 2.0 * GiB,
      stackInuseBytes: 3 * MiB,
      sysBytes: 2.06 * GiB,
      nextGcBytes: now.heap * 1.9,
      numGc: Math.floor(second / 17),
      lastGcAtMs: startMs + Math.floor(second / 17) * 17_000,
      goroutines: 214,
    },
    endpoint,
    absent: {},
  }
}

export function hostSample(atMs: number, second: number, runFrom: number): HostSample {
  const running = ease(second, runFrom, runFrom + 9) * (1 - ease(second, runFrom + 14, runFrom + 15))
  const pressure = ease(second, runFrom + 7, runFrom + 12) * (1 - ease(second, runFrom + 13, runFrom + 34))
  return {
    atMs,
    uptimeSeconds: 1e6,
    memTotalBytes: 24 * GiB,
    memFreeBytes: 6 * GiB * (1 - running * 0.95),
    memAvailableBytes: 9.1 * GiB - running * 6.2 * GiB + noise(second, 60 * MiB),
    buffersBytes: 0.2 * GiB,
    cachedBytes: 3 * GiB,
    sReclaimableBytes: 0.2 * GiB,
    activeFileBytes: 1 * GiB,
    inactiveFileBytes: 3 * GiB,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    psiSomeAvg10: Math.max(0, 0.2 + noise(second, 0.3)) + pressure * 16,
    psiFullAvg10: pressure * 8,
    psiSomeTotalUs: 0,
    psiFullTotalUs: 0,
    pglazyfree: 0,
    pglazyfreed: 0,
    pgsteal: 0,
    pswpout: 0,
    workingsetRefaultFile: 0,
    loadAvg1: 0.6,
  }
}

export function plan(risks: BalloonPlan['risks'] = [], refusal: BalloonPlan['refusal'] = null): BalloonPlan {
  return {
    target: key,
    remoteHost: null,
    settings: {
      domain: 'host',
      maxBytes: 24 * GiB,
      floorBytes: 2.4 * GiB,
      stepBytes: GiB,
      holdMs: 3000,
      timeLimitMs: 60_000,
      psiLimitPercent: 25,
    },
    domain: { kind: 'host' },
    domainChoices: [
      { kind: 'host' },
      { kind: 'cgroup', version: 2, path: '/system.slice/checkout.service', limitBytes: 4 * GiB },
    ],
    availableBytes: 9.1 * GiB,
    freeFirstBytes: 4.3 * GiB,
    lazyFreeBytes: 1.66 * GiB,
    expectedBytes: 6.2 * GiB,
    limitBytes: 6.7 * GiB,
    evictedCacheBytes: 0.24 * GiB,
    steps: 22,
    bytesPerSecond: 0.9 * GiB,
    expectedMs: 14_300,
    risks,
    refusal,
  }
}

export function stepAt(atMs: number, second: number, runFrom: number): BalloonStep {
  const into = second - runFrom
  const memory = memoryAt(second, runFrom)
  return {
    atMs,
    phase: into < 11 ? 'ramp' : into < 14 ? 'hold' : 'done',
    balloonBytes: into >= 15 ? 0 : Math.min(6.1, into * 0.62) * GiB,
    availableBytes: hostSample(atMs, second, runFrom).memAvailableBytes,
    memAvailableBytes: hostSample(atMs, second, runFrom).memAvailableBytes,
    psiSomePercent: into > 7 ? 11.4 : 0.1,
    rssBytes: memory.rss,
    lazyFreeBytes: memory.lazyFree,
    heapInuseBytes: memory.heap,
    stopReason: into > 13 ? 'reclaimed' : null,
  }
}

function reading(atMs: number, rss: number, lazyFree: number, available: number): ProofReading {
  return {
    atMs,
    virtBytes: 52 * GiB,
    rssBytes: rss,
    lazyFreeBytes: lazyFree,
    heapInuseBytes: 0.29 * GiB,
    memAvailableBytes: available,
    pglazyfreed: 0,
    pgsteal: 0,
    workingsetRefaultFile: 0,
    psiSomeTotalUs: 0,
  }
}

export function proof(startedAtMs: number): BalloonProof {
  return {
    target: key,
    comm: 'checkout',
    startedAtMs,
    elapsedMs: 14_300,
    domain: { kind: 'host' },
    peakBytes: 6.1 * GiB,
    stopReason: 'reclaimed',
    before: reading(startedAtMs, 2.02 * GiB, 1.66 * GiB, 9.1 * GiB),
    after: reading(startedAtMs + 14_000, 0.36 * GiB, 0, 9.08 * GiB),
    pageSizeBytes: 4096,
    lazyFreedBytes: 1.66 * GiB,
    psiSomeMs: 1240,
    verdict: 'confirmed',
    reason: 'lazyfree-taken',
  }
}

export function stateOf(step: BalloonStep | null, startedAtMs: number, isDone: boolean): BalloonState {
  return {
    phase: isDone ? 'done' : (step?.phase ?? 'idle'),
    plan: plan(),
    startedAtMs,
    step,
    proof: isDone ? proof(startedAtMs) : null,
    error: null,
  }
}
