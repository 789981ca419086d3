import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError, type ErrorCode } from '#core/errors'
import { openExecLink } from '../exec/exec-link'
import type { Connection, ReadResult, Target } from '../target'
import type { ShellLink, ShellProcess } from './shell-link'
import { openShellTarget, type ShellTargetOptions } from './shell-target'

const waitLimit = { timeout: 10_000, interval: 10 }
const isRoot = process.getuid?.() === 0
const empty = { stat: false, reads: [] }

/** A link to this machine that can be cut, refused and watched. */
interface TestLink extends ShellLink {
  /** Clients that run, in the order of their start. */
  shells: ShellProcess[]
  asks: boolean[]
  /** What the next shells are refused with; null: let in. */
  refusal: ((mayAsk: boolean) => AppError | null) | null
  command: string
}

function makeLink(command = 'sh'): TestLink {
  const links = new Map<string, ShellLink>()
  const made: TestLink = {
    shells: [],
    asks: [],
    refusal: null,
    command,
    connect: null,
    explainEnd: (end) => openExecLink('sh').explainEnd(end),
    async openShell(signal, mayAsk = true) {
      made.asks.push(mayAsk)
      const error = made.refusal?.(mayAsk) ?? null
      if (error !== null) throw error
      const link = links.get(made.command) ?? openExecLink(made.command)
      links.set(made.command, link)
      const shell = await link.openShell(signal)
      made.shells.push(shell)
      return shell
    },
    async dispose() {
      await Promise.all([...links.values()].map((link) => link.dispose()))
    },
  }
  return made
}

let link: TestLink
let targets: Target[]
beforeEach(() => {
  link = makeLink()
  targets = []
})
afterEach(async () => {
  for (const target of targets) await target.dispose()
})

interface Watched {
  target: Target
  phases: Connection[]
}

async function open(options: Partial<ShellTargetOptions> = {}): Promise<Watched> {
  const target = await openShellTarget({ spec: 'exec:sh', label: 'sh', link, isRemote: false, ...options })
  targets.push(target)
  const phases: Connection[] = []
  target.onChange(() => phases.push(target.connection))
  return { target, phases }
}

function refuse(code: ErrorCode): AppError {
  return new AppError(code, `refused: ${code}`)
}

async function waitForPhase(target: Target, phase: Connection['phase']): Promise<void> {
  await vi.waitFor(() => expect(target.connection.phase).toBe(phase), waitLimit)
}

