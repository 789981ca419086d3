import { unknownKernelMemory } from '../metrics/kernel-memory'
import type {
  GoSample,
  HostFacts,
  HostSample,
  ProcessFacts,
  ProcessSample,
  RollupSample,
} from '../metrics/samples'
import type { VerdictInput } from './verdict'
import { createVerdictWindow } from './window'

export const MiB = 1024 * 1024
export const GiB = 1024 * MiB
export const key = { pid: 4211, startTimeTicks: 188_302 }
/** When the first sample of every story is taken, ms since the epoch. */
export const startMs = 1_700_000_000_000

export const rollup: RollupSample = {
  atMs: startMs,
  costMs: 4,
  rssBytes: 200 * MiB,
  pssBytes: 200 * MiB,
  ussBytes: 200 * MiB,
  anonymousBytes: 190 * MiB,
  lazyFreeBytes: 0,
  anonHugePagesBytes: 0,
  swapBytes: 0,
  swapPssBytes: 0,
}

export const go: GoSample = {
  atMs: startMs,
  source: 'expvar',
  costMs: 1,
  heapAllocBytes: 165 * MiB,
  heapInuseBytes: 170 * MiB,
  heapIdleBytes: 20 * MiB,
  heapReleasedBytes: 10 * MiB,
  heapSysBytes: 190 * MiB,
  stackInuseBytes: 2 * MiB,
  sysBytes: 200 * MiB,
  nextGcBytes: 300 * MiB,
  numGc: 10,
  lastGcAtMs: startMs,
  goroutines: 40,
}

export const sample: ProcessSample = {
  atMs: startMs,
  key,
  comm: 'svc',
  state: 'S',
  virtBytes: 2 * GiB,
  rssBytes: 200 * MiB,
  rssAnonBytes: 190 * MiB,
  rssFileBytes: 10 * MiB,
  rssShmemBytes: 0,
  swapBytes: 0,
  vmHwmBytes: null,
  threads: 8,
  minorFaultsPerSecond: 0,
  majorFaultsPerSecond: 0,
  cpuPercent: 1,
  memPercent: 1,
  oomScore: 600,
  oomScoreAdj: 0,
  rollup,
  rollupDueAtMs: null,
  cgroup: null,
  go,
  endpoint: {
    phase: 'ok',
    url: null,
    isManual: false,
    source: 'expvar',
    costMs: 1,
    bytes: 1,
    intervalMs: 1000,
    error: null,
  },
  absent: {},
}

export const facts: ProcessFacts = {
  key,
  comm: 'svc',
  cmdline: null,
  uid: 1,
  user: null,
  exePath: '/srv/svc',
  cgroupPath: null,
  isGo: true,
  goVersion: 'go1.19.8',
  goModule: null,
  isRaceBuild: false,
  goEnvironment: {},
  madvise: 'dontneed',
  madviseWhy: { text: 'go.madvise.dontneed', params: { goVersion: 'go1.19.8', kernelRelease: '6.1.0' } },
  build: null,
  absent: {},
}

export const hostFacts: HostFacts = {
  hostname: 'pay-07',
  kernelRelease: '6.1.0',
  os: 'linux',
  arch: 'x86_64',
  bootId: 'b',
  pageSizeBytes: 4096,
  clockTicksPerSecond: 100,
  cpuCount: 8,
  thpEnabled: 'madvise',
  thpDefrag: 'madvise',
  kernelMemory: {
    ...unknownKernelMemory,
    madvFreeCounted: true,
    lazyFreeReported: true,
    smapsRollup: true,
    swapTotalBytes: 0,
  },
  cgroupVersion: 2,
  uid: 0,
}

export const host: HostSample = {
  atMs: startMs,
  uptimeSeconds: 1e6,
  memTotalBytes: 24 * GiB,
  memFreeBytes: 10 * GiB,
  memAvailableBytes: 18 * GiB,
  buffersBytes: GiB,
  cachedBytes: 5 * GiB,
  sReclaimableBytes: GiB,
  activeFileBytes: 2 * GiB,
  inactiveFileBytes: 3 * GiB,
  swapTotalBytes: 0,
  swapFreeBytes: 0,
  psiSomeAvg10: 0,
  psiFullAvg10: 0,
  psiSomeTotalUs: 0,
  psiFullTotalUs: 0,
  pglazyfree: 0,
  pglazyfreed: 0,
  pgsteal: 0,
  pswpout: 0,
  workingsetRefaultFile: 0,
  loadAvg1: 0,
}

/** What a process looks like at a second of its story; what is not named stays as in `sample`. */
export interface Scene {
  sample?: Partial<ProcessSample>
  rollup?: Partial<RollupSample> | null
  go?: Partial<GoSample> | null
}

export interface Story {
  seconds: number
  scene: (second: number) => Scene
  facts?: Partial<ProcessFacts>
  hostFacts?: Partial<HostFacts>
  host?: Partial<HostSample> | null
  growth?: VerdictInput['growth']
  proof?: VerdictInput['proof']
  /** Seconds without a sample. */
  isMissing?: (second: number) => boolean
}

/** All that a verdict is made from at the end of a story, one sample a second. */
export function toInput(story: Story): VerdictInput {
  const window = createVerdictWindow()
  let latest = sample
  for (let second = 0; second <= story.seconds; second++) {
    if (story.isMissing?.(second) === true && second !== story.seconds) continue
    latest = toSample(second, story.scene(second))
    window.push(latest)
  }
  return {
    window,
    latest,
    facts: { ...facts, ...story.facts },
    host: story.host === null ? null : { ...host, atMs: latest.atMs, ...story.host },
    hostFacts: { ...hostFacts, ...story.hostFacts },
    growth: story.growth ?? null,
    proof: story.proof ?? null,
  }
}

function toSample(second: number, scene: Scene): ProcessSample {
  const atMs = startMs + second * 1000
  return {
    ...sample,
    atMs,
    rollup: scene.rollup === null ? null : { ...rollup, atMs, ...scene.rollup },
    go: scene.go === null ? null : { ...go, atMs, ...scene.go },
    ...scene.sample,
  }
}
