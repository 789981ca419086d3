import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TableFrame } from '#core/metrics/process-table'
import type { HostSample } from '#core/metrics/samples'
import { openTarget } from '../targets/open-target'
import type { Target } from '../targets/target'
import { createSampler } from './create-sampler'
import type { Sampler } from './sampler'
import type { SamplerEvent } from './session-events'
import { createWatchRecorder } from '../../../test/support/watch-recorder'

const waitLimit = { timeout: 15_000, interval: 20 }
const isRoot = process.getuid?.() === 0

let target: Target
let sampler: Sampler
let children: ChildProcess[]

beforeEach(async () => {
  children = []
  target = await openTarget('local')
  sampler = await createSampler(target, { intervalMs: 250 })
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await sampler.dispose()
  await target.dispose()
})

function start(command: string, args: string[] = [], options: Parameters<typeof spawn>[2] = {}): number {
  const child = spawn(command, args, { stdio: 'ignore', ...options })
  children.push(child)
  return child.pid ?? -1
}

async function stop(pid: number): Promise<void> {
  const child = children.find((candidate) => candidate.pid === pid)
  const ended = new Promise((resolve) => child?.once('exit', resolve))
  child?.kill('SIGKILL')
  await ended
}

async function keyOf(pid: number) {
  const key = await sampler.findKey(pid)
  if (key === null) throw new Error(`no process ${pid}`)
  return key
}

function rowOf(frame: TableFrame | undefined, pid: number): number {
  return frame?.pid.indexOf(pid) ?? -1
}

function statusOf(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1])
}

