import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MessageChannelEnd } from '#core/ipc/rpc'
import { createBackendConnection } from './backend-connection'

/** The far end of a channel: what was asked, and how to answer. */
function createFarEnd() {
  const asked: { id: number; method: string }[] = []
  let hear: (message: unknown) => void = () => undefined
  let ended: () => void = () => undefined
  const near: MessageChannelEnd = {
    post: (message) => void asked.push(message as { id: number; method: string }),
    onMessage: (listener) => (hear = listener),
    onClose: (listener) => (ended = listener),
    close: () => ended(),
  }
  return {
    near,
    asked,
    answer: (value: unknown) => hear({ kind: 'reply', id: asked.at(-1)!.id, result: { ok: true, value } }),
    emit: (event: string, payload: unknown) => hear({ kind: 'events', events: [[event, payload]] }),
    end: () => ended(),
  }
}

describe('the backend connection', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('lets a call wait for the first connection', async () => {
    const backend = createBackendConnection(() => undefined)
    const call = backend.call('targets.list', null)
    const far = createFarEnd()
    backend.attach(far.near)
    await vi.advanceTimersByTimeAsync(0)
    expect(far.asked.map(({ method }) => method)).toEqual(['targets.list'])
    far.answer([])
    await expect(call).resolves.toEqual([])
  })

  it('gives up waiting with unreachable', async () => {
    const call = createBackendConnection(() => undefined).call('targets.list', null)
    const failed = expect(call).rejects.toMatchObject({ code: 'unreachable' })
    await vi.advanceTimersByTimeAsync(10_000)
    await failed
  })

  it('asks again until a channel comes, and again when it ends', async () => {
    const request = vi.fn()
    const backend = createBackendConnection(request)
    backend.reconnect()
    expect(request).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(request.mock.calls.length).toBeGreaterThan(2)
    const far = createFarEnd()
    backend.attach(far.near)
    const count = request.mock.calls.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(request).toHaveBeenCalledTimes(count)
    far.end()
    expect(backend.phase.value).toBe('lost')
    await vi.advanceTimersByTimeAsync(200)
    expect(request.mock.calls.length).toBeGreaterThan(count)
  })

  it('keeps listeners over a reconnect and says that it is one', () => {
    const backend = createBackendConnection(() => undefined)
    const heard: unknown[] = []
    const connected: boolean[] = []
    backend.on('demo', (state) => void heard.push(state))
    backend.onConnected((isReconnect) => void connected.push(isReconnect))
    const first = createFarEnd()
    const second = createFarEnd()
    backend.attach(first.near)
    first.emit('demo', 1)
    first.end()
    backend.attach(second.near)
    second.emit('demo', 2)
    expect(heard).toEqual([1, 2])
    expect(connected).toEqual([false, true])
    expect(backend.phase.value).toBe('connected')
  })

  it('rejects what was under way when the connection ends', async () => {
    const backend = createBackendConnection(() => undefined)
    const far = createFarEnd()
    backend.attach(far.near)
    const call = backend.call('demo.stop', null)
    await vi.advanceTimersByTimeAsync(0)
    far.end()
    await expect(call).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('stops hearing a listener that left', () => {
    const backend = createBackendConnection(() => undefined)
    const listener = vi.fn()
    const leave = backend.on('demo', listener)
    const far = createFarEnd()
    backend.attach(far.near)
    leave()
    far.emit('demo', 1)
    expect(listener).not.toHaveBeenCalled()
  })
})
