import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ok } from '#core/errors'
import type { RawReading } from '#core/snapshot/incident'
import type { Recorder } from '../recorder/recorder'
import type { Target } from '../targets/target'
import { createMomentKeeper } from './moment-keeper'

const hourMs = 3_600_000
const startMs = 400 * hourMs
let kept: number[]

beforeEach(() => {
  kept = []
  vi.useFakeTimers({ now: startMs })
})
afterEach(() => vi.useRealTimers())

function create() {
  const target = {
    read: (reads: readonly { path: string }[]) =>
      Promise.resolve(reads.map(({ path }) => ok({ bytes: Buffer.from(path) }))),
  } as unknown as Target
  const recorder = {
    listProcesses: () => Promise.resolve([]),
    recordReadings: (_spec: string, [first]: readonly RawReading[]) => void kept.push(first?.atMs ?? NaN),
  } as unknown as Recorder
  return createMomentKeeper(
    () => Promise.resolve(recorder),
    (spec) => (spec === 'local' ? target : null),
  )
}

async function noteAt(keeper: ReturnType<typeof create>, atMs: number): Promise<void> {
  vi.setSystemTime(atMs)
  keeper.note('local', atMs)
  await vi.advanceTimersByTimeAsync(0)
}

it('keeps a moment a minute of what happens by itself, also when the clock is set back', async () => {
  const keeper = create()
  for (const atMs of [startMs, startMs + 30_000, startMs + 60_000, startMs - hourMs])
    await noteAt(keeper, atMs)
  expect(kept).toEqual([startMs, startMs + 60_000, startMs - hourMs])
})

it('keeps each that a person marks, but none of another time or of a target that is not open', async () => {
  const keeper = create()
  keeper.mark('local', startMs)
  keeper.mark('local', startMs)
  keeper.mark('local', startMs - hourMs)
  keeper.mark('ssh:away', startMs)
  await vi.advanceTimersByTimeAsync(0)
  expect(kept).toEqual([startMs, startMs])
})