describe('the process table', () => {
  it('has no sizes for a process that has ended and for a thread of the kernel', async () => {
    const parent = start('sh', ['-c', 'true & exec sleep 60'])
    let frame = await sampler.readTableOnce([])
    const zombieRow = (): number =>
      frame.ppid.findIndex((ppid, row) => ppid === parent && frame.state[row] === 0x5a)
    await vi.waitFor(async () => {
      frame = await sampler.readTableOnce([])
      expect(zombieRow()).toBeGreaterThanOrEqual(0)
    }, waitLimit)
    const kernelRows = frame.metas.flatMap((meta, row) => (meta.isKernelThread ? [row] : []))
    for (const row of [zombieRow(), ...kernelRows]) {
      expect(frame.columns.virtBytes?.[row]).toBeNaN()
      expect(frame.columns.rssBytes?.[row]).toBeNaN()
      expect(frame.columns.memPercent?.[row]).toBeNaN()
    }
    expect(frame.columns.rssBytes?.[rowOf(frame, parent)]).toBeGreaterThan(0)
  })

  it('shows the numbers of ps and of status', async () => {
    const pid = start('sleep', ['60'])
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), waitLimit)
    const frame = await sampler.readTableOnce([
      'rssAnonBytes',
      'vmHwmBytes',
      'pssBytes',
      'ussBytes',
      'oomScore',
    ])
    const ps = execFileSync('ps', ['-o', 'rss=,vsz=,nlwp=,ppid=,user=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
    })
    const [rss, vsz, threads, ppid, user, comm] = ps.trim().split(/\s+/)
    const row = rowOf(frame, pid)
    const { columns } = frame
    expect(columns.virtBytes?.[row]).toBe(Number(vsz) * 1024)
    expect(columns.rssBytes?.[row]).toBe(Number(rss) * 1024)
    expect(columns.threads?.[row]).toBe(Number(threads))
    expect(frame.ppid[row]).toBe(Number(ppid))
    expect(columns.cpuPercent?.[row]).toBe(0)
    expect(columns.rssAnonBytes?.[row]).toBe(statusOf(pid, 'RssAnon') * 1024)
    expect(columns.vmHwmBytes?.[row]).toBe(statusOf(pid, 'VmHWM') * 1024)
    expect(columns.oomScore?.[row]).toBe(Number(readFileSync(`/proc/${pid}/oom_score`, 'utf8')))
    expect(columns.pssBytes?.[row]).toBeGreaterThan(0)
    expect(columns.ussBytes?.[row]).toBeLessThanOrEqual(columns.pssBytes?.[row] ?? 0)
    const meta = frame.metas.find((candidate) => candidate.pid === pid)
    expect(meta).toMatchObject({
      comm,
      user,
      cmdline: ['sleep', '60'],
      uid: process.getuid?.(),
      isKernelThread: false,
    })
  })

  it('shows threads of the kernel as such: no command line, no memory', async () => {
    const frame = await sampler.readTableOnce(['pssBytes', 'rssAnonBytes'])
    const meta = frame.metas.find((candidate) => candidate.pid === 2)
    if (meta?.comm !== 'kthreadd') return
    const row = rowOf(frame, 2)
    expect(meta).toMatchObject({ isKernelThread: true, cmdline: [] })
    expect([frame.columns.pssBytes?.[row], frame.columns.rssAnonBytes?.[row]]).toEqual([NaN, NaN])
    expect(frame.sources.smaps_rollup?.absence[row]).toBe(4)
    expect(frame.sources.status?.absence[row]).toBe(4)
  })

  it('follows processes as they come and go, and sends metas once', async () => {
    const frames: TableFrame[] = []
    const subscription = sampler.subscribeTable({ columns: [], visibleRowIds: [] }, (frame) =>
      frames.push(frame),
    )
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), waitLimit)
    expect(frames[0]?.metas).toHaveLength(frames[0]?.count ?? 0)
    const pid = start('sleep', ['60'])
    const metasOf = () => frames.flatMap(({ metas }) => metas.filter((meta) => meta.pid === pid))
    await vi.waitFor(() => expect(metasOf().at(-1)?.cmdline).toEqual(['sleep', '60']), waitLimit)
    expect(new Set(metasOf().map(({ rowId }) => rowId)).size).toBe(1)
    expect(frames.at(-1)?.columns.pssBytes).toBeUndefined()
    await stop(pid)
    await vi.waitFor(() => expect(rowOf(frames.at(-1), pid)).toBe(-1), waitLimit)
    expect(frames[0]?.columns.rssBytes?.buffer).not.toBe(frames[1]?.columns.rssBytes?.buffer)
    subscription.close()
    const { length } = frames
    await sampler.readTableOnce([])
    expect(frames).toHaveLength(length)
  })

  it('measures CPU as a share of one core, and faults a second', async () => {
    const frames: TableFrame[] = []
    const pid = start('sh', ['-c', 'while :; do :; done'])
    const subscription = sampler.subscribeTable({ columns: ['cpuPercent'], visibleRowIds: [] }, (frame) =>
      frames.push(frame),
    )
    const cpus = () => frames.map((frame) => frame.columns.cpuPercent?.[rowOf(frame, pid)])
    await vi.waitFor(() => expect(Math.max(...cpus().map((cpu) => cpu || 0))).toBeGreaterThan(20), waitLimit)
    expect(cpus().find((cpu) => cpu !== undefined)).toBeNaN()
    expect(Math.max(...cpus().map((cpu) => cpu || 0))).toBeLessThan(115)
    subscription.close()
  })

  it('reads dear columns of the rows in view first, and says of the others that they were not read', async () => {
    const frames: TableFrame[] = []
    const pid = start('sleep', ['60'])
    const subscription = sampler.subscribeTable(
      { columns: ['rssAnonBytes', 'lazyFreeBytes'], visibleRowIds: [] },
      (frame) => frames.push(frame),
    )
    await vi.waitFor(() => expect(rowOf(frames[0], pid)).toBeGreaterThanOrEqual(0), waitLimit)
    const first = frames[0]
    const row = rowOf(first, pid)
    expect([first?.sources.status?.absence[row], first?.sources.smaps_rollup?.absence[row]]).toEqual([1, 1])
    subscription.update({
      columns: ['rssAnonBytes', 'lazyFreeBytes'],
      visibleRowIds: [first?.rowId[row] ?? 0],
    })
    await vi.waitFor(() => {
      const last = frames.at(-1)
      const at = rowOf(last, pid)
      expect(last?.columns.rssAnonBytes?.[at]).toBe(statusOf(pid, 'RssAnon') * 1024)
      expect(last?.columns.lazyFreeBytes?.[at]).toBe(0)
      expect(last?.sources.smaps_rollup?.readAtMs[at]).toBeGreaterThan(Date.now() - 60_000)
    }, waitLimit)
    subscription.close()
  })

  it('takes 500 processes and one with a newline and brackets in its name', async () => {
    const script = 'i=0; while [ $i -lt 500 ]; do sleep 60 & i=$((i+1)); done; wait'
    const pid = start('sh', ['-c', script], { detached: true })
    const odd = start('perl', ['-e', '$0 = "a\\n) R 1 (b"; sleep 60'])
    try {
      await vi.waitFor(() => expect(readFileSync(`/proc/${odd}/comm`, 'utf8')).toContain('\n)'), waitLimit)
      await vi.waitFor(async () => {
        const frame = await sampler.readTableOnce([])
        const count = frame.metas.filter(({ cmdline }) => cmdline?.join(' ') === 'sleep 60').length
        expect(count).toBeGreaterThanOrEqual(500)
        expect(frame.metas.find((meta) => meta.pid === odd)?.comm).toBe('a\n) R 1 (b')
        expect(frame.ppid[rowOf(frame, odd)]).toBe(process.pid)
      }, waitLimit)
    } finally {
      process.kill(-pid, 'SIGKILL')
    }
  })
})

