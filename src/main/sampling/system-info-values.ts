import type { Systeminformation } from 'systeminformation'
import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { GoWatch } from './go-watch'
import type { ProcessRow } from './row-store'

const stateLetters: Record<string, string> = {
  running: 'R',
  sleeping: 'S',
  stopped: 'T',
  paging: 'W',
  dead: 'X',
  zombie: 'Z',
  blocked: 'D',
}

/** ASCII code of the letter that ps has for a state. */
export function toStateCode(state: string): number {
  return (stateLetters[state] ?? '?').charCodeAt(0)
}

/** `2026-01-31 12:34:56`, local time, in ticks since the epoch; 0 when it says nothing. */
export function toStartTicks(started: string, clockTicksPerSecond: number): number {
  const ms = Date.parse(started.replace(' ', 'T'))
  return Number.isFinite(ms) ? Math.round((ms / 1000) * clockTicksPerSecond) : 0
}

const absentOffLinux = {
  status: 'not-reported',
  smaps_rollup: 'not-reported',
  oom_score: 'not-reported',
  cgroup: 'not-reported',
} as const

export function toFacts(row: ProcessRow): ProcessFacts {
  return {
    key: { pid: row.pid, startTimeTicks: row.startTimeTicks },
    comm: row.comm,
    cmdline: row.cmdline,
    uid: row.uid,
    user: row.user,
    exePath: null,
    cgroupPath: null,
    isGo: null,
    goVersion: null,
    goModule: null,
    isRaceBuild: null,
    goEnvironment: null,
    madvise: 'unknown',
    madviseWhy: null,
    build: null,
    absent: { exe: 'not-reported', environ: 'not-reported', cgroup: 'not-reported' },
  }
}

export function toSample(
  row: ProcessRow,
  atMs: number,
  memTotalBytes: number | null,
  go: GoWatch,
): ProcessSample {
  return {
    atMs,
    key: { pid: row.pid, startTimeTicks: row.startTimeTicks },
    comm: row.comm,
    state: String.fromCharCode(row.state),
    virtBytes: row.virtBytes,
    rssBytes: row.rssBytes,
    rssAnonBytes: null,
    rssFileBytes: null,
    rssShmemBytes: null,
    swapBytes: null,
    vmHwmBytes: null,
    threads: null,
    minorFaultsPerSecond: null,
    majorFaultsPerSecond: null,
    cpuPercent: Number.isNaN(row.cpuPercent) ? null : row.cpuPercent,
    memPercent: memTotalBytes === null ? null : (row.rssBytes / memTotalBytes) * 100,
    oomScore: null,
    oomScoreAdj: null,
    rollup: null,
    rollupDueAtMs: null,
    cgroup: null,
    go: go.sample,
    endpoint: go.state,
    absent: { ...absentOffLinux },
  }
}

export function toHostSample(mem: Systeminformation.MemData): HostSample {
  return {
    atMs: Date.now(),
    uptimeSeconds: null,
    memTotalBytes: mem.total,
    memFreeBytes: mem.free,
    memAvailableBytes: mem.available,
    buffersBytes: null,
    cachedBytes: null,
    sReclaimableBytes: null,
    activeFileBytes: null,
    inactiveFileBytes: null,
    swapTotalBytes: mem.swaptotal,
    swapFreeBytes: mem.swapfree,
    psiSomeAvg10: null,
    psiFullAvg10: null,
    psiSomeTotalUs: null,
    psiFullTotalUs: null,
    pglazyfree: null,
    pglazyfreed: null,
    pgsteal: null,
    pswpout: null,
    workingsetRefaultFile: null,
    loadAvg1: null,
  }
}
