import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import type { BackendEvents, BackendMethods, TargetInfo } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient } from '#core/ipc/rpc'
import { openRemoteStandIn, type RemoteStandIn } from '../../../test/support/remote-stand-in'
import { createBackend, type Backend } from './backend'
import type { OpenTargetFunction } from './target-entry'

const waitLimit = { timeout: 10_000, interval: 10 }
const password = 'correct horse battery staple'

type OpenOptions = Parameters<OpenTargetFunction>[1]

describe('targets of the backend', () => {
  let cacheDir = ''
  let backend: Backend
  let opener: (spec: string, options: OpenOptions) => Promise<RemoteStandIn>
  const attempts: { spec: string; options: OpenOptions }[] = []
  const standIns = new Map<string, RemoteStandIn>()

  beforeEach(() => {
    attempts.length = 0
    standIns.clear()
    cacheDir = mkdtempSync(join(tmpdir(), 'ballonet-targets-'))
    opener = (spec) => Promise.resolve(openRemoteStandIn(spec))
    backend = createBackend({
      resourcesDir: join(import.meta.dirname, '../../..'),
      cacheDir,
      async openTarget(spec, options) {
        attempts.push({ spec, options })
        const standIn = await opener(spec, options)
        standIns.set(spec, standIn)
        return standIn.target
      },
    })
  })
  afterEach(async () => {
    await backend.dispose()
    rmSync(cacheDir, { recursive: true, force: true })
  })

  /** A window, with everything that it was told. */
  function connect() {
    const [near, far] = createMemoryChannel()
    backend.openSession(far)
    const client = createRpcClient<BackendMethods, BackendEvents>(near)
    const infos: TargetInfo[] = []
    const closed: string[] = []
    const prompts: BackendEvents['prompt'][] = []
    const promptsClosed: string[] = []
    const events: BackendEvents['event'][] = []
    client.on('target', (info) => infos.push(info))
    client.on('targetClosed', ({ targetId }) => closed.push(targetId))
    client.on('prompt', (prompt) => prompts.push(prompt))
    client.on('promptClosed', ({ promptId }) => promptsClosed.push(promptId))
    client.on('event', (event) => events.push(event))
    return { client, infos, closed, prompts, promptsClosed, events }
  }

  /** An attempt that goes on until it is told how it ends. */
  function holdAttempts() {
    const held: { resolve: () => void; reject: (error: AppError) => void; options: OpenOptions }[] = []
    opener = (spec, options) =>
      new Promise((resolve, reject) => {
        held.push({ resolve: () => resolve(openRemoteStandIn(spec)), reject, options })
      })
    return held
  }

  it('tells every step of one attempt, however many open it', async () => {
    const held = holdAttempts()
    const [first, second] = [connect(), connect()]
    const opening = Promise.all(
      [first, second].map(({ client }) => client.call('targets.open', { spec: 'ssh:db' })),
    )
    await vi.waitFor(() => expect(held).toHaveLength(1), waitLimit)
    held[0]!.options.onStep('reaching')
    held[0]!.options.onStep('authenticating')
    await vi.waitFor(() => expect(second.infos.at(-1)?.step).toBe('authenticating'), waitLimit)
    expect(await second.client.call('targets.list', null)).toMatchObject([
      { id: 'ssh:db', label: 'db', state: 'connecting', step: 'authenticating', host: null, error: null },
    ])
    held[0]!.resolve()
    expect(await opening).toMatchObject([
      { state: 'connected', step: null },
      { id: 'ssh:db', spec: 'ssh:db', state: 'connected', capabilities: { remote: true } },
    ])
    expect(
      first.infos.map(({ state, step }) => `${state} ${step}`).filter((x, i, all) => x !== all[i - 1]),
    ).toEqual([
      'connecting null',
      'connecting reaching',
      'connecting authenticating',
      'connecting probing',
      'connected null',
    ])
    expect(attempts).toHaveLength(1)
  })

  it('keeps what could not be connected, with its reason, until it is retried or closed', async () => {
    const { client, infos, closed } = connect()
    opener = () => Promise.reject(new AppError('auth-failed', 'no key was taken', { hint: 'connection.x' }))
    await expect(client.call('targets.open', { spec: 'ssh:db' })).rejects.toMatchObject({
      code: 'auth-failed',
    })
    expect(infos.at(-1)).toMatchObject({
      state: 'failed',
      error: { code: 'auth-failed', hint: 'connection.x' },
    })
    await expect(
      client.call('table.subscribe', { targetId: 'ssh:db', columns: [], visibleRowIds: [] }),
    ).rejects.toMatchObject({ code: 'unreachable' })
    opener = (spec) => Promise.resolve(openRemoteStandIn(spec))
    await client.call('targets.retry', { targetId: 'ssh:db' })
    await vi.waitFor(() => expect(infos.at(-1)).toMatchObject({ state: 'connected', error: null }), waitLimit)
    await client.call('targets.close', { targetId: 'ssh:db' })
    expect(closed).toEqual(['ssh:db'])
    expect(standIns.get('ssh:db')!.isDisposed).toBe(true)
    expect(await client.call('targets.list', null)).toEqual([])
    await expect(client.call('targets.retry', { targetId: 'ssh:db' })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  it('keeps nothing that can not be a target', async () => {
    const { client, closed } = connect()
    opener = () => Promise.reject(new AppError('invalid', 'no host'))
    await expect(client.call('targets.open', { spec: 'ssh:-oX=y' })).rejects.toMatchObject({
      code: 'invalid',
    })
    expect(await client.call('targets.list', null)).toEqual([])
    expect(closed).toEqual(['ssh:-oX=y'])
  })

  it('cancels an attempt, also one that succeeds too late', async () => {
    const held = holdAttempts()
    const { client, closed } = connect()
    for (const isLate of [false, true]) {
      const opening = client.call('targets.open', { spec: 'ssh:db' })
      const outcome = expect(opening).rejects.toMatchObject({ code: 'cancelled' })
      await vi.waitFor(() => expect(held).toHaveLength(1), waitLimit)
      const { options, resolve, reject } = held.pop()!
      const closing = client.call('targets.close', { targetId: 'ssh:db' })
      await vi.waitFor(() => expect(options.signal.aborted).toBe(true), waitLimit)
      if (isLate) resolve()
      else reject(new AppError('unreachable', 'the client was ended'))
      await closing
      await outcome
    }
    expect(standIns.get('ssh:db')!.isDisposed).toBe(true)
    expect(closed).toEqual(['ssh:db', 'ssh:db'])
    expect(await client.call('targets.list', null)).toEqual([])
  })

  it('asks all windows, passes one answer on, and tells nobody what it was', async () => {
    opener = async (spec, { prompter, signal }) => {
      const answer = await prompter.ask({ kind: 'secret', text: 'x'.repeat(5000), hostKey: null }, signal)
      if (answer !== password) throw new AppError('auth-failed', 'wrong password')
      return openRemoteStandIn(spec)
    }
    const first = connect()
    const opening = first.client.call('targets.open', { spec: 'ssh:db' })
    await vi.waitFor(() => expect(first.prompts).toHaveLength(1), waitLimit)
    const late = connect()
    await vi.waitFor(() => expect(late.prompts).toEqual(first.prompts), waitLimit)
    const [prompt] = late.prompts
    expect(prompt).toMatchObject({ targetId: 'ssh:db', kind: 'secret' })
    expect(prompt!.text).toHaveLength(2000)
    const promptId = prompt!.id
    await expect(late.client.call('prompt.answer', { promptId: 'other', answer: 'x' })).rejects.toMatchObject(
      {
        code: 'invalid',
      },
    )
    await late.client.call('prompt.answer', { promptId, answer: password })
    expect(await opening).toMatchObject({ state: 'connected' })
    expect(first.promptsClosed).toEqual([promptId])
    const again = late.client.call('prompt.answer', { promptId, answer: password })
    await expect(again).rejects.toMatchObject({ code: 'invalid' })
    await expect(again).rejects.not.toThrow(password)
    expect(JSON.stringify([first.infos, first.events, late.infos])).not.toContain(password)
    expect(connect().prompts).toEqual([])
  })

  it.each(['a\nb', 'a\0b', 'x'.repeat(5000)])(
    'refuses an answer of more than a line (%#)',
    async (answer) => {
      const call = connect().client.call('prompt.answer', { promptId: 'x', answer })
      await expect(call).rejects.toMatchObject({ code: 'invalid' })
      await expect(call).rejects.not.toThrow(answer)
    },
  )

  it('gives a question up when its target, or the last window, is closed', async () => {
    const answers: (string | null)[] = []
    opener = async (_spec, { prompter, signal }) => {
      answers.push(await prompter.ask({ kind: 'text', text: 'code?', hostKey: null }, signal))
      throw new AppError('cancelled', 'given up')
    }
    const first = connect()
    first.client.call('targets.open', { spec: 'ssh:a' }).catch(() => undefined)
    await vi.waitFor(() => expect(first.prompts).toHaveLength(1), waitLimit)
    await first.client.call('targets.close', { targetId: 'ssh:a' })
    expect([answers, first.promptsClosed.length]).toEqual([[null], 1])
    first.client.call('targets.open', { spec: 'ssh:b' }).catch(() => undefined)
    await vi.waitFor(() => expect(first.prompts).toHaveLength(2), waitLimit)
    first.client.close()
    await vi.waitFor(() => expect(answers).toEqual([null, null]), waitLimit)
    // What a person gave up the first time leaves nothing behind.
    expect(await connect().client.call('targets.list', null)).toEqual([])
  })

  it('tells of a link that is lost, of the gap, and of a reboot', async () => {
    const { client, infos, events } = connect()
    await client.call('targets.open', { spec: 'ssh:db' })
    const standIn = standIns.get('ssh:db')!
    standIn.lose(1234)
    await vi.waitFor(
      () =>
        expect(infos.at(-1)).toMatchObject({
          state: 'lost',
          retryAtMs: 1234,
          error: { code: 'unreachable' },
        }),
      waitLimit,
    )
    await client.call('targets.retry', { targetId: 'ssh:db' })
    expect(standIn.reconnects).toBe(1)
    standIn.reboot()
    await vi.waitFor(() => expect(infos.at(-1)).toMatchObject({ state: 'connected', error: null }), waitLimit)
    standIn.fail({ code: 'auth-failed', message: 'the key is not taken any more' })
    await vi.waitFor(() => expect(infos.at(-1)?.state).toBe('failed'), waitLimit)
    const texts = events.filter(({ kind }) => kind === 'target').map(({ text }) => text)
    expect(texts).toEqual([
      'event.target.connected',
      'event.target.lost',
      'event.target.rebooted',
      'event.target.back',
      'event.target.failed',
    ])
    expect(events.find(({ text }) => text.endsWith('back'))?.params['gapMs']).toBeGreaterThanOrEqual(0)
  })

  it('reads as root from now on where it can, and says why where it can not', async () => {
    const { client, infos, events } = connect()
    opener = (spec) => Promise.resolve(openRemoteStandIn(spec, { canSudo: spec === 'ssh:yes' }))
    await client.call('targets.open', { spec: 'ssh:yes' })
    await client.call('targets.open', { spec: 'ssh:no' })
    await client.call('targets.elevate', { targetId: 'ssh:yes' })
    expect(infos.filter(({ id }) => id === 'ssh:yes').at(-1)?.capabilities.elevate).toBe(false)
    expect(events.filter(({ text }) => !text.endsWith('connected'))).toMatchObject([
      { text: 'event.target.elevated', targetId: 'ssh:yes' },
    ])
    await expect(client.call('targets.elevate', { targetId: 'ssh:no' })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  it('stops reading a target that is closed, in every window', async () => {
    const { client } = connect()
    const other = connect()
    const { id: targetId } = await client.call('targets.open', { spec: 'ssh:db' })
    await other.client.call('table.subscribe', { targetId, columns: [], visibleRowIds: [] })
    const frames: unknown[] = []
    other.client.on('table', (frame) => frames.push(frame))
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), waitLimit)
    await client.call('targets.close', { targetId })
    const { polls } = standIns.get(targetId)!
    const before = polls.length
    await expect(
      other.client.call('table.subscribe', { targetId, columns: [], visibleRowIds: [] }),
    ).rejects.toMatchObject({ code: 'invalid' })
    // A new one of the same name is another one: it is the one that is read.
    await other.client.call('targets.open', { spec: targetId })
    await vi.waitFor(() => expect(standIns.get(targetId)!.polls.length).toBeGreaterThan(1), waitLimit)
    expect(polls).toHaveLength(before)
  })

  it('has 20 targets at once, each in its own state, and at most 32', async () => {
    const { client } = connect()
    opener = (spec) =>
      /[05]$/.test(spec)
        ? Promise.reject(new AppError('unreachable', 'no route'))
        : Promise.resolve(openRemoteStandIn(spec))
    const specs = Array.from({ length: 20 }, (_, index) => `ssh:host-${index}`)
    await Promise.allSettled(specs.map((spec) => client.call('targets.open', { spec })))
    standIns.get('ssh:host-1')!.lose()
    await vi.waitFor(async () => {
      const states = (await client.call('targets.list', null)).map(({ state }) => state)
      expect(states).toEqual(
        specs.map((spec) => (/[05]$/.test(spec) ? 'failed' : spec === 'ssh:host-1' ? 'lost' : 'connected')),
      )
    }, waitLimit)
    const more = Array.from({ length: 13 }, (_, index) =>
      client.call('targets.open', { spec: `ssh:more-${index}1` }),
    )
    const refused = (await Promise.allSettled(more)).filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'too-large', hint: 'error.too-many-targets' } }])
  })
})