describe('openShellTarget', () => {
  it('tells its step, the host and what it can', async () => {
    const steps: string[] = []
    const { target } = await open({ onStep: (step) => steps.push(step) })
    expect(steps).toEqual(['probing'])
    expect(target.capabilities).toMatchObject({ live: true, endpoint: true, remote: false, elevate: false })
    expect(target.host).toMatchObject({ os: 'linux', uid: process.getuid?.() })
    await expect(target.elevate()).rejects.toMatchObject({ code: 'unsupported' })
  })

  it.each(['unreachable', 'auth-failed', 'host-key-changed', 'timeout'] as const)(
    'rejects with %s when it can not be opened, and leaves nothing',
    async (code) => {
      link.refusal = () => refuse(code)
      const dispose = vi.spyOn(link, 'dispose')
      await expect(open()).rejects.toMatchObject({ code })
      expect(dispose).toHaveBeenCalledOnce()
    },
  )

  it('is cancelled while it connects, and while it probes', async () => {
    const connecting = new AbortController()
    const never: ShellLink = { ...link, openShell: () => new Promise(() => undefined) }
    const pending = open({ link: never, signal: connecting.signal })
    connecting.abort()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
    const probing = new AbortController()
    link.command = 'sleep 60'
    const stuck = open({ signal: probing.signal, onStep: () => setTimeout(() => probing.abort(), 50) })
    await expect(stuck).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('a connection that breaks', () => {
  it('is lost, rejects what waits, comes back by itself', async () => {
    const { target, phases } = await open()
    link.refusal = () => refuse('unreachable')
    const pending = target.poll({ stat: true, reads: [] })
    link.shells[0]?.kill()
    await expect(pending).rejects.toMatchObject({ code: 'unreachable' })
    expect(target.connection).toMatchObject({ phase: 'lost', error: { code: 'unreachable' } })
    await expect(target.poll(empty)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(target.read([{ kind: 'file', path: '/proc/uptime' }])).rejects.toMatchObject({
      code: 'unreachable',
    })
    const [lost] = phases
    const waitMs = (lost?.phase === 'lost' ? (lost.retryAtMs ?? 0) : 0) - Date.now()
    expect(waitMs).toBeGreaterThan(300)
    expect(waitMs).toBeLessThanOrEqual(1000)
    // Refused once more, then let in.
    await vi.waitFor(() => expect(link.asks).toHaveLength(2), waitLimit)
    link.refusal = null
    await waitForPhase(target, 'connected')
    expect((await target.poll({ stat: true, reads: [] })).stat?.count).toBeGreaterThan(1)
    const [answer] = await target.read([{ kind: 'file', path: '/proc/uptime' }])
    expect(answer?.ok).toBe(true)
    const told = phases.map((one) =>
      one.phase === 'lost' ? `lost ${one.retryAtMs === null ? 'now' : 'later'}` : one.phase,
    )
    expect(told).toEqual(['lost later', 'lost now', 'lost later', 'lost now', 'connected'])
    expect(link.asks.slice(1)).not.toContain(true)
  })

  it('is lost when a poll does not come back, and the stopped shell is ended', async () => {
    const { target } = await open({ pollTimeoutMs: 300 })
    await target.poll(empty)
    link.shells[0]?.stdin.cork()
    await expect(target.poll(empty)).rejects.toMatchObject({ code: 'unreachable' })
    expect(target.connection.phase).not.toBe('connected')
    await link.shells[0]?.ended
    await waitForPhase(target, 'connected')
  })

  it.each(['auth-failed', 'host-key-changed', 'unsupported', 'invalid'] as const)(
    'has failed on %s, until a person tries again',
    async (code) => {
      const { target } = await open()
      link.refusal = () => refuse(code)
      link.shells[0]?.kill()
      await waitForPhase(target, 'failed')
      const { length } = link.asks
      expect(target.connection).toMatchObject({ error: { code } })
      link.refusal = null
      target.reconnect()
      expect(target.connection).toMatchObject({ phase: 'lost', retryAtMs: null })
      await waitForPhase(target, 'connected')
      expect(link.asks.length).toBe(length + 1)
    },
  )

  it('has failed after three answers in a row that are none, and says what answers there', async () => {
    const { target, phases } = await open()
    for (let turn = 0; turn < 3; turn++) {
      const before = phases.length
      link.shells.at(-1)?.stdout.emit('data', Buffer.from('what no collector sends'))
      await vi.waitFor(() => expect(phases.length).toBeGreaterThan(before), waitLimit)
      expect(phases[before]).toMatchObject({
        phase: turn < 2 ? 'lost' : 'failed',
        error: { code: 'parse', hint: 'connection.collector.wrong' },
      })
      await expect(target.poll(empty)).rejects.toMatchObject({
        code: 'unreachable',
        hint: 'connection.collector.wrong',
      })
      if (turn < 2) await waitForPhase(target, 'connected')
    }
    target.reconnect()
    await waitForPhase(target, 'connected')
    // The count begins anew with a person's own try.
    link.shells.at(-1)?.stdout.emit('data', Buffer.from('x'))
    await waitForPhase(target, 'lost')
  })

  it('is not lost while bytes of a slow answer still come', async () => {
    const { target } = await open({ pollTimeoutMs: 700 })
    await target.poll(empty)
    const { stdout } = link.shells[0]!
    const [deliver] = stdout.listeners('data') as ((chunk: Buffer) => void)[]
    stdout.removeAllListeners('data')
    const waiting: Buffer[] = []
    stdout.on('data', (chunk: Buffer) => {
      // Piece by piece, for longer than the limit of silence.
      for (let at = 0; at < chunk.length; at += Math.ceil(chunk.length / 8))
        waiting.push(chunk.subarray(at, at + Math.ceil(chunk.length / 8)))
    })
    const timer = setInterval(() => {
      const next = waiting.shift()
      if (next !== undefined) deliver?.(next)
    }, 150)
    try {
      const startMs = performance.now()
      expect(await target.poll(empty)).toMatchObject({ reads: [] })
      expect(performance.now() - startMs).toBeGreaterThan(700)
      expect(target.connection.phase).toBe('connected')
    } finally {
      clearInterval(timer)
    }
  })

  it('asks a person once after each loss, and once for each try of a person', async () => {
    const { target } = await open()
    const needsAnswer = (mayAsk: boolean): AppError | null => (mayAsk ? null : refuse('auth-failed'))
    link.refusal = needsAnswer
    link.asks = []
    link.shells[0]?.kill()
    await waitForPhase(target, 'lost')
    await waitForPhase(target, 'connected')
    expect(link.asks).toEqual([false, true])
    // The person gives up: no second dialog.
    link.asks = []
    link.refusal = (mayAsk) => (mayAsk ? refuse('unreachable') : refuse('auth-failed'))
    link.shells[1]?.kill()
    await waitForPhase(target, 'failed')
    expect(link.asks).toEqual([false, true, false])
    link.asks = []
    link.refusal = needsAnswer
    target.reconnect()
    await waitForPhase(target, 'connected')
    expect(link.asks).toEqual([false, true])
  })

  it('is tried at once by a person, who does not wait for the time that was told', async () => {
    const { target } = await open()
    link.refusal = () => refuse('unreachable')
    link.shells[0]?.kill()
    await vi.waitFor(() => expect(link.asks.length).toBeGreaterThan(2), waitLimit)
    link.refusal = null
    target.reconnect()
    const startMs = performance.now()
    await waitForPhase(target, 'connected')
    expect(performance.now() - startMs).toBeLessThan(2000)
  })

  it('is looked at after the machine slept, and tried at once', async () => {
    let aheadMs = 0
    const { target } = await open({ now: () => Date.now() + aheadMs, pollTimeoutMs: 500 })
    await target.poll(empty)
    // Awake again, and the link still works: nothing happens.
    aheadMs += 60_000
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(target.connection.phase).toBe('connected')
    expect(link.shells).toHaveLength(1)
    link.shells[0]?.stdin.cork()
    aheadMs += 3_600_000
    await vi.waitFor(() => expect(link.shells).toHaveLength(2), waitLimit)
    await waitForPhase(target, 'connected')
  })

  it('ends for good when it is disposed while lost', async () => {
    const { target } = await open()
    link.refusal = () => refuse('unreachable')
    link.shells[0]?.kill()
    await waitForPhase(target, 'lost')
    await target.dispose()
    const { length } = link.asks
    target.reconnect()
    await expect(target.poll(empty)).rejects.toMatchObject({ code: 'cancelled' })
    expect(link.asks).toHaveLength(length)
  })
})

describe.runIf(isRoot)('a host that was started anew', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ballonet-boot-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is told as such, with its new facts', async () => {
    const { target } = await open()
    const reboots = vi.fn()
    target.onReboot(reboots)
    const before = target.host.bootId
    link.shells[0]?.kill()
    await waitForPhase(target, 'lost')
    await waitForPhase(target, 'connected')
    expect(reboots).not.toHaveBeenCalled()
    const bootId = '00000000-1111-2222-3333-444444444444'
    writeFileSync(join(folder, 'boot_id'), `${bootId}\n`)
    link.command = `unshare -m sh -c "mount --bind ${folder}/boot_id /proc/sys/kernel/random/boot_id && exec sh"`
    link.shells[1]?.kill()
    await waitForPhase(target, 'lost')
    await waitForPhase(target, 'connected')
    expect(before).not.toBe(bootId)
    expect(target.host.bootId).toBe(bootId)
    expect(reboots).toHaveBeenCalledOnce()
  })
})

describe('reads beside the polls', () => {
  it('have a lane of their own, which a stuck read does not share with polls', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ballonet-stuck-'))
    link.command = `sh -c "echo $$ >>${folder}/groups; exec sh"`
    const { target } = await open()
    const read = (...names: string[]) =>
      target.read(
        names.map((name) => ({ kind: 'file', path: `/proc/${name}` })),
        { timeoutMs: 300 },
      )
    const toCodes = (results: ReadResult[]) => results.map((result) => (result.ok ? 'ok' : result.error.code))
    expect(toCodes(await read('uptime'))).toEqual(['ok'])
    const stuckGroup = Number(readFileSync(join(folder, 'groups'), 'utf8').split('\n')[1])
    try {
      process.kill(-stuckGroup, 'SIGSTOP')
      const pending = read('uptime')
      const startMs = performance.now()
      await target.poll({ stat: true, reads: [] })
      expect(performance.now() - startMs).toBeLessThan(1000)
      // One that came later waits behind it, and is asked again in another lane.
      await new Promise((resolve) => setTimeout(resolve, 2150))
      const later = read('loadavg')
      expect(toCodes(await pending)).toEqual(['timeout'])
      expect(toCodes(await later)).toEqual(['ok'])
      // Not asked a second time while it is stuck; the others are, by another lane.
      expect(toCodes(await read('uptime', 'version', 'uptime'))).toEqual(['timeout', 'ok', 'timeout'])
      process.kill(-stuckGroup, 'SIGCONT')
      await vi.waitFor(async () => expect(toCodes(await read('uptime'))).toEqual(['ok']), waitLimit)
      expect(target.connection.phase).toBe('connected')
      expect(link.shells).toHaveLength(3)
    } finally {
      await target.dispose()
      rmSync(folder, { recursive: true })
    }
  })

  it('go by the lane of the polls where the host gives no second session', async () => {
    const { target } = await open()
    link.refusal = () => refuse('unreachable')
    const read = () => target.read([{ kind: 'file', path: '/proc/uptime' }])
    expect(await read()).toMatchObject([{ ok: true }])
    expect(await read()).toMatchObject([{ ok: true }])
    // Tried once, and remembered.
    expect(link.asks).toEqual([true, false])
  })

  it('open a new lane when theirs ended', async () => {
    const { target } = await open()
    const read = () => target.read([{ kind: 'file', path: '/proc/uptime' }])
    expect(await read()).toMatchObject([{ ok: true }])
    link.shells[1]?.kill()
    await link.shells[1]?.ended
    expect(await read()).toMatchObject([{ ok: true }])
    expect(link.shells).toHaveLength(3)
    expect(target.connection.phase).toBe('connected')
  })
})
