import { execFileSync, spawn } from 'node:child_process'
import type { Systeminformation } from 'systeminformation'
import { describe, expect, it, vi } from 'vitest'
import type { TableFrame } from '#core/metrics/process-table'
import type { HostSample } from '#core/metrics/samples'
import { openSystemInfoTarget } from '../targets/system-info-target'
import type { SamplerEvent } from './session-events'
import { openSystemInfoSampler } from './system-info-sampler'
import { createWatchRecorder } from '../../../test/support/watch-recorder'

const waitLimit = { timeout: 15_000, interval: 20 }

type Item = Systeminformation.ProcessesProcessData

function toItem(changes: Partial<Item>): Item {
  return {
    pid: 5,
    parentPid: 1,
    name: 'app',
    cpu: 10,
    cpuu: 0,
    cpus: 0,
    mem: 0,
    priority: 0,
    memVsz: 2000,
    memRss: 1000,
    nice: 0,
    started: '2026-01-02 03:04:05',
    state: 'sleeping',
    tty: '',
    user: 'me',
    command: 'app',
    params: '-v',
    path: '/usr/bin',
    ...changes,
  }
}

function createFake(items: Item[]) {
  const fake = { items, calls: 0 }
  const mem = { total: 4_096_000, free: 1000, available: 2000, swaptotal: 0, swapfree: 0 }
  return {
    fake,
    systemInformation: {
      processes: () => {
        fake.calls++
        return Promise.resolve({ list: fake.items } as Systeminformation.ProcessesData)
      },
      mem: () => Promise.resolve(mem as Systeminformation.MemData),
    },
  }
}

describe('the sampler of systems without /proc', () => {
  it('has no capability that needs /proc, and answers raw reads with unsupported', async () => {
    const target = openSystemInfoTarget()
    expect(target.capabilities).toMatchObject({
      smaps: false,
      pressure: false,
      cgroup: false,
      balloon: false,
    })
    const [answer] = await target.read([{ kind: 'file', path: '/proc/1/stat' }])
    expect(answer).toMatchObject({ ok: false, error: { code: 'unsupported' } })
    await target.dispose()
  })

  it('gives rows, the host and a watched process, and what the system does not have is absent', async () => {
    const target = openSystemInfoTarget()
    const { fake, systemInformation } = createFake([toItem({})])
    const sampler = await openSystemInfoSampler(target, { systemInformation })
    const frames: TableFrame[] = []
    const hosts: HostSample[] = []
    sampler.subscribeTable({ columns: ['lazyFreeBytes'], visibleRowIds: [] }, (frame) => frames.push(frame))
    sampler.onHost((sample) => hosts.push(sample))
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(1), waitLimit)
    expect(frames[0]?.columns.rssBytes?.[0]).toBe(1_024_000)
    expect(frames[0]?.columns.memPercent?.[0]).toBe(25)
    expect(frames[0]?.columns.cpuPercent?.[0]).toBeNaN()
    expect(frames[1]?.columns.cpuPercent?.[0]).toBe(10 * (target.host.cpuCount ?? 1))
    expect(frames[0]?.columns.lazyFreeBytes?.[0]).toBeNaN()
    expect(frames[0]?.metas).toMatchObject([{ cmdline: ['/usr/bin/app', '-v'], user: 'me', uid: null }])
    expect(hosts[0]).toMatchObject({ memTotalBytes: 4_096_000, psiSomeAvg10: null })

    const key = await sampler.findKey(5)
    const recorder = createWatchRecorder()
    const events: SamplerEvent[] = []
    sampler.onEvent((event) => events.push(event))
    await sampler.watch(key ?? { pid: 0, startTimeTicks: 0 }, recorder)
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(0), waitLimit)
    expect(recorder.samples[0]).toMatchObject({
      rssBytes: 1_024_000,
      rollup: null,
      absent: { smaps_rollup: 'not-reported' },
    })

    // A start time that wobbles by a second is the same process; the pid of another name is another one.
    fake.items = [toItem({ started: '2026-01-02 03:04:06' })]
    const before = recorder.samples.length
    await vi.waitFor(() => expect(recorder.samples.length).toBeGreaterThan(before), waitLimit)
    fake.items = [toItem({ started: '2026-01-02 04:00:00' })]
    await vi.waitFor(() => expect(recorder.goneAtMs).toHaveLength(1), waitLimit)
    expect(events).toMatchObject([{ kind: 'process-gone', key }])
    await sampler.dispose()
    const { calls } = fake
    await expect(sampler.findKey(5)).resolves.not.toEqual(key)
    expect(fake.calls).toBe(calls + 1)
  })

  it('reads the real list of this machine', async () => {
    const child = spawn('sleep', ['60'])
    const target = openSystemInfoTarget()
    const sampler = await openSystemInfoSampler(target)
    try {
      await vi.waitFor(async () => {
        const frame = await sampler.readTableOnce([])
        const row = frame.pid.indexOf(child.pid ?? -1)
        const rss = execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })
        expect(frame.columns.rssBytes?.[row]).toBe(Number(rss) * 1024)
        expect(frame.ppid[row]).toBe(process.pid)
      }, waitLimit)
    } finally {
      child.kill('SIGKILL')
      await sampler.dispose()
    }
  })
})
