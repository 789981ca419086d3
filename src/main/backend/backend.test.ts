import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient } from '#core/ipc/rpc'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import { createBackend, type Backend } from './backend'

const waitLimit = { timeout: 10_000, interval: 20 }

describe('backend', () => {
  let cacheDir = ''
  let backend: Backend
  let child: ChildProcess
  let key: ProcessKey

  beforeEach(() => {
    cacheDir = mkdtempSync(join(tmpdir(), 'ballonet-backend-'))
    backend = createBackend({ resourcesDir: join(import.meta.dirname, '../../..'), cacheDir })
    child = spawn('sleep', ['60'])
    const { pid, startTimeTicks } = parsePidStat(readFileSync(`/proc/${child.pid}/stat`, 'utf8'))
    key = { pid, startTimeTicks }
  })
  afterEach(async () => {
    child.kill('SIGKILL')
    await backend.dispose()
    rmSync(cacheDir, { recursive: true, force: true })
  })

  function connect() {
    const [near, far] = createMemoryChannel()
    backend.openSession(far)
    return createRpcClient<BackendMethods, BackendEvents>(near)
  }

  it('opens this machine once for all windows', async () => {
    const [first, second] = [connect(), connect()]
    const [a, b] = await Promise.all([
      first.call('targets.open', { spec: 'local' }),
      second.call('targets.open', { spec: 'local' }),
    ])
    expect(a).toMatchObject({
      spec: 'local',
      state: 'connected',
      capabilities: { live: true, balloon: true },
    })
    expect(b.id).toBe(a.id)
    expect(await first.call('targets.list', null)).toHaveLength(1)
  })

  it('reads the memory map of a watched process only, and once for two who ask', async () => {
    const client = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    await expect(client.call('memoryMap.read', { targetId, key })).rejects.toMatchObject({ code: 'invalid' })
    await client.call('process.watch', { targetId, key })
    const maps = await Promise.all([1, 2].map(() => client.call('memoryMap.read', { targetId, key })))
    expect(maps[0]).toMatchObject({ names: expect.arrayContaining(['[stack]']) as string[] })
    expect(maps[1]?.atMs).toBe(maps[0]?.atMs)
  })

  it.each(['-oProxyCommand=x', 'ssh:', 'exec:', 'ssh:-oProxyCommand=x', 'ssh:a\nb', 'docker:web'])(
    'keeps nothing of %j, which is no target',
    async (spec) => {
      const client = connect()
      await expect(client.call('targets.open', { spec })).rejects.toMatchObject({ code: 'invalid' })
      expect(await client.call('targets.list', null)).toEqual([])
    },
  )

  it('opens 20 commands that give a shell at once, and keeps the ones that do not with their reason', async () => {
    const client = connect()
    const hosts = new Set<string>()
    client.on('host', ({ targetId, sample }) => sample.memTotalBytes !== null && hosts.add(targetId))
    const specs = Array.from({ length: 20 }, (_, index) =>
      index % 10 === 9 ? `exec:false ${index}` : `exec:env NUMBER=${index} sh`,
    )
    const opened = await Promise.allSettled(specs.map((spec) => client.call('targets.open', { spec })))
    const wanted = specs.map((spec) => (spec.startsWith('exec:false') ? 'failed' : 'connected'))
    expect(opened.map(({ status }) => (status === 'fulfilled' ? 'connected' : 'failed'))).toEqual(wanted)
    const infos = await client.call('targets.list', null)
    expect(infos.map(({ spec }) => spec).sort()).toEqual([...specs].sort())
    expect(infos.map(({ state }) => state).sort()).toEqual([...wanted].sort())
    for (const { state, error } of infos) expect(error === null).toBe(state === 'connected')
    await vi.waitFor(() => expect(hosts.size).toBe(18), waitLimit)
  })

  it('streams the table and one process of a command that gives a shell', async () => {
    const client = connect()
    const frames: BackendEvents['table'][] = []
    const samples: BackendEvents['process'][] = []
    client.on('table', (frame) => frames.push(frame))
    client.on('process', (sample) => samples.push(sample))
    const { id: targetId, host } = await client.call('targets.open', { spec: 'exec:env sh' })
    expect(host?.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
    await client.call('table.subscribe', { targetId, columns: ['rssBytes'], visibleRowIds: [] })
    expect(await client.call('process.watch', { targetId, key })).toMatchObject({ key, comm: 'sleep' })
    await vi.waitFor(() => expect(samples.at(-1)?.sample.rollup?.rssBytes).toBeGreaterThan(0), waitLimit)
    await vi.waitFor(() => expect(frames.at(-1)?.frame.pid).toContain(key.pid), waitLimit)
    await client.call('targets.close', { targetId })
    expect(await client.call('targets.list', null)).toEqual([])
  })

  it('streams the table and one process, and tells when it ended', async () => {
    const client = connect()
    const frames: BackendEvents['table'][] = []
    const samples: BackendEvents['process'][] = []
    const gone: BackendEvents['processGone'][] = []
    client.on('table', (frame) => frames.push(frame))
    client.on('process', (sample) => samples.push(sample))
    client.on('processGone', (event) => gone.push(event))
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    await client.call('table.subscribe', { targetId, columns: ['rssBytes'], visibleRowIds: [] })
    const facts = await client.call('process.watch', { targetId, key })
    expect(facts).toMatchObject({ key, comm: 'sleep', isGo: false })
    await vi.waitFor(() => expect(samples.length).toBeGreaterThan(0), waitLimit)
    await vi.waitFor(() => expect(frames.at(-1)?.frame.pid).toContain(key.pid), waitLimit)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(gone).toMatchObject([{ targetId, key }]), waitLimit)
  })

  it('watches a pid of another start time as nobody', async () => {
    const client = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    const other = { pid: key.pid, startTimeTicks: key.startTimeTicks + 1 }
    await expect(client.call('process.watch', { targetId, key: other })).rejects.toMatchObject({
      code: 'gone',
    })
  })

  it.each<[keyof BackendMethods, unknown]>([
    ['targets.open', { spec: 7 }],
    ['targets.open', { spec: 'x'.repeat(4097) }],
    ['targets.close', { targetId: 'nowhere' }],
    ['targets.retry', { targetId: 7 }],
    ['targets.elevate', { targetId: 'nowhere' }],
    ['prompt.answer', { promptId: 'x', answer: 7 }],
    ['prompt.answer', { promptId: 'x'.repeat(65), answer: null }],
    ['ssh.explain', { host: 'x'.repeat(301) }],
    ['ssh.explain', { host: '-oProxyCommand=x' }],
    ['ssh.hosts', {}],
    ['table.subscribe', { targetId: 'local', columns: ['__proto__'], visibleRowIds: [] }],
    ['table.subscribe', { targetId: 'local', columns: [], visibleRowIds: new Array(501).fill(1) }],
    ['process.watch', { targetId: 'local', key: { pid: 0, startTimeTicks: 1 } }],
    ['process.watch', { targetId: 'local', key: { pid: 1.5, startTimeTicks: 1 } }],
    ['process.watch', { targetId: 'nowhere', key: { pid: 1, startTimeTicks: 1 } }],
    ['endpoint.set', { targetId: 'local', key: { pid: 1, startTimeTicks: 1 }, url: 'x'.repeat(2001) }],
    [
      'balloon.start',
      { targetId: 'local', key: { pid: 1, startTimeTicks: 1 }, settings: {}, acceptedRisks: [] },
    ],
    ['balloon.plan', { targetId: 'local', key: { pid: 1, startTimeTicks: 1 }, settings: { maxBytes: -1 } }],
    ['demo.start', 'now'],
  ])('refuses %s with parameters that do not fit (%#)', async (method, params) => {
    const client = connect()
    await expect(client.call(method, params as never)).rejects.toMatchObject({ code: 'invalid' })
  })

  it('watches at most 32 processes for one window', async () => {
    const client = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    const children = Array.from({ length: 33 }, () => spawn('sleep', ['60']))
    try {
      const keys = children.map(({ pid }) => parsePidStat(readFileSync(`/proc/${pid}/stat`, 'utf8')))
      const watches = await Promise.allSettled(
        keys.map(({ pid, startTimeTicks }) =>
          client.call('process.watch', { targetId, key: { pid, startTimeTicks } }),
        ),
      )
      const refused = watches.filter((result) => result.status === 'rejected')
      expect(refused).toMatchObject([{ reason: { code: 'too-large' } }])
    } finally {
      for (const one of children) one.kill('SIGKILL')
    }
  })

  it('starts one watch for two requests, and none for one that was given up meanwhile', async () => {
    const client = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    const samples: number[] = []
    client.on('process', ({ sample }) => samples.push(sample.atMs))
    await Promise.all([
      client.call('process.watch', { targetId, key }),
      client.call('process.watch', { targetId, key }),
    ])
    await vi.waitFor(() => expect(samples.length).toBeGreaterThan(1), waitLimit)
    expect(new Set(samples).size).toBe(samples.length)
    await client.call('process.unwatch', { targetId, key })
    const [started] = await Promise.allSettled([
      client.call('process.watch', { targetId, key }),
      client.call('process.unwatch', { targetId, key }),
    ])
    expect(started.status).toBe('fulfilled')
    await expect(client.call('endpoint.askOnce', { targetId, key })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  it('lets go of everything of a window that is closed', async () => {
    const client = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'local' })
    const samples: unknown[] = []
    client.on('process', (sample) => samples.push(sample))
    await client.call('process.watch', { targetId, key })
    client.close()
    const other = connect()
    const seen: unknown[] = []
    other.on('host', (sample) => seen.push(sample))
    await other.call('targets.open', { spec: 'local' })
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1), waitLimit)
    expect(samples).toEqual([])
  })
})
