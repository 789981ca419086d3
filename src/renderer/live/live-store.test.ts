import { describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import type { BackendEvents, TargetInfo } from '#core/ipc/contract'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import { createLiveStore, type LiveBackend } from './live-store'

const key = { pid: 7, startTimeTicks: 9 }
const target = 'local'

function fakeBackend() {
  const listeners = new Map<string, (payload: never) => void>()
  const connected: ((isReconnect: boolean) => void)[] = []
  const call = vi.fn(() => Promise.resolve({ key } as ProcessFacts))
  const backend = {
    call,
    on: (event: string, listener: (payload: never) => void) => listeners.set(event, listener),
    onConnected: (listener: (isReconnect: boolean) => void) => connected.push(listener),
  } as unknown as LiveBackend
  function emit<K extends keyof BackendEvents>(event: K, payload: BackendEvents[K]): void {
    listeners.get(event)?.(payload as never)
  }
  return { backend, call, emit, reconnect: () => connected.forEach((listener) => listener(true)) }
}

function sample(atMs: number, rollup: { atMs: number; rss: number; lazyFree: number } | null): ProcessSample {
  return {
    atMs,
    key,
    rssBytes: 100,
    rollup: rollup && { atMs: rollup.atMs, rssBytes: rollup.rss, lazyFreeBytes: rollup.lazyFree },
    rollupDueAtMs: rollup && rollup.atMs + 10_000,
    go: null,
    endpoint: { phase: 'none' },
    absent: {},
  } as unknown as ProcessSample
}

/** LazyFree and RSS − LazyFree of the newest row. */
function newest(feed: ReturnType<ReturnType<typeof createLiveStore>['watch']>['feed']): [number, number] {
  const last = feed.table.count() - 1
  return [feed.table.valueAt(last, 1), feed.table.valueAt(last, 2)]
}

describe('createLiveStore', () => {
  it('holds a rollup for three of its intervals, then the line breaks', () => {
    const { backend, emit } = fakeBackend()
    const { feed } = createLiveStore(backend).watch(target, key)
    const rollup = { atMs: 1000, rss: 90, lazyFree: 60 }
    emit('process', { targetId: target, sample: sample(1000, rollup) })
    expect(newest(feed)).toEqual([60, 30])
    emit('process', { targetId: target, sample: sample(31_000, rollup) })
    expect(newest(feed)).toEqual([60, 30])
    emit('process', { targetId: target, sample: sample(31_001, rollup) })
    expect(newest(feed)).toEqual([NaN, NaN])
  })

  it('notes a run from its first step to its end', () => {
    const { backend, emit } = fakeBackend()
    const host = createLiveStore(backend).host(target)
    const step = { atMs: 500, phase: 'ramp', balloonBytes: 5 }
    const state = { phase: 'ramp', plan: { target: key }, startedAtMs: 100, step, proof: null, error: null }
    const send = (change: object) =>
      emit('balloon', {
        targetId: target,
        state: { ...state, ...change } as unknown as BackendEvents['balloon']['state'],
      })
    send({})
    expect(host.runs.value).toMatchObject([{ startedAtMs: 100, endedAtMs: null }])
    send({ phase: 'done', step: { ...step, atMs: 900, phase: 'done' } })
    expect(host.runs.value).toMatchObject([{ startedAtMs: 100, endedAtMs: 900 }])
    expect(host.balloonTable.valueAt(1, 0)).toBe(0)
  })

  it('takes a balloon as over when the connection was lost', () => {
    const { backend, emit, reconnect } = fakeBackend()
    const host = createLiveStore(backend).host(target)
    const step = { atMs: 100, phase: 'hold', balloonBytes: 50 }
    const state = { phase: 'hold', plan: { target: key }, startedAtMs: 100, step, proof: null, error: null }
    emit('balloon', { targetId: target, state: state as unknown as BackendEvents['balloon']['state'] })
    reconnect()
    expect(host.balloon.value).toMatchObject({ phase: 'done', error: { code: 'unreachable' } })
    expect(host.runs.value).toMatchObject([{ startedAtMs: 100, endedAtMs: expect.any(Number) as number }])
    expect(host.balloonTable.valueAt(1, 0)).toBe(0)
  })

  it('keeps the history of a process between two looks, and watches only while looked at', async () => {
    const { backend, call, emit } = fakeBackend()
    const store = createLiveStore(backend)
    const first = store.watch(target, key)
    emit('process', { targetId: target, sample: sample(1000, null) })
    first.close()
    first.close()
    const again = store.watch(target, key)
    expect(again.feed).toBe(first.feed)
    expect(again.feed.table.count()).toBe(1)
    await Promise.resolve()
    expect(call.mock.calls.map(([method]: unknown[]) => method)).toEqual([
      'process.watch',
      'process.unwatch',
      'process.watch',
    ])
  })

  it('watches again once the backend that was started anew has opened the target', () => {
    const { backend, call, emit, reconnect } = fakeBackend()
    createLiveStore(backend).watch(target, key)
    reconnect()
    // A backend that has not opened the target yet would refuse.
    expect(call).toHaveBeenCalledTimes(1)
    emit('target', { id: target, state: 'connected' } as TargetInfo)
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('does not go on with a process over a reboot, though its pid and start time are there again', () => {
    const { backend, emit } = fakeBackend()
    const store = createLiveStore(backend)
    const booted = (bootId: string): TargetInfo =>
      ({ id: target, state: 'connected', host: { bootId } }) as TargetInfo
    emit('target', booted('a'))
    const before = store.watch(target, key)
    emit('process', { targetId: target, sample: sample(1000, null) })
    emit('target', booted('a'))
    expect(before.feed.goneAtMs.value).toBeNull()
    emit('target', booted('b'))
    expect(before.feed.goneAtMs.value).not.toBeNull()
    const after = store.watch(target, key)
    emit('process', { targetId: target, sample: sample(2000, null) })
    expect(before.feed.table.count()).toBe(1)
    expect(after.feed.table.count()).toBe(1)
    expect(after.feed.goneAtMs.value).toBeNull()
  })

  it('asks again for what could not be asked while the link was lost', async () => {
    const { backend, call, emit } = fakeBackend()
    call.mockRejectedValueOnce(new AppError('unreachable', 'the link is lost'))
    const open = createLiveStore(backend).watch(target, key)
    await vi.waitFor(() => expect(open.error.value?.code).toBe('unreachable'))
    emit('target', { id: target, state: 'connected', host: null } as TargetInfo)
    await vi.waitFor(() => expect(open.error.value).toBeNull())
    expect(open.feed.facts.value).not.toBeNull()
  })

  it('takes a recorded stretch that is closed before it is told of for none', async () => {
    const { backend, call, emit } = fakeBackend()
    const refused = Promise.reject(new AppError('invalid', 'this is no recorded stretch of time'))
    call.mockReturnValueOnce(refused)
    const store = createLiveStore(backend)
    emit('target', { id: target, state: 'connected', host: null, replay: {} } as TargetInfo)
    await expect(refused).rejects.toMatchObject({ code: 'invalid' })
    expect(store.host(target).table.count()).toBe(0)
  })

  it('has all of a recorded stretch, also where the moment that is looked at comes first', async () => {
    const { backend, call, emit, reconnect } = fakeBackend()
    const { hostStream, processes } = makeIncident()
    const answers: Record<string, unknown> = {
      'process.watch': { key },
      'replay.process': processes[0],
      'replay.overview': { hostStream, events: [] },
    }
    call.mockImplementation(((name: string) => Promise.resolve(answers[name])) as never)
    const store = createLiveStore(backend)
    emit('target', { id: target, state: 'connected', host: null, replay: {} } as TargetInfo)
    const { feed } = store.watch(target, key)
    emit('host', { targetId: target, sample: { atMs: 29_000 } as HostSample })
    emit('process', { targetId: target, sample: sample(29_000, null) })
    expect(store.watch(target, key).feed).toBe(feed)
    await vi.waitFor(() => expect(feed.latest.value?.atMs).toBe(29_000))
    expect([feed.table.count(), store.host(target).table.count()]).toEqual([30, 30])
    emit('process', { targetId: target, sample: sample(7000, null) })
    expect(feed.latest.value?.atMs).toBe(7000)
    expect(call.mock.calls.filter(([name]: unknown[]) => name === 'replay.process')).toHaveLength(1)
    // The backend that held it has ended: a day of numbers of nothing is not kept.
    reconnect()
    expect(store.host(target).table.count()).toBe(0)
    expect(store.watch(target, key).feed).not.toBe(feed)
  })
})

/** Half a minute of one process. */
function makeIncident() {
  const builder = createIncidentBuilder({ label: 'local', host: {} as HostFacts, fromMs: 0 })
  builder.setFacts({ key } as ProcessFacts)
  for (let second = 0; second < 30; second++) {
    builder.addHost({ atMs: second * 1000, memAvailableBytes: 5 } as HostSample)
    builder.addSample({ ...sample(second * 1000, null), cgroup: null })
  }
  return builder.build(30_000)
}
