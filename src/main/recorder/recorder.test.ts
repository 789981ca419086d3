import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostAt, samplesOf } from '#core/snapshot/sample-at'
import type { Verdict } from '#core/verdict/verdict'
import type { IncidentProfile } from '#core/snapshot/incident'
import type { SessionEvent } from '#core/ipc/contract'
import { hostFactsOf, hostSampleAt, processSampleAt } from '../../../test/support/recorded-samples'
import { openRecorder, type Recorder } from './recorder'
import type { RecorderProblem } from '#core/snapshot/history'

const targetSpec = 'local'
/** Not so long ago that it would be deleted. */
const startMs = Math.floor(Date.now() / 60_000 - 60) * 60_000
let dir: string
let file: string
let recorder: Recorder
let problems: RecorderProblem[]

async function open(): Promise<Recorder> {
  return openRecorder({ file, onProblem: (problem) => problems.push(problem) })
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-recorder-'))
  file = join(dir, 'recordings', 'recording.db')
  problems = []
  recorder = await open()
})
afterEach(async () => {
  await recorder.dispose()
  rmSync(dir, { recursive: true, force: true })
})

function recordSeconds(from: number, to: number, pids: readonly number[] = [808]): void {
  for (let second = from; second < to; second++) {
    recorder.recordHost(targetSpec, hostSampleAt(startMs + second * 1000))
    for (const pid of pids) recorder.recordProcess(targetSpec, processSampleAt(startMs + second * 1000, pid))
  }
}

const rounded = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' ? Math.round(part * 100) / 100 : part,
    ),
  ) as T