describe('a watched process', () => {
  it('has the numbers of status, smaps_rollup and its cgroup, and facts', async () => {
    const pid = start('sleep', ['60'], {
      env: { GODEBUG: 'madvdontneed=1', SECRET: 'x', PATH: process.env['PATH'] },
    })
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n'), waitLimit)
    const recorder = createWatchRecorder()
    const watch = await sampler.watch(await keyOf(pid), recorder)
    expect(watch.latest()).toBeNull()
    expect(watch.facts).toMatchObject({
      comm: 'sleep',
      cmdline: ['sleep', '60'],
      uid: process.getuid?.(),
      exePath: readlinkSync(`/proc/${pid}/exe`),
      goEnvironment: { GODEBUG: 'madvdontneed=1' },
      absent: {},
    })
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(2), waitLimit)
    const last = watch.latest()
    expect(last).toMatchObject({
      comm: 'sleep',
      state: 'S',
      virtBytes: statusOf(pid, 'VmSize') * 1024,
      rssBytes: statusOf(pid, 'VmRSS') * 1024,
      rssAnonBytes: statusOf(pid, 'RssAnon') * 1024,
      threads: 1,
      cpuPercent: 0,
      oomScoreAdj: Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')),
      go: null,
      absent: {},
    })
    // What is private until another process maps the same file moves: compared when both saw the same.
    await vi.waitFor(() => {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      const kib = (name: string): number =>
        Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) * 1024
      expect(watch.latest()?.rollup).toMatchObject({
        rssBytes: kib('Rss'),
        ussBytes: kib('Private_Clean') + kib('Private_Dirty'),
        lazyFreeBytes: kib('LazyFree'),
      })
    }, waitLimit)
    expect(last?.rollupDueAtMs).toBeGreaterThan(last?.rollup?.atMs ?? Infinity)
    expect(last?.cgroup?.path).toBe(watch.facts.cgroupPath)
    expect([last?.memPercent, last?.cgroup?.currentBytes].every((value) => (value ?? 0) > 0)).toBe(true)
    expect(recorder.samples[0]?.cpuPercent).toBeNull()
    watch.close()
  })

  it('is gone exactly once, and that is an event', async () => {
    const pid = start('sleep', ['60'])
    const events: SamplerEvent[] = []
    sampler.onEvent((event) => events.push(event))
    const [one, two] = [createWatchRecorder(), createWatchRecorder()]
    const key = await keyOf(pid)
    const watches = [await sampler.watch(key, one), await sampler.watch(key, two)]
    await vi.waitFor(() => expect(two.samples.length).toBeGreaterThan(0), waitLimit)
    await stop(pid)
    await vi.waitFor(() => expect(one.goneAtMs.length + two.goneAtMs.length).toBe(2), waitLimit)
    const { length } = one.samples
    const hosts: HostSample[] = []
    const unlisten = sampler.onHost((sample) => hosts.push(sample))
    await vi.waitFor(() => expect(hosts.length).toBeGreaterThan(2), waitLimit)
    unlisten()
    expect([one.goneAtMs.length, two.goneAtMs.length, one.samples.length]).toEqual([1, 1, length])
    expect(events.filter(({ kind }) => kind === 'process-gone')).toMatchObject([
      { key, params: { pid, comm: 'sleep' } },
    ])
    await expect(sampler.watch(key, one)).rejects.toMatchObject({ code: 'gone' })
    for (const watch of watches) watch.close()
  })

  it('is never taken for the one that had its pid before', async () => {
    const { pid, startTimeTicks } = await keyOf(process.pid)
    const earlier = { pid, startTimeTicks: startTimeTicks - 1 }
    await expect(sampler.watch(earlier, createWatchRecorder())).rejects.toMatchObject({ code: 'gone' })
    expect(await sampler.findKey(2 ** 22 + 1)).toBeNull()
    expect(await sampler.findKey(-1)).toBeNull()
  })

  it('is learned anew when it becomes another program, though pid and start time stay', async () => {
    const pid = start('sh', ['-c', 'read line; exec env GODEBUG=madvdontneed=1 sleep 60'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const recorder = createWatchRecorder()
    const watch = await sampler.watch(await keyOf(pid), recorder)
    expect(watch.facts).toMatchObject({ comm: 'sh', exePath: readlinkSync(`/proc/${pid}/exe`) })
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(0), waitLimit)
    children.at(-1)?.stdin?.write('\n')
    await vi.waitFor(() => expect(watch.facts.comm).toBe('sleep'), waitLimit)
    expect(watch.facts).toMatchObject({
      cmdline: ['sleep', '60'],
      exePath: readlinkSync(`/proc/${pid}/exe`),
      goEnvironment: { GODEBUG: 'madvdontneed=1' },
    })
    expect(recorder.learned.at(-1)).toEqual(watch.facts)
    expect(recorder.goneAtMs).toEqual([])
    watch.close()
  })

  it('is learned anew for its address space only: another name alone is the same program', async () => {
    const pid = start('sh', ['-c', 'read line; printf renamed >/proc/$$/comm; read line'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const recorder = createWatchRecorder()
    const watch = await sampler.watch(await keyOf(pid), recorder)
    const { length } = recorder.learned
    children.at(-1)?.stdin?.write('\n')
    await vi.waitFor(() => expect(watch.latest()?.comm).toBe('renamed'), waitLimit)
    const { length: polls } = recorder.samples
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(polls + 1), waitLimit)
    expect(recorder.learned).toHaveLength(length)
    watch.close()
  })

  it('keeps its state as a zombie, without memory', async () => {
    const pid = start('sh', ['-c', 'sh -c "exit 0" & exec sleep 60'])
    const childrenFile = `/proc/${pid}/task/${pid}/children`
    const zombie = await vi.waitFor(() => {
      const child = Number(readFileSync(childrenFile, 'utf8').trim())
      expect(readFileSync(`/proc/${child}/stat`, 'utf8')).toContain(') Z ')
      return child
    }, waitLimit)
    const recorder = createWatchRecorder()
    const watch = await sampler.watch(await keyOf(zombie), recorder)
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(0), waitLimit)
    expect(recorder.samples[0]).toMatchObject({
      state: 'Z',
      rssBytes: null,
      rollup: null,
      rollupDueAtMs: null,
      absent: { status: 'no-memory', smaps_rollup: 'no-memory' },
    })
    watch.close()
  })

  it.runIf(isRoot)('of another user shows what may be read, and why the rest may not', async () => {
    const pid = start('sleep', ['60'])
    const key = await keyOf(pid)
    const recorder = createWatchRecorder()
    try {
      process.seteuid?.(65_534)
      const watch = await sampler.watch(key, recorder)
      await vi.waitFor(
        () => expect(recorder.samples.at(-1)?.absent.smaps_rollup).toBe('permission-denied'),
        waitLimit,
      )
      expect(watch.facts).toMatchObject({
        user: 'root',
        exePath: null,
        goEnvironment: null,
        cmdline: ['sleep', '60'],
        absent: { exe: 'permission-denied', environ: 'permission-denied' },
      })
      expect(recorder.samples.at(-1)).toMatchObject({ rollup: null, rssBytes: statusOf(pid, 'VmRSS') * 1024 })
      watch.close()
    } finally {
      process.seteuid?.(0)
    }
  })
})

