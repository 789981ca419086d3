import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient } from '#core/ipc/rpc'
import { parsePidStat } from '#core/procfs/pid-stat'
import { hostFactsOf, processSampleAt } from '../../../test/support/recorded-samples'
import { openRecorder } from '../recorder/recorder'
import { createBackend, type Backend } from './backend'

const waitLimit = { timeout: 15_000, interval: 50 }
const always = { targetSpec: 'local', fromMs: 0, toMs: 8_000_000_000_000 }
let dir: string
let backend: Backend
let child: ChildProcess

function start(recordingsDir?: string) {
  backend = createBackend({
    resourcesDir: join(import.meta.dirname, '../../..'),
    cacheDir: dir,
    ...(recordingsDir !== undefined && { recordingsDir }),
  })
  const [near, far] = createMemoryChannel()
  backend.openSession(far)
  return createRpcClient<BackendMethods, BackendEvents>(near)
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-recordings-'))
  child = spawn('sleep', ['60'])
})
afterEach(async () => {
  child.kill('SIGKILL')
  await backend.dispose()
  rmSync(dir, { recursive: true, force: true })
})

describe('a backend that records', () => {
  it('has a process once that has the numbers of one before a reboot, in what it lists and opens', async () => {
    const recorder = await openRecorder({
      file: join(dir, 'recordings', 'recording.db'),
      onProblem: () => undefined,
    })
    const atMs = Date.now() - 60_000
    recorder.recordHostFacts('local', hostFactsOf('boot-1'))
    recorder.recordProcess('local', processSampleAt(atMs, 1, { comm: 'before' }))
    recorder.recordHostFacts('local', hostFactsOf('boot-2'))
    recorder.recordProcess('local', processSampleAt(atMs + 5000, 1, { comm: 'after' }))
    await recorder.dispose()
    const client = start(join(dir, 'recordings'))
    const key = { pid: 1, startTimeTicks: 100 }
    const range = { targetSpec: 'local', fromMs: atMs - 1000, toMs: Date.now() }
    expect(await client.call('history.processes', range)).toEqual([
      { key, comm: 'after', fromMs: atMs, toMs: atMs + 5000 },
    ])
    const { replay } = await client.call('history.open', { ...range, keys: [key] })
    expect(replay?.processes).toMatchObject([{ key }])
  })

  it('keeps hosts, watched processes, the table and marks over its end', async () => {
    const { pid, startTimeTicks } = parsePidStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))
    const key = { pid, startTimeTicks }
    const client = start(join(dir, 'recordings'))
    await client.call('targets.open', { spec: 'local' })
    await client.call('process.watch', { targetId: 'local', key })
    const series = {
      ...always,
      fromMs: Date.now() - 60_000,
      toMs: Date.now() + 60_000,
      key,
      stream: 'process' as const,
      columns: ['rssBytes'],
      buckets: 1000,
    }
    await vi.waitFor(async () => {
      const { columns } = await client.call('history.series', series)
      expect(columns['rssBytes']?.last.length).toBeGreaterThan(1)
      expect(await client.call('history.top', always)).toHaveLength(1)
    }, waitLimit)
    const [top] = await client.call('history.top', always)
    expect(top?.rows).toHaveLength(Math.min(30, top?.rows.length ?? 0))
    expect(top?.rows[0]?.comm).not.toBe('')
    const mark = await client.call('marks.add', { targetSpec: 'local', atMs: Date.now(), text: 'deployed' })
    await backend.dispose()

    const again = start(join(dir, 'recordings'))
    expect(await again.call('history.targets', null)).toMatchObject([{ targetSpec: 'local' }])
    expect(await again.call('history.processes', always)).toMatchObject([{ key, comm: 'sleep' }])
    expect((await again.call('history.series', series)).columns['rssBytes']?.min[0]).toBeGreaterThan(100_000)
    expect(
      (
        await again.call('history.series', {
          ...series,
          key: null,
          stream: 'host',
          columns: ['memFreeBytes'],
        })
      ).atMs,
    ).not.toHaveLength(0)
    expect(await again.call('marks.list', always)).toEqual([mark])
    expect(await again.call('marks.remove', { id: mark.id })).toBe(true)
    const retention = { maxAgeMs: 86_400_000, maxBytes: 128 * 1024 * 1024 }
    expect(await again.call('history.setRetention', retention)).toMatchObject({ retention, dropped: 0 })
    await backend.dispose()
    const third = start(join(dir, 'recordings'))
    expect(await third.call('history.stats', null)).toMatchObject({ retention })
  })

  it('refuses what does not fit', async () => {
    const client = start(join(dir, 'recordings'))
    const invalid = { code: 'invalid' }
    const series = { ...always, key: null, stream: 'host' as const, columns: ['memFreeBytes'], buckets: 10 }
    await expect(client.call('history.series', { ...series, buckets: 1e9 })).rejects.toMatchObject(invalid)
    await expect(
      client.call('history.series', { ...series, stream: 'chunk' as 'host' }),
    ).rejects.toMatchObject(invalid)
    await expect(client.call('history.setRetention', { maxAgeMs: 0, maxBytes: 1 })).rejects.toMatchObject(
      invalid,
    )
    const mark = { targetSpec: 'local', atMs: 1, text: 'x'.repeat(201) }
    await expect(client.call('marks.add', mark)).rejects.toMatchObject(invalid)
  })

  it('that has no folder for it records nothing', async () => {
    const client = start()
    await client.call('targets.open', { spec: 'local' })
    await expect(client.call('history.targets', null)).rejects.toMatchObject({ code: 'unsupported' })
    expect(existsSync(join(dir, 'recordings'))).toBe(false)
  })
})
