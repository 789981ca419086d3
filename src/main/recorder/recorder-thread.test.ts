import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { HostFacts, ProcessFacts } from '#core/metrics/samples'
import type { ToWorker } from './recorder-messages'
import { openRecorder } from './recorder'

/** A thread that ends when it is told to: a real one can't be brought to that from outside. */
class FakeThread extends EventEmitter {
  readonly told: ToWorker[] = []
  postMessage(message: ToWorker): void {
    this.told.push(message)
    if (message.kind === 'end') this.emit('exit', 0)
    else if (this.told.length === 1 && threads.length === 1) this.emit('exit', 1)
    else if (message.kind === 'ask')
      this.emit('message', { kind: 'answer', id: message.id, result: { ok: true, value: null } })
    else this.emit('message', { kind: 'taken' })
  }
}

const threads: FakeThread[] = []
/** How often no thread can be made. */
let refusals = 0
vi.mock('./recorder-worker?nodeWorker', () => ({
  default: () => {
    if (refusals-- > 0) throw new Error('ERR_WORKER_INIT_FAILED: EAGAIN')
    const thread = new FakeThread()
    threads.push(thread)
    return thread
  },
}))

beforeEach(() => {
  vi.useFakeTimers()
  threads.length = 0
  refusals = 0
})
afterEach(() => vi.useRealTimers())

it('a thread that ends while it opens the file has another one after it, which is told', async () => {
  const problems: string[] = []
  const recorder = await openRecorder({ file: 'none', onProblem: ({ kind }) => problems.push(kind) })
  expect(problems).toEqual(['failed'])
  recorder.recordEvent({
    ...{ id: 1, targetId: 'local', key: null, atMs: 1 },
    ...{ kind: 'target', text: 'event.target.connected', params: {} },
  })
  await vi.advanceTimersByTimeAsync(6000)
  expect(threads).toHaveLength(2)
  expect(problems).toEqual(['failed', 'resumed'])
  expect(threads[1]?.told).toMatchObject([{ kind: 'batch', batch: { notes: [{ kind: 'event' }] } }])
  await recorder.dispose()
})

it('a machine that is out of threads for a while is told of once, and asked again', async () => {
  refusals = 2
  const problems: string[] = []
  const recorder = await openRecorder({ file: 'none', onProblem: ({ kind }) => problems.push(kind) })
  await vi.advanceTimersByTimeAsync(6000)
  expect([threads.length, problems]).toEqual([0, ['failed']])
  await vi.advanceTimersByTimeAsync(5000)
  expect(threads).toHaveLength(1)
  await recorder.dispose()
})

it('facts are recorded once, and again when retention may have deleted them', async () => {
  const recorder = await openRecorder({ file: 'none', onProblem: () => undefined })
  await vi.advanceTimersByTimeAsync(6000)
  const facts = { bootId: 'boot-1' } as HostFacts
  for (const waitMs of [1000, 1000, 3_600_000]) {
    recorder.recordHostFacts('local', facts)
    recorder.recordProcessFacts('local', { key: { pid: 1, startTimeTicks: 1 }, comm: 'a' } as ProcessFacts)
    await vi.advanceTimersByTimeAsync(waitMs)
  }
  recorder.recordHostFacts('local', facts)
  recorder.recordProcessFacts('local', { key: { pid: 1, startTimeTicks: 1 }, comm: 'a' } as ProcessFacts)
  await recorder.dispose()
  const notes = threads
    .flatMap(({ told }) => told)
    .flatMap((each) => (each.kind === 'batch' ? each.batch.notes : []))
  expect(notes.map(({ kind }) => kind)).toEqual(['hostFacts', 'processFacts', 'hostFacts', 'processFacts'])
})