describe('the host', () => {
  it('has the numbers of meminfo, vmstat and pressure', async () => {
    const samples: HostSample[] = []
    const unlisten = sampler.onHost((sample) => samples.push(sample))
    await vi.waitFor(() => expect(samples.length).toBeGreaterThan(1), waitLimit)
    unlisten()
    const meminfo = readFileSync('/proc/meminfo', 'utf8')
    expect(samples[0]?.memTotalBytes).toBe(Number(/^MemTotal:\s+(\d+)/m.exec(meminfo)?.[1]) * 1024)
    expect(samples[0]?.memAvailableBytes).toBeGreaterThan(0)
    expect(samples[1]?.uptimeSeconds).toBeGreaterThan(samples[0]?.uptimeSeconds ?? Infinity)
    expect(samples[0]?.psiSomeAvg10 === null).toBe(!target.capabilities.pressure)
    expect(samples[0]?.pgsteal).toBeGreaterThanOrEqual(0)
  })
})

describe('dispose', () => {
  it('leaves no timer and no descriptor', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const recorder = createWatchRecorder()
    await sampler.watch(await keyOf(process.pid), recorder)
    sampler.subscribeTable({ columns: ['lazyFreeBytes', 'cgroupLimitBytes'], visibleRowIds: [] }, () => {})
    sampler.onHost(() => {})
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(1), waitLimit)
    await sampler.dispose()
    await target.dispose()
    const fds = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return []
      }
    })
    expect(fds.filter((path) => /^\/(proc\/(\d+\/(stat|status)|vmstat|meminfo)|sys)/.test(path))).toEqual([])
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before + 1))
  })
})
