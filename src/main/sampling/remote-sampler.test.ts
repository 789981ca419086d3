import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TableFrame } from '#core/metrics/process-table'
import type { ProcessSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import { openRemoteStandIn, type RemoteStandIn } from '../../../test/support/remote-stand-in'
import { openProcSampler } from './proc-sampler'
import type { Sampler, TableRequest } from './sampler'
import type { SamplerEvent } from './session-events'

const waitLimit = { timeout: 15_000, interval: 20 }
const intervalMs = 250
const request: TableRequest = { columns: ['rssBytes', 'cpuPercent'], visibleRowIds: [] }

describe('the sampler of a target behind a link', () => {
  let standIn: RemoteStandIn
  let sampler: Sampler
  let child: ChildProcess
  let key: ProcessKey
  let samples: ProcessSample[]
  let frames: TableFrame[]
  let gone: number[]
  let events: SamplerEvent[]

  beforeEach(async () => {
    samples = []
    frames = []
    gone = []
    events = []
    standIn = openRemoteStandIn('ssh:stand-in')
    sampler = await openProcSampler(standIn.target, { intervalMs })
    sampler.onEvent((event) => events.push(event))
    child = spawn('sleep', ['60'])
    const { pid, startTimeTicks } = parsePidStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))
    key = { pid, startTimeTicks }
  })
  afterEach(async () => {
    child.kill('SIGKILL')
    await sampler.dispose()
    await standIn.target.dispose()
  })

  const watch = () =>
    sampler.watch(key, {
      sample: (sample) => samples.push(sample),
      gone: (atMs) => gone.push(atMs),
      facts: () => undefined,
      rollupAsk: () => undefined,
    })
  const cpuInTable = (frame: TableFrame): number | undefined =>
    frame.columns.cpuPercent?.[frame.pid.indexOf(key.pid)]

  it('has no rates over a gap, in a watch and in the table, and has them again at the poll after', async () => {
    await watch()
    sampler.subscribeTable(request, (frame) => frames.push(frame))
    await vi.waitFor(() => {
      expect(samples.at(-1)?.cpuPercent).toEqual(expect.any(Number))
      expect(cpuInTable(frames.at(-1)!)).not.toBeNaN()
    }, waitLimit)
    standIn.lose()
    const [samplesBefore, framesBefore] = [samples.length, frames.length]
    const pollsBefore = standIn.polls.length
    await new Promise((resolve) => setTimeout(resolve, 2 * intervalMs))
    expect([standIn.polls.length, samples.length]).toEqual([pollsBefore, samplesBefore])
    standIn.join()
    await vi.waitFor(() => {
      expect(samples.length).toBeGreaterThan(samplesBefore + 1)
      expect(frames.length).toBeGreaterThan(framesBefore + 1)
    }, waitLimit)
    const after = samples.slice(samplesBefore)
    expect(after[0]).toMatchObject({
      cpuPercent: null,
      minorFaultsPerSecond: null,
      majorFaultsPerSecond: null,
    })
    expect(after[0]!.rssBytes).toBeGreaterThan(0)
    expect(after[1]!.cpuPercent).toEqual(expect.any(Number))
    expect(cpuInTable(frames[framesBefore]!)).toBeNaN()
    await vi.waitFor(() => expect(cpuInTable(frames.at(-1)!)).not.toBeNaN(), waitLimit)
    expect(gone).toEqual([])
  })

  it('ends every watch at a reboot, and has new rows for what runs then, whatever the pids are', async () => {
    await watch()
    sampler.subscribeTable(request, (frame) => frames.push(frame))
    await vi.waitFor(() => expect(frames.at(-1)?.pid).toContain(key.pid), waitLimit)
    const before = frames.at(-1)!
    standIn.lose()
    frames.length = 0
    standIn.reboot()
    expect(gone).toHaveLength(1)
    expect(events).toMatchObject([
      { kind: 'process-gone', key, text: 'event.goneByReboot', params: { pid: key.pid, comm: 'sleep' } },
    ])
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), waitLimit)
    const known = new Set(before.rowId)
    expect([...frames[0]!.rowId].filter((rowId) => known.has(rowId))).toEqual([])
    expect(frames[0]!.metas).toHaveLength(frames[0]!.count)
    expect([...frames[0]!.columns.cpuPercent!].every(Number.isNaN)).toBe(true)
    samples.length = 0
    await new Promise((resolve) => setTimeout(resolve, 2 * intervalMs))
    expect(samples).toEqual([])
    expect(gone).toHaveLength(1)
  })

  it('keeps the watched process on time while a table takes long', async () => {
    standIn.delayMs = ({ stat }) => (stat ? 4 * intervalMs : 20)
    await watch()
    sampler.subscribeTable(request, (frame) => frames.push(frame))
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(2), waitLimit)
    const asksAll = standIn.polls.filter(
      ({ stat, reads }) => stat && reads.some(({ path }) => path === '/proc/meminfo'),
    )
    expect(asksAll).toEqual([])
    // Between two tables, which are slow, the watch goes on: at least twice as often as tables come.
    expect(samples.length).toBeGreaterThan(frames.length * 2)
  })

  it('never has two polls under way', async () => {
    let underWay = 0
    let most = 0
    const poll = standIn.target.poll.bind(standIn.target)
    standIn.target.poll = async (asked) => {
      most = Math.max(most, ++underWay)
      try {
        return await poll(asked)
      } finally {
        underWay--
      }
    }
    standIn.delayMs = () => 1.5 * intervalMs
    await watch()
    sampler.subscribeTable(request, (frame) => frames.push(frame))
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(1), waitLimit)
    expect(most).toBe(1)
  })

  it('reads a single look through the link', async () => {
    standIn.delayMs = () => 50
    const frame = await sampler.readTableOnce(['rssBytes', 'lazyFreeBytes'])
    const row = frame.pid.indexOf(key.pid)
    expect(row).toBeGreaterThanOrEqual(0)
    expect(frame.columns.lazyFreeBytes?.[row]).toBe(0)
    expect(frame.metas.find(({ pid }) => pid === key.pid)).toMatchObject({
      comm: 'sleep',
      uid: process.getuid!(),
    })
  })
})
