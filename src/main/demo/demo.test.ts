import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { DemoState } from '#core/ipc/contract'
import { until } from '../../../test/support/go-service'
import { createDemo, type Demo, type DemoPlayer } from './demo'
import { createDemoCgroup } from './demo-cgroup'
import { chooseDemoSize } from './demo-size'

const mib = 1024 * 1024
const root = join(import.meta.dirname, '..', '..', '..')
const cacheDir = join(root, 'node_modules', '.cache', 'go-service')
const demos: Demo[] = []

afterEach(async () => {
  await Promise.all(demos.splice(0).map((demo) => demo.stop()))
})

function makeDemo(players?: DemoPlayer[], resourcesDir = root): { demo: Demo; states: DemoState[] } {
  const states: DemoState[] = []
  const options = { resourcesDir, cacheDir, onState: (state: DemoState) => states.push(state) }
  const demo = createDemo(players === undefined ? options : { ...options, players })
  demos.push(demo)
  return { demo, states }
}

async function run(players?: DemoPlayer[]): Promise<{ demo: Demo; state: DemoState; states: DemoState[] }> {
  const { demo, states } = makeDemo(players)
  demo.start()
  const state = await until(
    () => demo.state,
    ({ phase }) => phase === 'running' || phase === 'failed',
    150_000,
  )
  return { demo, state, states }
}