describe('a recording', () => {
  it('gives back every sample of a process, over packed minutes, the open one, and a restart', async () => {
    recorder.recordHostFacts(targetSpec, hostFactsOf('boot-1'))
    recordSeconds(0, 131)
    await recorder.dispose()
    recorder = await open()
    recorder.recordHostFacts(targetSpec, hostFactsOf('boot-1'))
    recordSeconds(131, 200)
    const range = { fromMs: startMs, toMs: startMs + 200_000 }
    const key = { pid: 808, startTimeTicks: 80_800 }
    const incident = await recorder.readIncident({ targetSpec, keys: [key], ...range })
    expect(incident.host).toEqual(hostFactsOf('boot-1'))
    expect(incident.hostStream.atMs).toHaveLength(200)
    // The walk before the restart was told again after it.
    expect(incident.processes[0]?.streams.rollup.atMs).toHaveLength(40)
    const at = startMs + 61_000
    expect(hostAt(incident.hostStream, at)).toEqual(rounded(hostSampleAt(at)))
    const [process] = incident.processes
    if (process === undefined) throw new Error('the process is not there')
    const wanted = Array.from({ length: 200 }, (_, second) => processSampleAt(startMs + second * 1000, 808))
    const withoutCost = rounded(wanted).map((sample) => ({
      ...sample,
      endpoint: { ...sample.endpoint, costMs: sample.go?.costMs ?? null, bytes: null },
    }))
    expect([...samplesOf(process)]).toEqual(withoutCost)
    expect(await recorder.stats()).toMatchObject({ dropped: 0, oldestMs: startMs - 60_000 })
    expect(problems).toEqual([])
  })

  it('answers the least, the most and the last of each bucket', async () => {
    const rss = (second: number): number => (second === 100 ? 5_000_000 : 1_000_000 + second)
    for (let second = 0; second < 300; second++) {
      if (second >= 180 && second < 240) continue
      const sample = processSampleAt(startMs + second * 1000, 7, {
        rssBytes: rss(second),
        threads: second < 60 ? null : 3,
      })
      recorder.recordProcess(targetSpec, sample)
    }
    const ask = { targetSpec, key: { pid: 7, startTimeTicks: 700 }, stream: 'process' as const }
    const range = { fromMs: startMs, toMs: startMs + 300_000 }
    const columns = ['rssBytes', 'threads']
    const minutes = await recorder.history({ ...ask, ...range, columns, buckets: 5 })
    expect(minutes).toEqual({
      bucketMs: 60_000,
      // Nothing was read in the fourth minute: a gap.
      atMs: [0, 60_000, 120_000, 240_000].map((at) => startMs + at),
      columns: {
        rssBytes: {
          min: [1_000_000, 1_000_060, 1_000_120, 1_000_240],
          max: [1_000_059, 5_000_000, 1_000_179, 1_000_299],
          last: [1_000_059, 1_000_119, 1_000_179, 1_000_299],
        },
        threads: { min: [null, 3, 3, 3], max: [null, 3, 3, 3], last: [null, 3, 3, 3] },
      },
    })
    const fine = await recorder.history({ ...ask, ...range, columns: ['rssBytes'], buckets: 30 })
    expect(fine).toMatchObject({ bucketMs: 10_000 })
    expect(fine.atMs).toHaveLength(24)
    expect(fine.columns['rssBytes']?.max.slice(9, 12)).toEqual([1_000_099, 5_000_000, 1_000_119])
    const wide = await recorder.history({ ...ask, ...range, columns, buckets: 1 })
    expect(wide).toMatchObject({ bucketMs: 300_000, atMs: [startMs] })
    expect(wide.columns['rssBytes']).toEqual({ min: [1_000_000], max: [5_000_000], last: [1_000_299] })
    const none = await recorder.history({
      ...ask,
      key: null,
      ...range,
      columns: ['x; DROP TABLE chunk'],
      buckets: 5,
    })
    expect(none).toMatchObject({ atMs: [], columns: {} })
  })

  it('tells a process from another one with its numbers after a reboot', async () => {
    recorder.recordHostFacts(targetSpec, hostFactsOf('boot-1'))
    recorder.recordProcess(targetSpec, processSampleAt(startMs, 1, { comm: 'before' }))
    recorder.recordHostFacts(targetSpec, hostFactsOf('boot-2'))
    recorder.recordProcess(targetSpec, processSampleAt(startMs + 5000, 1, { comm: 'after' }))
    recorder.recordProcess('ssh:other', processSampleAt(startMs + 5000, 2))
    const all = { fromMs: startMs, toMs: startMs + 9000 }
    const key = { pid: 1, startTimeTicks: 100 }
    expect(await recorder.listProcesses(targetSpec, all)).toEqual([
      { key, comm: 'after', fromMs: startMs + 5000, toMs: startMs + 5000 },
      { key, comm: 'before', fromMs: startMs, toMs: startMs },
    ])
    // By this key both are read: a file with the same process twice would be one that nobody opens.
    const incident = await recorder.readIncident({ targetSpec, keys: [key, { ...key }], ...all })
    expect(incident.processes).toHaveLength(1)
    expect((await recorder.listTargets()).map((target) => target.targetSpec).sort()).toEqual([
      'local',
      'ssh:other',
    ])
    expect(await recorder.range('ssh:other')).toEqual({ fromMs: startMs + 5000, toMs: startMs + 5000 })
    expect(await recorder.range('ssh:nobody')).toBeNull()
  })

  it('keeps heap profiles of each process, the newest 64 of a stretch', async () => {
    const profileOf = (process: number, second: number, size = 10): IncidentProfile => ({
      info: {
        ...{ id: `${process}-${second}`, targetId: targetSpec, comm: 'api', costMs: 1, url: 'http://a/b' },
        ...{ key: { pid: process, startTimeTicks: process * 100 }, sizeBytes: size },
        atMs: startMs + second * 1000,
      },
      bytes: randomBytes(size),
    })
    const mine = Array.from({ length: 70 }, (_, second) => profileOf(1, second))
    const large = profileOf(2, 5, 5_000_000)
    for (const profile of [...mine, large]) recorder.recordProfile(targetSpec, profile)
    recorder.recordProfile(targetSpec, profileOf(3, 5, 20_000_000))
    const query = { targetSpec, fromMs: startMs, toMs: startMs + 100_000 }
    const keysOf = (...pids: number[]) => pids.map((pid) => ({ pid, startTimeTicks: pid * 100 }))
    const found = await recorder.readProfiles({ ...query, keys: keysOf(1, 3) })
    expect(found.map(({ info }) => info.id)).toEqual(mine.slice(-64).map(({ info }) => info.id))
    expect(Buffer.from(found[0]!.bytes).equals(mine[6]!.bytes)).toBe(true)
    const [other] = await recorder.readProfiles({ ...query, keys: keysOf(2) })
    expect(Buffer.from(other!.bytes).equals(large.bytes)).toBe(true)
    expect(await recorder.readProfiles({ ...query, toMs: startMs - 1, keys: keysOf(1) })).toEqual([])
    expect((await recorder.stats()).dropped).toBe(1)
  })

  it('calls a process what it called itself last', async () => {
    const key = { pid: 1, startTimeTicks: 100 }
    const verdict = { atMs: startMs, main: 'nothingUnusual', findings: [], limits: [], readings: [] }
    recorder.recordVerdict(targetSpec, key, verdict as unknown as Verdict)
    for (const [second, comm] of ['sh', 'sh', 'checkout'].entries())
      recorder.recordProcess(targetSpec, processSampleAt(startMs + second * 1000, 1, { comm }))
    const all = { fromMs: startMs, toMs: startMs + 9000 }
    expect(await recorder.listProcesses(targetSpec, all)).toMatchObject([{ key, comm: 'checkout' }])
    recorder.recordProcess(targetSpec, processSampleAt(startMs + 4000, 1, { comm: 'worker' }))
    expect(await recorder.listProcesses(targetSpec, all)).toMatchObject([{ key, comm: 'worker' }])
  })

  it('keeps marks, events and the table of a while', async () => {
    const event: SessionEvent = {
      id: 9,
      atMs: startMs + 10,
      targetId: targetSpec,
      key: null,
      kind: 'target',
      text: 'event.target.connected',
      params: {},
    }
    recorder.recordEvent(event)
    // Of a process that is not asked for: neither what happened to it nor what /proc said of it.
    const otherKey = { pid: 909, startTimeTicks: 90_900 }
    recorder.recordEvent({ ...event, key: otherKey, kind: 'endpoint', text: 'event.endpoint.found' })
    const readings = ['/proc/meminfo', '/proc/909/status'].map((path) => ({
      atMs: startMs + 20,
      path,
      text: 'x',
    }))
    recorder.recordReadings(targetSpec, readings)
    const top = [{ key: { pid: 1, startTimeTicks: 1 }, comm: 'init', rssBytes: 1, cpuPercent: null }]
    // A minute later by a poll that came early.
    for (const second of [0, 30, 59.2])
      recorder.recordTop(targetSpec, { atMs: startMs + second * 1000, rows: top })
    const mark = await recorder.addMark(targetSpec, { atMs: startMs + 20, text: '  deployed build 1.12 ' })
    const other = await recorder.addMark(targetSpec, { atMs: startMs + 30, text: 'x' })
    expect(await recorder.removeMark(other.id)).toBe(true)
    expect(await recorder.removeMark(other.id)).toBe(false)
    const far = await recorder.addMark(targetSpec, { atMs: startMs + 365 * 86_400_000, text: 'next year' })
    // What is recorded has not become a year longer.
    expect((await recorder.range(targetSpec))?.toMs).toBeLessThan(far.atMs - 86_400_000)
    await expect(recorder.addMark('ssh:never', { atMs: startMs, text: 'x' })).rejects.toMatchObject({
      code: 'gone',
    })
    await expect(recorder.addMark(targetSpec, { atMs: startMs, text: ' ' })).rejects.toMatchObject({
      code: 'invalid',
    })
    const range = { fromMs: startMs, toMs: startMs + 100_000 }
    const incident = await recorder.readIncident({ targetSpec, keys: [], ...range })
    expect(incident.events).toEqual([{ ...event, id: expect.any(Number) as number }])
    expect(incident.readings).toEqual(readings.slice(0, 1))
    const both = await recorder.readIncident({ targetSpec, keys: [otherKey], ...range })
    expect(both.events).toHaveLength(2)
    expect(both.readings).toEqual(readings)
    expect(incident.marks).toEqual([{ id: mark.id, atMs: startMs + 20, text: 'deployed build 1.12' }])
    expect(await recorder.listMarks(targetSpec, range)).toEqual(incident.marks)
    expect(await recorder.readTop(targetSpec, range)).toEqual(incident.top)
    expect(incident.top).toEqual([
      { atMs: startMs, rows: top },
      { atMs: startMs + 59_200, rows: top },
    ])
    await expect(recorder.readIncident({ targetSpec: 'ssh:x', keys: [], ...range })).rejects.toMatchObject({
      code: 'gone',
    })
  })

  it('takes what comes in while a long stretch is read', async () => {
    const pids = Array.from({ length: 12 }, (_, index) => index + 1)
    recordSeconds(0, 200, pids)
    await recorder.stats()
    const keys = pids.map((pid) => ({ pid, startTimeTicks: pid * 100 }))
    const order: string[] = []
    const reading = recorder
      .readIncident({ targetSpec, keys, fromMs: startMs, toMs: startMs + 400_000 })
      .finally(() => order.push('read'))
    recordSeconds(200, 201)
    await recorder.stats().then(() => order.push('recorded'))
    const { processes, hostStream } = await reading
    expect(order).toEqual(['recorded', 'read'])
    expect(processes.map(({ streams }) => streams.process.atMs.length)).toEqual(pids.map(() => 200))
    expect(hostStream.atMs.length).toBeGreaterThanOrEqual(200)
    const broken = recorder.readIncident({ targetSpec, keys, fromMs: startMs, toMs: startMs + 400_000 })
    await Promise.all([recorder.dispose(), expect(broken).rejects.toMatchObject({ code: 'failed' })])
    recorder = await open()
    expect(problems).toEqual([])
  })

  it('leaves nothing else in its folder', async () => {
    recordSeconds(0, 70)
    await recorder.stats()
    expect(readdirSync(join(dir, 'recordings')).sort()).toEqual([
      'recording.db',
      'recording.db-lock',
      'recording.db-reserve',
      'recording.db-shm',
      'recording.db-wal',
    ])
  })
})
