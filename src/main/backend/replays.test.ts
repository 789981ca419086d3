import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BackendEvents, BackendMethods, TargetInfo } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient } from '#core/ipc/rpc'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import { defaultRedaction } from '#core/snapshot/redaction'
import { createBackend, type Backend } from './backend'

const waitLimit = { timeout: 15_000, interval: 50 }

describe('recorded stretches', () => {
  let dir = ''
  let backend: Backend
  let child: ChildProcess
  let key: ProcessKey

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ballonet-replays-'))
    backend = createBackend({
      resourcesDir: join(import.meta.dirname, '../../..'),
      cacheDir: dir,
      recordingsDir: join(dir, 'recordings'),
    })
    child = spawn('sleep', ['60'])
    const { pid, startTimeTicks } = parsePidStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))
    key = { pid, startTimeTicks }
  })
  afterEach(async () => {
    child.kill('SIGKILL')
    await backend.dispose()
    rmSync(dir, { recursive: true, force: true })
  })

  function connect() {
    const [near, far] = createMemoryChannel()
    backend.openSession(far)
    return createRpcClient<BackendMethods, BackendEvents>(near)
  }

  type Client = ReturnType<typeof connect>

  /** This machine, with some seconds of the process in the recording. */
  async function record(client: Client): Promise<void> {
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    let samples = 0
    client.on('process', () => samples++)
    await client.call('process.watch', { targetId, key })
    await client.call('marks.add', { targetSpec: 'local', atMs: Date.now(), text: 'deployed' })
    await vi.waitFor(() => expect(samples).toBeGreaterThan(2), waitLimit)
  }

  const lastMinute = () => ({ fromMs: Date.now() - 60_000, toMs: Date.now() })

  async function openRecorded(client: Client): Promise<TargetInfo> {
    await record(client)
    return vi.waitFor(async () => {
      const info = await client.call('history.open', { targetSpec: 'local', keys: [key], ...lastMinute() })
      const found = await client.call('replay.process', { targetId: info.id, key })
      const { readings } = await client.call('replay.overview', { targetId: info.id })
      if (found.streams.process.atMs.length > 1 && readings.length > 0) return info
      await client.call('targets.close', { targetId: info.id })
      throw new Error('not yet written')
    }, waitLimit)
  }

  it('are opened, looked at, exported and opened again with the same numbers', async () => {
    const client = connect()
    const info = await openRecorded(client)
    expect(info).toMatchObject({
      state: 'connected',
      capabilities: { live: false, seek: true, balloon: false },
      replay: { source: 'recording', name: 'local' },
    })
    const targetId = info.id
    const frames: BackendEvents['table'][] = []
    const samples: BackendEvents['process'][] = []
    client.on('table', (event) => event.targetId === targetId && frames.push(event))
    client.on('process', (event) => event.targetId === targetId && samples.push(event))
    await client.call('table.subscribe', { targetId, columns: ['pssBytes'], visibleRowIds: [] })
    expect((await client.call('process.watch', { targetId, key })).comm).toBe('sleep')
    const range = { fromMs: info.replay?.fromMs ?? 0, toMs: info.replay?.toMs ?? 0 }
    await client.call('replay.seek', { targetId, atMs: range.toMs })
    await vi.waitFor(() => expect([frames.length, samples.length]).toEqual([2, 1]), waitLimit)
    expect([...(frames[1]?.frame.pid ?? [])]).toContain(key.pid)
    const { verdict } = await client.call('replay.verdict', { targetId, key, atMs: range.toMs })
    expect(verdict?.main).toBeDefined()
    const overview = await client.call('replay.overview', { targetId })
    expect(overview.marks).toMatchObject([{ text: 'deployed' }])
    const raw = await client.call('replay.reading', {
      targetId,
      atMs: overview.readings[0]?.atMs ?? 0,
      path: '/proc/meminfo',
    })
    expect(raw).toMatch(/^MemTotal:/)

    const selection = { targetId, keys: [key], ...range, profileIds: [], redaction: defaultRedaction }
    const preview = await client.call('snapshot.preview', selection)
    // It leaves under the name of its target.
    expect(preview.texts.map(({ text }) => text).filter((text) => text.includes('incident:'))).toEqual([])
    expect(preview.texts).toContainEqual({
      kind: 'arguments',
      pid: key.pid,
      text: '‹redacted›',
      isRedacted: true,
    })
    const shares: number[] = []
    client.on('snapshotProgress', ({ share }) => shares.push(share))
    const file = await client.call('snapshot.export', { ...selection, exportId: 'e', locale: 'en' })
    expect(file.suggestedName).toMatch(/^sleep-\d{8}-\d{4}\.ballonet$/)
    expect(shares.at(-1)).toBe(1)
    const again = await client.call('snapshot.open', { name: 'x.ballonet', bytes: file.bytes })
    expect(again.replay).toMatchObject({ source: 'file', name: 'x.ballonet', ...range })
    const before = await client.call('replay.process', { targetId, key })
    const after = await client.call('replay.process', { targetId: again.id, key })
    expect(after.streams).toEqual(before.streams)
    expect(after.states).toEqual(before.states)
  })

  it('are called otherwise than those of the backend before, which a window may still have in mind', async () => {
    const bytes = readFileSync(join(import.meta.dirname, '../../../test/fixtures/snapshots/v1.ballonet'))
    const before = await connect().call('snapshot.open', { name: 'x', bytes })
    await backend.dispose()
    backend = createBackend({ resourcesDir: dir, cacheDir: dir })
    expect((await connect().call('snapshot.open', { name: 'x', bytes })).id).not.toBe(before.id)
  })

  it('take nothing that needs a machine, and are gone when they are closed', async () => {
    const client = connect()
    const { id: targetId } = await openRecorded(client)
    for (const call of [
      () => client.call('balloon.plan', { targetId, key }),
      () => client.call('targets.retry', { targetId }),
      () => client.call('targets.elevate', { targetId }),
      () => client.call('profile.every', { targetId, key, minutes: 1 }),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'unsupported' })
    await expect(client.call('memoryMap.read', { targetId, key })).rejects.toMatchObject({ code: 'invalid' })
    await expect(
      client.call('replay.process', { targetId, key: { pid: 1, startTimeTicks: 1 } }),
    ).rejects.toMatchObject({ code: 'gone' })
    expect((await client.call('targets.open', { spec: targetId })).id).toBe(targetId)
    await client.call('targets.close', { targetId })
    expect((await client.call('targets.list', null)).map(({ id }) => id)).toEqual(['local'])
    await expect(client.call('replay.overview', { targetId })).rejects.toMatchObject({ code: 'invalid' })
    await expect(client.call('targets.open', { spec: 'incident:99' })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  it('are bounded in number', async () => {
    const client = connect()
    await openRecorded(client)
    for (let count = 1; count < 8; count++)
      await client.call('history.open', { targetSpec: 'local', keys: [key], ...lastMinute() })
    await expect(
      client.call('history.open', { targetSpec: 'local', keys: [key], ...lastMinute() }),
    ).rejects.toMatchObject({ code: 'too-large', hint: 'error.too-many-replays' })
  })

  it('a file that is none is refused, an export is cancelled, and the backend goes on', async () => {
    const client = connect()
    const { id: targetId, replay } = await openRecorded(client)
    await expect(
      client.call('snapshot.open', { name: 'x', bytes: new Uint8Array(1000) }),
    ).rejects.toMatchObject({ code: 'parse', hint: 'error.snapshot-damaged' })
    const range = { fromMs: replay?.fromMs ?? 0, toMs: replay?.toMs ?? 0 }
    const selection = { targetId, keys: [key], ...range, profileIds: [], redaction: defaultRedaction }
    const exporting = client.call('snapshot.export', { ...selection, exportId: 'a', locale: 'zh-CN' })
    const second = client.call('snapshot.export', { ...selection, exportId: 'b', locale: 'en' })
    await expect(second).rejects.toMatchObject({ code: 'busy' })
    await client.call('snapshot.cancelExport', { exportId: 'a' })
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled' })
    expect(await client.call('targets.list', null)).toHaveLength(2)
  })
})
