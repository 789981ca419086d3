import type { RowMeta, TableFrame } from '#core/metrics/process-table'

/** A process of a made-up frame; what is not said is the same for all. */
export interface FixtureProcess {
  pid: number
  ppid?: number
  startTimeTicks?: number
  comm?: string
  cmdline?: string[] | null
  user?: string | null
  isGo?: boolean | null
  isRaceBuild?: boolean
  goVersion?: string | null
  rssBytes?: number
  lazyFreeBytes?: number
  /** Code of absenceCodes. */
  rollupAbsence?: number
  rollupReadAtMs?: number
}

export const frameAtMs = 1_700_000_000_000

export function createMeta(process: FixtureProcess): RowMeta {
  return {
    rowId: process.pid * 10,
    pid: process.pid,
    startTimeTicks: process.startTimeTicks ?? process.pid,
    comm: process.comm ?? `p${process.pid}`,
    cmdline: process.cmdline === undefined ? [`/bin/p${process.pid}`] : process.cmdline,
    uid: 0,
    user: process.user === undefined ? 'root' : process.user,
    isKernelThread: false,
    isGo: process.isGo ?? false,
    goVersion: process.goVersion ?? null,
    goModule: null,
    isRaceBuild: process.isRaceBuild ?? null,
  }
}

/** A frame of these processes with RSS and LazyFree. Row ids are ten times the pids. */
export function createFrame(processes: readonly FixtureProcess[]): TableFrame {
  const numbers = (value: (process: FixtureProcess) => number) => Float64Array.from(processes, value)
  return {
    atMs: frameAtMs,
    costMs: 1,
    count: processes.length,
    rowId: Uint32Array.from(processes, (process) => process.pid * 10),
    pid: Int32Array.from(processes, (process) => process.pid),
    ppid: Int32Array.from(processes, (process) => process.ppid ?? 0),
    state: new Uint8Array(processes.length).fill('S'.charCodeAt(0)),
    startTimeTicks: numbers((process) => process.startTimeTicks ?? process.pid),
    columns: {
      rssBytes: numbers((process) => process.rssBytes ?? NaN),
      lazyFreeBytes: numbers((process) => process.lazyFreeBytes ?? NaN),
    },
    sources: {
      smaps_rollup: {
        readAtMs: numbers((process) => process.rollupReadAtMs ?? 0),
        absence: Uint8Array.from(processes, (process) => process.rollupAbsence ?? 0),
      },
    },
    metas: processes.map(createMeta),
  }
}
