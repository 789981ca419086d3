import type { HostFacts, ProcessFacts, HostSample, ProcessSample } from '#core/metrics/samples'

const mib = 1024 * 1024

/** A host's poll like a real one's; the second number of a minute decides what it holds. */
export function hostSampleAt(atMs: number, overrides: Partial<HostSample> = {}): HostSample {
  const second = Math.floor(atMs / 1000)
  return {
    atMs,
    uptimeSeconds: second % 10_000_000,
    memTotalBytes: 16_384 * mib,
    memFreeBytes: 4000 * mib + page(second + 5, 25_000),
    memAvailableBytes: 9000 * mib + page(second, 4000),
    buffersBytes: 210 * mib,
    cachedBytes: 5000 * mib + page(second >> 3, 300),
    sReclaimableBytes: 300 * mib,
    activeFileBytes: 3000 * mib + page(second, 90),
    inactiveFileBytes: 1500 * mib + page(second, 70),
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    psiSomeAvg10: 0,
    psiFullAvg10: 0,
    psiSomeTotalUs: 120_000 + second,
    psiFullTotalUs: 80_000,
    pglazyfree: 1_000_000 + second * 40,
    pglazyfreed: 2000,
    pgsteal: 90_000,
    pswpout: 0,
    workingsetRefaultFile: 1200,
    loadAvg1: Math.round(noise(second >> 4) * 300) / 100,
    ...overrides,
  }
}

/** A busy Go process: its memory moves with every poll, a walk every 5 s, Go's numbers every 2 s. */
export function processSampleAt(
  atMs: number,
  pid: number,
  overrides: Partial<ProcessSample> = {},
): ProcessSample {
  const second = Math.floor(atMs / 1000)
  const seed = second * 31 + pid
  const anonBytes = 400 * mib + page(seed, 9000)
  const walk = Math.floor(second / 5) * 5
  const walkedBytes = 400 * mib + page(walk * 31 + pid, 9000)
  const answer = Math.floor(second / 2) * 2
  return {
    atMs,
    key: { pid, startTimeTicks: pid * 100 },
    comm: `service-${pid}`,
    state: noise(seed) > 0.8 ? 'R' : 'S',
    virtBytes: 2000 * mib,
    rssBytes: anonBytes + 12 * mib,
    rssAnonBytes: anonBytes,
    rssFileBytes: 12 * mib,
    rssShmemBytes: 0,
    swapBytes: 0,
    vmHwmBytes: 520 * mib,
    threads: 14,
    minorFaultsPerSecond: noise(seed + 1) * 5000,
    majorFaultsPerSecond: 0,
    cpuPercent: noise(seed + 2) * 80,
    memPercent: ((anonBytes + 12 * mib) / (16_384 * mib)) * 100,
    oomScore: 680,
    oomScoreAdj: 0,
    rollup: {
      atMs: walk * 1000 - 80,
      costMs: 3 + noise(walk),
      rssBytes: walkedBytes,
      pssBytes: walkedBytes - page(walk, 50),
      ussBytes: walkedBytes - page(walk, 60),
      anonymousBytes: walkedBytes,
      lazyFreeBytes: page(walk, 20_000),
      anonHugePagesBytes: 0,
      swapBytes: 0,
      swapPssBytes: 0,
    },
    rollupDueAtMs: (walk + 5) * 1000 - 80,
    cgroup: {
      version: 2,
      path: `/system.slice/service-${pid}.service`,
      currentBytes: anonBytes + page(seed + 3, 500),
      limitBytes: 1024 * mib,
      inactiveFileBytes: 30 * mib,
      activeFileBytes: 10 * mib,
      anonBytes,
    },
    go: {
      atMs: answer * 1000 - 100,
      source: 'expvar',
      costMs: 1 + noise(answer),
      heapAllocBytes: 200 * mib + Math.floor(noise(answer + pid) * 50 * mib),
      heapInuseBytes: 260 * mib + page(answer, 4000),
      heapIdleBytes: 140 * mib,
      heapReleasedBytes: 90 * mib,
      heapSysBytes: 400 * mib,
      stackInuseBytes: 2 * mib,
      sysBytes: 430 * mib,
      nextGcBytes: 380_123_456,
      numGc: Math.floor(answer / 20),
      lastGcAtMs: Math.floor(answer / 20) * 20_000,
      goroutines: 100 + (answer % 7),
    },
    endpoint: {
      phase: 'ok',
      url: 'http://127.0.0.1:6060/debug/vars',
      isManual: false,
      source: 'expvar',
      costMs: 1.2,
      bytes: 5000,
      intervalMs: 2000,
      error: null,
    },
    absent: {},
    ...overrides,
  }
}

export function hostFactsOf(bootId: string): HostFacts {
  return {
    hostname: 'recorded',
    kernelRelease: '4.14.0',
    os: 'linux',
    arch: 'x86_64',
    bootId,
    pageSizeBytes: 4096,
    clockTicksPerSecond: 100,
    cpuCount: 2,
    thpEnabled: 'madvise',
    thpDefrag: 'madvise',
    kernelMemory: {
      madvFreeCounted: true,
      lazyFreeReported: true,
      smapsRollup: true,
      pressure: false,
      swapTotalBytes: 0,
    },
    cgroupVersion: 1,
    uid: 0,
  }
}

/** 0 to 1, the same for the same seed. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453
  return value - Math.floor(value)
}

function page(seed: number, most: number): number {
  return Math.floor(noise(seed) * most) * 4096
}

/** Of the process that processSampleAt plays. */
export function processFactsOf(pid: number): ProcessFacts {
  return {
    key: { pid, startTimeTicks: pid * 100 },
    comm: 'api',
    cmdline: ['/srv/api', '--port=8080'],
    uid: 1000,
    user: 'app',
    exePath: '/srv/api',
    cgroupPath: '/system.slice/api.service',
    isGo: true,
    goVersion: 'go1.12',
    goModule: 'example.com/api',
    isRaceBuild: false,
    goEnvironment: { GODEBUG: 'madvdontneed=0' },
    madvise: 'free',
    madviseWhy: null,
    build: null,
    absent: {},
  }
}
