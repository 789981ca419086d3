import { columnIds, type ColumnId, type RowMeta, type TableFrame } from '#core/metrics/process-table'
import type { ProcessKey } from '#core/process-key'

/** A machine that is not there: as many processes as asked for, one of them the Go service of the incident. */
export interface FakeMachine {
  readonly serviceKey: ProcessKey
  /** RSS and LazyFree of the service now, bytes; a balloon takes LazyFree away. */
  service: { rssBytes: number; lazyFreeBytes: number; heapInuseBytes: number; virtBytes: number }
  frame(columns: readonly ColumnId[], withMetas: boolean): TableFrame
}

const MiB = 2 ** 20
const GiB = 2 ** 30
const names = [
  'nginx',
  'postgres',
  'sshd',
  'bash',
  'node',
  'python3',
  'java',
  'containerd-shim',
  'redis-server',
  'kworker/1:2',
  'cron',
]
const users = ['root', 'www-data', 'postgres', 'deploy', 'nobody']

/** Small and the same in each run, so that two screenshots can be compared. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface FakeRow {
  meta: RowMeta
  ppid: number
  rssBytes: number
  isDenied: boolean
  readAgoMs: number
}

const oddNames: Record<number, string> = {
  31: 'sshd\u202edhss',
  32: 'evil\n\x1b[31mname',
  33: '名前が長いプロセス',
}

function createRow(index: number, random: () => number): FakeRow {
  const pid = index + 1
  const isKernelThread = index > 1 && index < 24
  const name =
    index === 0
      ? 'systemd'
      : isKernelThread
        ? `kworker/${index}:0`
        : (oddNames[index] ?? names[Math.floor(random() * names.length)]!)
  const user = index < 24 ? 'root' : users[Math.floor(random() * users.length)]!
  const isGo = name === 'containerd-shim'
  return {
    meta: {
      rowId: pid,
      pid,
      startTimeTicks: 100 + index * 7,
      comm: name,
      cmdline: isKernelThread
        ? []
        : [`/usr/bin/${name}`, '--worker', String(index), '-c', `/etc/${name}/${name}.conf`],
      uid: users.indexOf(user),
      user,
      isKernelThread,
      isGo: isKernelThread ? false : isGo,
      goVersion: isGo ? 'go1.22.4' : null,
      goModule: null,
      isRaceBuild: isGo ? false : null,
    },
    ppid: index === 0 ? 0 : isKernelThread ? 2 : random() < 0.6 ? 1 : Math.max(1, Math.floor(random() * pid)),
    rssBytes: isKernelThread ? 0 : Math.round(2 * MiB + random() ** 6 * 900 * MiB),
    isDenied: user === 'postgres',
    readAgoMs: Math.round(random() ** 2 * 40_000),
  }
}

function createService(pid: number): FakeRow {
  return {
    meta: {
      rowId: pid,
      pid,
      startTimeTicks: 123_456,
      comm: 'order-service',
      cmdline: ['/srv/order-service', '-listen', ':8080'],
      uid: 3,
      user: 'deploy',
      isKernelThread: false,
      isGo: true,
      goVersion: 'go1.12.17',
      goModule: 'example.org/order',
      isRaceBuild: false,
    },
    ppid: 1,
    rssBytes: 2.02 * GiB,
    isDenied: false,
    readAgoMs: 600,
  }
}

function valueOf(row: FakeRow, id: ColumnId, machine: FakeMachine, tick: number): number {
  const isService = row.meta.pid === machine.serviceKey.pid
  const rss = isService
    ? machine.service.rssBytes
    : row.rssBytes * (1 + 0.01 * Math.sin(tick / 5 + row.meta.pid))
  const lazy = isService ? machine.service.lazyFreeBytes : row.meta.isGo === true ? rss * 0.02 : 0
  if (row.meta.isKernelThread)
    return id === 'threads' ? 1 : id === 'cpuPercent' || id === 'virtBytes' || id === 'rssBytes' ? 0 : NaN
  const values: Partial<Record<ColumnId, number>> = {
    virtBytes: isService ? machine.service.virtBytes : rss * 6,
    rssBytes: rss,
    memPercent: (rss / (16 * GiB)) * 100,
    cpuPercent: Math.max(0, 3 * Math.sin(tick / 3 + row.meta.pid) ** 9) * 8,
    threads: 1 + (row.meta.pid % 17),
    minorFaultsPerSecond: (row.meta.pid * 37) % 4000,
    majorFaultsPerSecond: 0,
    swapBytes: 0,
    pssBytes: rss * 0.9,
    ussBytes: rss * 0.85,
    lazyFreeBytes: lazy,
    rssLessLazyFreeBytes: rss - lazy,
    oomScore: row.meta.pid % 700,
    cgroupLimitBytes: NaN,
  }
  return values[id] ?? rss * 0.5
}

const sourceOf: Partial<Record<ColumnId, 'status' | 'smaps_rollup' | 'oom_score' | 'cgroup'>> = {
  rssAnonBytes: 'status',
  rssFileBytes: 'status',
  rssShmemBytes: 'status',
  swapBytes: 'status',
  vmHwmBytes: 'status',
  pssBytes: 'smaps_rollup',
  ussBytes: 'smaps_rollup',
  lazyFreeBytes: 'smaps_rollup',
  rssLessLazyFreeBytes: 'smaps_rollup',
  anonHugePagesBytes: 'smaps_rollup',
  oomScore: 'oom_score',
  cgroupCurrentBytes: 'cgroup',
  cgroupLimitBytes: 'cgroup',
  cgroupInactiveFileBytes: 'cgroup',
}

export function createFakeMachine(count: number): FakeMachine {
  const random = createRandom(7)
  const rows = Array.from({ length: count - 1 }, (_, index) => createRow(index, random))
  const service = createService(count + 100)
  rows.push(service)
  let tick = 0

  const machine: FakeMachine = {
    serviceKey: { pid: service.meta.pid, startTimeTicks: service.meta.startTimeTicks },
    service: {
      rssBytes: 2.02 * GiB,
      lazyFreeBytes: 1.66 * GiB,
      heapInuseBytes: 0.29 * GiB,
      virtBytes: 5.1 * GiB,
    },
    frame(columns, withMetas) {
      tick++
      const atMs = Date.now()
      const frame: TableFrame = {
        atMs,
        costMs: 12,
        count: rows.length,
        rowId: Uint32Array.from(rows, (row) => row.meta.rowId),
        pid: Int32Array.from(rows, (row) => row.meta.pid),
        ppid: Int32Array.from(rows, (row) => row.ppid),
        state: Uint8Array.from(rows, (row) => (row.meta.isKernelThread ? 'I' : 'S').charCodeAt(0)),
        startTimeTicks: Float64Array.from(rows, (row) => row.meta.startTimeTicks),
        columns: {},
        sources: {},
        metas: withMetas ? rows.map((row) => row.meta) : [],
      }
      for (const id of columnIds) {
        const source = sourceOf[id]
        if (source !== undefined && !columns.includes(id)) continue
        frame.columns[id] = Float64Array.from(rows, (row) =>
          source !== undefined && row.isDenied ? NaN : valueOf(row, id, machine, tick),
        )
        if (source === undefined) continue
        frame.sources[source] ??= {
          readAtMs: Float64Array.from(rows, (row) =>
            row.isDenied ? 0 : atMs - (source === 'smaps_rollup' ? row.readAgoMs : 0),
          ),
          absence: Uint8Array.from(rows, (row) => (row.isDenied ? 2 : row.meta.isKernelThread ? 4 : 0)),
        }
      }
      return frame
    },
  }
  return machine
}