async function readLazyFree(pid: number): Promise<number> {
  return Number(/LazyFree: +(\d+)/.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1024
}

const memoryGroup = async (pid: number | 'self'): Promise<string> => {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8')
  return (/^\d+:[^:\n]*\bmemory\b[^:\n]*:(.*)$/m.exec(text) ?? /^0::(.*)$/m.exec(text))?.[1] ?? ''
}

const canMakeGroup = await createDemoCgroup(64 * mib).then(async (group) => {
  await group?.remove()
  return group !== null
})

describe('demo', () => {
  it('runs a real Go service whose memory is LazyFree, and puts it away', async () => {
    const { demo, state, states } = await run()
    expect(state).toMatchObject({ phase: 'running', kind: 'go', error: null })
    const pid = state.key?.pid ?? 0
    expect(await readLazyFree(pid)).toBeGreaterThan(400 * mib)
    expect(await (await fetch(`${state.endpointUrl}/debug/vars`)).text()).toContain('HeapInuse')
    expect(states.map(({ phase }) => phase).filter((phase) => phase !== 'building')).toEqual([
      'starting',
      'starting',
      'running',
    ])
    expect(demo.start()).toBe(state)
    await demo.stop()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(demo.state.phase).toBe('idle')
  }, 180_000)

  it.runIf(canMakeGroup)(
    'runs it in a memory cgroup that leaves room for a balloon',
    async () => {
      const { demo, state } = await run()
      const group = await memoryGroup(state.key?.pid ?? 0)
      expect(group).toMatch(/\/ballonet-demo-\d+$/)
      expect(group).not.toBe(await memoryGroup('self'))
      const rss =
        Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${state.key?.pid}/status`, 'utf8'))?.[1]) * 1024
      expect((state.cgroupLimitBytes ?? 0) - rss).toBeGreaterThan(200 * mib)
      const dir =
        [`/sys/fs/cgroup/memory${group}`, `/sys/fs/cgroup${group}`].find((path) => existsSync(path)) ?? ''
      expect(dir).not.toBe('')
      await demo.stop()
      expect(existsSync(dir)).toBe(false)
    },
    180_000,
  )

  it.each(['python3', 'perl'] as const)(
    '%s stands in, has LazyFree and no endpoint',
    async (player) => {
      const { demo, state } = await run([player])
      expect(state).toMatchObject({ phase: 'running', kind: player, endpointUrl: null })
      const pid = state.key?.pid ?? 0
      expect(await readLazyFree(pid)).toBeGreaterThan(400 * mib)
      await demo.stop()
      expect(existsSync(`/proc/${pid}`)).toBe(false)
    },
    60_000,
  )

  it('says what it needs where nothing can play', async () => {
    const { state } = await run([])
    expect(state).toMatchObject({
      phase: 'failed',
      kind: null,
      error: { code: 'unsupported', hint: 'demo.noPlayer' },
    })
  })

  it('leaves the stand-in where the toolchain fails', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'ballonet-demo-'))
    try {
      await mkdir(join(broken, 'e2e/hosts/go/service'), { recursive: true })
      await writeFile(
        join(broken, 'e2e/hosts/go/service/main.go'),
        'package main\n\nfunc main() { nonsense }\n',
      )
      await writeFile(join(broken, 'e2e/hosts/go/service/go.mod'), 'module x\n\ngo 1.19\n')
      const { demo } = makeDemo(['go'], broken)
      demo.start()
      await until(
        () => demo.state,
        ({ phase }) => phase === 'failed',
        30_000,
      )
      expect(demo.state.error?.hint).toBe('demo.noPlayer')
      expect((await readdir(cacheDir)).filter((name) => name.startsWith('build-'))).toEqual([])
    } finally {
      await rm(broken, { recursive: true, force: true })
    }
  }, 60_000)

  it('stops while it starts', async () => {
    const { demo, states } = makeDemo(['go'])
    demo.start()
    await until(
      () => states.at(-1)?.phase,
      (phase) => phase === 'starting',
    )
    await demo.stop()
    expect(demo.state.phase).toBe('idle')
    expect(states.some(({ phase }) => phase === 'running')).toBe(false)
  }, 60_000)

  it('says so when the service is killed, and can be started again', async () => {
    const { demo, state } = await run(['python3'])
    process.kill(state.key?.pid ?? 0, 'SIGKILL')
    await until(
      () => demo.state,
      ({ phase }) => phase === 'failed',
    )
    expect(demo.state.error?.hint).toBe('demo.ended')
    demo.start()
    await until(
      () => demo.state,
      ({ phase }) => phase === 'running',
      60_000,
    )
  }, 90_000)
})

describe('when the owner is killed', () => {
  const dir = mkdtemp(join(tmpdir(), 'ballonet-owner-'))
  afterAll(async () => rm(await dir, { recursive: true, force: true }))

  it.each([
    ['python3', 'assets/demo/stand-in.py'],
    ['perl', 'assets/demo/stand-in.pl'],
  ])('%s ends with its standard input', async (program, script) => {
    const owner = spawn(process.execPath, [
      '-e',
      `const c = require('child_process').spawn('${program}', ['${join(root, script)}', '24', '8'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
       c.stdout.on('data', (d) => process.stdout.write(d)); setInterval(() => {}, 1000)`,
    ])
    let line = ''
    owner.stdout.on('data', (chunk: Buffer) => (line += chunk.toString()))
    const { pid } = JSON.parse(
      await until(
        () => line,
        (text) => text.endsWith('\n'),
        20_000,
      ),
    ) as { pid: number }
    owner.kill('SIGKILL')
    await until(
      () => existsSync(`/proc/${pid}`),
      (isThere) => !isThere,
    )
  })

  it.runIf(canMakeGroup)('its cgroup is removed at the next start', async () => {
    const group = await createDemoCgroup(64 * mib)
    const parent = join(group?.dir ?? '', '..')
    const sibling = join(parent, `ballonet-test-${process.pid}`)
    const dead = join(sibling, 'ballonet-demo-4194305')
    await mkdir(dead, { recursive: true })
    try {
      await group?.remove()
      await (await createDemoCgroup(64 * mib))?.remove()
      expect(existsSync(dead)).toBe(false)
    } finally {
      if (existsSync(dead)) await rmdir(dead)
      await rmdir(sibling)
    }
  })
})

describe('chooseDemoSize', () => {
  it('takes at most 40 % of what is available', () => {
    expect(chooseDemoSize(24 * 1024 * mib)).toEqual({ totalMib: 700, keepMib: 100, limitBytes: 1024 * mib })
    const small = chooseDemoSize(1024 * mib)
    expect(small?.limitBytes).toBeLessThanOrEqual(0.41 * 1024 * mib)
    expect(small?.totalMib).toBeLessThan(300)
    expect(chooseDemoSize(128 * mib)).toBeNull()
    expect(chooseDemoSize(0)).toBeNull()
  })
})
