import { minRateIntervalMs, toCpuPercent, toRatePerSecond } from '#core/metrics/rates'
import type { ColumnId, TableSource } from '#core/metrics/process-table'
import { createStatTable, parseStatTable, toComm, type StatTable } from '#core/procfs/stat-table'
import type { StatFrame } from '../targets/target'
import type { CgroupPlace } from './cgroup-reader'
import type { RateMoment } from './rate-clock'

/** One reading of a source that is read only when somebody looks. */
export interface SourceReading {
  /** Wall clock, ms; 0: never. */
  readAtMs: number
  /** Index into absenceCodes. */
  absence: number
  values: Partial<Record<ColumnId, number>>
}

/** A process of the table for as long as it lives; changed in place by each poll, so that a poll makes no garbage. */
export interface ProcessRow {
  readonly rowId: number
  readonly pid: number
  readonly startTimeTicks: number
  readonly isKernelThread: boolean
  ppid: number
  /** ASCII code. */
  state: number
  /** NaN for what has no memory. */
  virtBytes: number
  rssBytes: number
  threads: number
  /** NaN until two polls. */
  cpuPercent: number
  minorFaultsPerSecond: number
  majorFaultsPerSecond: number

  comm: string
  cmdline: string[] | null
  uid: number | null
  user: string | null
  isGo: boolean | null
  goVersion: string | null
  goModule: string | null
  isRaceBuild: boolean | null
  /** Grows with every change of the fields above it, over all rows. */
  metaVersion: number
  /** Monotonic clock: when cmdline, user and executable are to be read (again). Infinity: known. */
  metaDueAtMs: number
  metaReads: number
  /** Its user is to be read (again). */
  isUserDue: boolean
  /** Was there at the first poll: it is past its exec. */
  isOld: boolean

  sources: Partial<Record<Exclude<TableSource, 'stat'>, SourceReading>>
  cgroup: { place: CgroupPlace | null; readAtMs: number } | null
  /** Monotonic clock: when its page tables may be walked again. */
  walkDueAtMs: number
  /** What the last walk cost, when it began (monotonic clock), and what the process had done until then. */
  lastWalk: { atMs: number; rssBytes: number; costMs: number; cpuTicks: number; minorFaults: number } | null

  readonly counters: {
    atMs: number
    cpuTicks: number
    minorFaults: number
    majorFaults: number
    commHash: number
  }
  /** Number of the poll that saw it last. */
  seen: number
}

/** Keeps the rows of one target over time: a process is its pid and start time, so a reused pid is a new row. */
export interface RowStore {
  /** In the order of the frame, ascending by pid. */
  readonly rows: readonly ProcessRow[]
  /**
   * clockMs: when the frame was read, on any steady clock. No rate reaches over more than maxRateMs: an average of a long
   * gap is no number of now.
   */
  update(frame: StatFrame, clockMs: number, maxRateMs?: number): void
  /** Something was missed: the next frame has no rates, however soon it comes. */
  breakRates(): void
  /** Forgets all rows: the processes of before mean nothing any more. Numbers of rows go on. */
  reset(host: RowHost): void
  /** Notes that something of a row that goes into RowMeta changed. */
  touchMeta(row: ProcessRow): void
}

/** What of a host turns counters into numbers. */
export interface RowHost {
  pageSizeBytes: number
  clockTicksPerSecond: number
}

type NewRow = Pick<ProcessRow, 'rowId' | 'pid' | 'startTimeTicks' | 'isKernelThread' | 'comm' | 'metaVersion'>

/** A row of which nothing but its name is known. */
export function createProcessRow(known: NewRow): ProcessRow {
  return {
    // Spelled out: objects made by a spread are slow to read, and thousands of these are read every second.
    rowId: known.rowId,
    pid: known.pid,
    startTimeTicks: known.startTimeTicks,
    isKernelThread: known.isKernelThread,
    comm: known.comm,
    metaVersion: known.metaVersion,
    ppid: 0,
    state: 0,
    virtBytes: NaN,
    rssBytes: NaN,
    threads: NaN,
    cpuPercent: NaN,
    minorFaultsPerSecond: NaN,
    majorFaultsPerSecond: NaN,
    cmdline: null,
    uid: null,
    user: null,
    isGo: null,
    goVersion: null,
    goModule: null,
    isRaceBuild: null,
    metaDueAtMs: 0,
    metaReads: 0,
    isUserDue: true,
    isOld: false,
    sources: {},
    cgroup: null,
    walkDueAtMs: 0,
    lastWalk: null,
    counters: { atMs: 0, cpuTicks: 0, minorFaults: 0, majorFaults: 0, commHash: 0 },
    seen: 0,
  }
}

