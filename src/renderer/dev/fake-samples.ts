import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { FakeMachine } from './fake-machine'

const GiB = 2 ** 30

/** What the machine's memory looks like while a balloon of some size is blown up. */
export function createHostSample(machine: FakeMachine, balloonBytes: number): HostSample {
  const lazy = machine.service.lazyFreeBytes
  return {
    atMs: Date.now(),
    uptimeSeconds: 86_400,
    memTotalBytes: 16 * GiB,
    memFreeBytes: Math.max(0.2 * GiB, 3.1 * GiB - balloonBytes),
    memAvailableBytes: 6.8 * GiB - balloonBytes,
    buffersBytes: 0.2 * GiB,
    cachedBytes: 2.6 * GiB,
    sReclaimableBytes: 0.3 * GiB,
    activeFileBytes: 1.1 * GiB,
    inactiveFileBytes: 1.2 * GiB + lazy,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    psiSomeAvg10: balloonBytes > 3 * GiB ? 4.2 : 0,
    psiFullAvg10: 0,
    psiSomeTotalUs: 12_000,
    psiFullTotalUs: 300,
    pglazyfree: 4_000_000,
    pglazyfreed: 120_000,
    pgsteal: 900_000,
    pswpout: 0,
    workingsetRefaultFile: 5_000,
    loadAvg1: 0.8,
  }
}

export function createProcessSample(machine: FakeMachine, isDenied = false): ProcessSample {
  const { rssBytes, lazyFreeBytes, heapInuseBytes, virtBytes } = machine.service
  const atMs = Date.now()
  return {
    atMs,
    key: machine.serviceKey,
    comm: 'order-service',
    state: 'S',
    virtBytes,
    rssBytes,
    rssAnonBytes: rssBytes - 0.01 * GiB,
    rssFileBytes: 0.01 * GiB,
    rssShmemBytes: 0,
    swapBytes: 0,
    vmHwmBytes: 2.1 * GiB,
    threads: 14,
    minorFaultsPerSecond: 40,
    majorFaultsPerSecond: 0,
    cpuPercent: 3.2,
    memPercent: (rssBytes / (16 * GiB)) * 100,
    oomScore: 120,
    oomScoreAdj: 0,
    rollup: isDenied
      ? null
      : {
          atMs: atMs - 400,
          costMs: 18,
          rssBytes,
          pssBytes: rssBytes * 0.99,
          ussBytes: rssBytes * 0.98,
          anonymousBytes: rssBytes - 0.01 * GiB,
          lazyFreeBytes,
          anonHugePagesBytes: 0,
          swapBytes: 0,
          swapPssBytes: 0,
        },
    rollupDueAtMs: atMs + 1_400,
    cgroup: null,
    go: {
      atMs,
      source: 'pprof-heap-debug1',
      costMs: 4,
      heapAllocBytes: heapInuseBytes * 0.9,
      heapInuseBytes,
      heapIdleBytes: lazyFreeBytes + 0.05 * GiB,
      heapReleasedBytes: lazyFreeBytes,
      heapSysBytes: heapInuseBytes + lazyFreeBytes + 0.05 * GiB,
      stackInuseBytes: 0.004 * GiB,
      sysBytes: rssBytes,
      nextGcBytes: heapInuseBytes * 2,
      numGc: Math.floor(atMs / 20_000) % 1000,
      lastGcAtMs: atMs - (atMs % 20_000),
      goroutines: 213,
    },
    endpoint: {
      phase: 'ok',
      url: 'http://127.0.0.1:8080/debug/pprof/heap?debug=1',
      isManual: false,
      source: 'pprof-heap-debug1',
      costMs: 4,
      bytes: 5_200,
      intervalMs: 1_000,
      error: null,
    },
    absent: isDenied ? { smaps_rollup: 'permission-denied' } : {},
  }
}

export function createProcessFacts(machine: FakeMachine, isDenied = false): ProcessFacts {
  return {
    key: machine.serviceKey,
    comm: 'order-service',
    cmdline: ['/srv/order-service', '-listen', ':8080'],
    uid: 1000,
    user: 'deploy',
    exePath: '/srv/order-service',
    cgroupPath: '/system.slice/order.service',
    isGo: true,
    goVersion: 'go1.12.17',
    goModule: 'example.org/order',
    isRaceBuild: false,
    goEnvironment: {},
    madvise: 'free',
    madviseWhy: { text: 'go.madvise.free', params: { goVersion: 'go1.12.17', kernelRelease: '' } },
    build: null,
    absent: isDenied ? { exe: 'permission-denied' } : {},
  }
}
