import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import type { ConnectPrompt, TargetInfo } from '#core/ipc/contract'
import { createFakeConnection } from './fake-connection.fixture'
import { useConnectStore } from './connect'
import { usePromptsStore } from './prompts'
import { useSelectionStore } from './selection'
import { useTargetsStore } from './targets'

const host = { hostname: 'web', bootId: 'a' }

function target(spec: string, more: object = {}): TargetInfo {
  return { id: spec, spec, label: spec, state: 'connected', step: null, host, ...more } as TargetInfo
}

function prompt(id: string, targetId = 'ssh:web'): ConnectPrompt {
  return { id, targetId, kind: 'secret', text: 'password:', hostKey: null }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a remote target', () => {
  it('keeps what is known of its host while it is reached anew', () => {
    const connection = createFakeConnection()
    const targets = useTargetsStore()
    connection.emit('target', target('ssh:web'))
    connection.emit('target', target('ssh:web', { state: 'connecting', step: 'reaching', host: null }))
    expect(targets.targets.get('ssh:web')).toMatchObject({ state: 'connecting', step: 'reaching', host })
  })

  it('hands over to its neighbour when it is closed', async () => {
    const connection = createFakeConnection()
    const targets = useTargetsStore()
    for (const spec of ['local', 'ssh:a', 'ssh:b']) connection.emit('target', target(spec))
    targets.show('ssh:a')
    connection.emit('targetClosed', { targetId: 'ssh:a' })
    expect(targets.activeId).toBe('ssh:b')
    await targets.close('ssh:b')
    expect(targets.activeId).toBe('local')
    expect(connection.callsOf('targets.close')).toEqual([{ targetId: 'ssh:b' }])
  })

  it('is opened again when a new backend does not know what to try again', async () => {
    const connection = createFakeConnection({
      'targets.retry': () => {
        throw new AppError('invalid', 'this target is not open')
      },
      'targets.open': () => target('ssh:web'),
    })
    const targets = useTargetsStore()
    connection.emit('target', target('ssh:web', { state: 'failed' }))
    await targets.retry('ssh:web')
    expect(targets.targets.get('ssh:web')?.state).toBe('connected')
  })

  it('keeps its own focused process, and knows that none outlives a reboot', () => {
    const connection = createFakeConnection()
    const targets = useTargetsStore()
    const selection = useSelectionStore()
    const [one, other] = [
      { pid: 1, startTimeTicks: 5 },
      { pid: 2, startTimeTicks: 5 },
    ]
    for (const spec of ['ssh:a', 'ssh:b']) connection.emit('target', target(spec))
    targets.show('ssh:a')
    selection.focus('ssh:a', one)
    targets.show('ssh:b')
    expect(selection.focused).toBeNull()
    selection.focus('ssh:b', other)
    connection.emit('target', target('ssh:a', { host: { ...host, bootId: 'b' } }))
    expect(selection.goneAtMs).toBeNull()
    targets.show('ssh:a')
    expect(selection.focused?.key).toEqual(one)
    expect(selection.goneAtMs).not.toBeNull()
    // After a reboot the same pid and start time may be there again: it is another process.
    selection.focus('ssh:a', one)
    expect(selection).toMatchObject({ goneAtMs: null, renewedCount: 1 })
  })
})

describe('the prompts', () => {
  it('are asked one after the other, and forgotten with their target or backend', () => {
    const connection = createFakeConnection()
    const prompts = usePromptsStore()
    for (const each of [prompt('1'), prompt('2'), prompt('3', 'ssh:db'), prompt('4')])
      connection.emit('prompt', each)
    expect(prompts.current?.id).toBe('1')
    prompts.answer('1', 'hunter2')
    expect(connection.callsOf('prompt.answer')).toEqual([{ promptId: '1', answer: 'hunter2' }])
    expect(JSON.stringify(prompts.$state)).not.toContain('hunter2')
    connection.emit('promptClosed', { promptId: '2' })
    expect(prompts.current?.id).toBe('3')
    connection.emit('targetClosed', { targetId: 'ssh:db' })
    expect(prompts.waiting.map(({ id }) => id)).toEqual(['4'])
    connection.reconnect()
    expect(prompts.current).toBeNull()
  })
})

describe('connecting', () => {
  it('makes a spec of what people type', () => {
    createFakeConnection()
    const connect = useConnectStore()
    const specs = ['web', '  deploy@web ', 'ssh web', 'ssh:web', 'ssh-gateway', ''].map((text) => {
      connect.texts = { ssh: text, exec: '' }
      return connect.spec
    })
    expect(specs).toEqual(['ssh:web', 'ssh:deploy@web', 'ssh:web', 'ssh:web', 'ssh:ssh-gateway', null])
    connect.kind = 'exec'
    connect.texts = { ssh: '', exec: ' docker exec -i c sh ' }
    expect(connect.spec).toBe('exec:docker exec -i c sh')
  })

  it('shows the failure, and takes away what never was a target when it is left', async () => {
    const connection = createFakeConnection({
      'targets.open': () => {
        throw new AppError('unreachable', 'Connection refused')
      },
    })
    const connect = useConnectStore()
    connect.show('ssh:web')
    const done = connect.connect()
    connection.emit('target', target('ssh:web', { state: 'failed', host: null }))
    await done
    expect(connect.attempt).toMatchObject({ kind: 'failed', error: { message: 'Connection refused' } })
    connect.edit()
    expect(connect).toMatchObject({ isOpen: true, attempt: { kind: 'none' }, spec: 'ssh:web' })
    await flushPromises()
    expect(useTargetsStore().targets.size).toBe(0)
  })

  it('is cancelled at once, however late the backend says so', async () => {
    let settle: (error: Error) => void = () => undefined
    const connection = createFakeConnection({
      'targets.open': () => new Promise((_, reject) => (settle = reject)),
    })
    const connect = useConnectStore()
    connect.show('ssh:hang')
    const done = connect.connect()
    await flushPromises()
    connect.cancel()
    expect(connect.attempt.kind).toBe('none')
    expect(connection.callsOf('targets.close')).toEqual([{ targetId: 'ssh:hang' }])
    settle(new AppError('cancelled', 'cancelled'))
    await done
    expect(connect).toMatchObject({ isOpen: true, attempt: { kind: 'none' } })
  })

  it('goes to the target and closes when it is there', async () => {
    createFakeConnection({ 'targets.open': () => target('exec:sh') })
    const connect = useConnectStore()
    connect.show('exec:sh')
    await connect.connect()
    expect(connect).toMatchObject({ isOpen: false, attempt: { kind: 'none' } })
    expect(useTargetsStore().activeId).toBe('exec:sh')
  })
})