const zombie = 'Z'.charCodeAt(0)
const dead = 'X'.charCodeAt(0)

/** A thread of the kernel, or a process that has ended and waits for its parent. */
export function hasNoMemory({
  isKernelThread,
  state,
}: Pick<ProcessRow, 'isKernelThread' | 'state'>): boolean {
  return isKernelThread || state === zombie || state === dead
}

export function createRowStore(firstHost: RowHost): RowStore {
  let host = firstHost
  let isBroken = false
  const byPid = new Map<number, ProcessRow>()
  let rows: ProcessRow[] = []
  let table = createStatTable()
  let lastRowId = 0
  let metaVersion = 0
  let poll = 0

  function addRow(frame: StatFrame, index: number, clockMs: number): ProcessRow {
    const row = createProcessRow({
      rowId: ++lastRowId,
      pid: table.pid[index] as number,
      startTimeTicks: table.startTimeTicks[index] as number,
      isKernelThread: table.isKernelThread[index] === 1,
      comm: toComm(frame, table, index),
      metaVersion: ++metaVersion,
    })
    row.isOld = poll === 1
    row.counters.atMs = clockMs
    row.counters.cpuTicks = table.cpuTicks[index] as number
    row.counters.minorFaults = table.minorFaults[index] as number
    row.counters.majorFaults = table.majorFaults[index] as number
    row.counters.commHash = table.commHash[index] as number
    byPid.set(row.pid, row)
    return row
  }

  function updateRates(row: ProcessRow, from: StatTable, index: number, moment: RateMoment): void {
    const { counters } = row
    const elapsedMs = moment.clockMs - counters.atMs
    const isGap = elapsedMs < 0 || elapsedMs > moment.maxRateMs
    if (elapsedMs < minRateIntervalMs && !isGap) return
    const cpuTicks = from.cpuTicks[index] as number
    const minorFaults = from.minorFaults[index] as number
    const majorFaults = from.majorFaults[index] as number
    const rateMs = isGap ? 0 : elapsedMs
    row.cpuPercent = toCpuPercent(counters.cpuTicks, cpuTicks, rateMs, host.clockTicksPerSecond) ?? NaN
    row.minorFaultsPerSecond = toRatePerSecond(counters.minorFaults, minorFaults, rateMs) ?? NaN
    row.majorFaultsPerSecond = toRatePerSecond(counters.majorFaults, majorFaults, rateMs) ?? NaN
    counters.atMs = moment.clockMs
    counters.cpuTicks = cpuTicks
    counters.minorFaults = minorFaults
    counters.majorFaults = majorFaults
  }

  function updateRow(row: ProcessRow, frame: StatFrame, index: number, moment: RateMoment): void {
    row.seen = poll
    row.ppid = table.ppid[index] as number
    row.state = table.state[index] as number
    // stat says 0 for what has no memory of its own; status, which a watch reads, says nothing.
    const isWithout = hasNoMemory(row)
    row.virtBytes = isWithout ? NaN : (table.virtBytes[index] as number)
    row.rssBytes = isWithout ? NaN : (table.rssPages[index] as number) * host.pageSizeBytes
    row.threads = table.threads[index] as number
    updateRates(row, table, index, moment)
    if (row.counters.commHash === table.commHash[index]) return
    row.counters.commHash = table.commHash[index] as number
    row.comm = toComm(frame, table, index)
    row.metaVersion = ++metaVersion
    // A new name mostly means exec: another command line and executable. Not at once: some rename themselves all the time.
    row.metaDueAtMs = Math.min(row.metaDueAtMs, performance.now() + 1500)
  }

  return {
    get rows() {
      return rows
    },
    update(frame, clockMs, maxRateMs = Infinity) {
      poll++
      const moment = { clockMs, maxRateMs: isBroken ? -Infinity : maxRateMs }
      isBroken = false
      table = parseStatTable(frame, table)
      const next: ProcessRow[] = rows.length === table.count ? rows : new Array<ProcessRow>(table.count)
      for (let index = 0; index < table.count; index++) {
        const known = byPid.get(table.pid[index] as number)
        const isSame = known !== undefined && known.startTimeTicks === table.startTimeTicks[index]
        const row = isSame ? known : addRow(frame, index, clockMs)
        updateRow(row, frame, index, moment)
        next[index] = row
      }
      rows = next
      if (byPid.size > table.count) {
        for (const [pid, row] of byPid) if (row.seen !== poll) byPid.delete(pid)
      }
    },
    breakRates() {
      isBroken = true
    },
    reset(nextHost) {
      host = nextHost
      rows = []
      byPid.clear()
      poll = 0
    },
    touchMeta(row) {
      row.metaVersion = ++metaVersion
    },
  }
}
