import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGuard, stepGuard, type GuardInput, type GuardState } from './guard'
import { createPlan, type PlanReadings } from './plan'
import type { ScriptMessage } from './script-line'
import type { BalloonPlan } from './types'

const MiB = 1024 * 1024

const readings: PlanReadings = {
  remoteHost: null,
  target: { pid: 5, startTimeTicks: 5 },
  memTotalBytes: 8192 * MiB,
  memFreeBytes: 3000 * MiB,
  memAvailableBytes: 5000 * MiB,
  inactiveFileBytes: 2000 * MiB,
  swapFreeBytes: 0,
  lowWatermarkBytes: 64 * MiB,
  psiSomeAvg10: 0,
  rssBytes: 2000 * MiB,
  lazyFreeBytes: 1600 * MiB,
  group: null,
  bytesPerSecond: 1024 * MiB,
  refusal: null,
}
function say(
  kind: ScriptMessage['kind'],
  balloonBytes: number,
  more: Partial<ScriptMessage> = {},
): ScriptMessage {
  return {
    kind,
    reason: null,
    balloonBytes,
    pendingBytes: 0,
    availableBytes: null,
    memAvailableBytes: null,
    ...more,
  }
}

/** A host of the model: what others take or give at each step is arbitrary. */
interface Host {
  freeBytes: number
  fileBytes: number
  lazyBytes: number
  others: number[]
}

/**
 * Plays a run against a model host whose script always obeys (the worst script: the real one checks the floor itself).
 * Throws when the guard's own step goes below the floor, or when it grows after a stop.
 */
function play(
  host: Host,
  modelPlan: BalloonPlan,
): { state: GuardState; lowestByOwnDoing: number; largestStep: number } {
  let state = createGuard(modelPlan, 0)
  let { freeBytes, fileBytes, lazyBytes } = host
  let balloonBytes = 0
  let pending = 0
  let lowest = Infinity
  let largestStep = 0
  let isStopped = false
  const available = (): number => freeBytes + fileBytes + lazyBytes

  function take(bytes: number): void {
    const fromFree = Math.min(bytes, freeBytes)
    freeBytes -= fromFree
    const fromFile = Math.min(bytes - fromFree, fileBytes)
    fileBytes -= fromFile
    lazyBytes = Math.max(0, lazyBytes - (bytes - fromFree - fromFile))
  }

  function feed(input: GuardInput): void {
    const next = stepGuard(state, input)
    state = next.state
    for (const command of next.commands) {
      if (command.kind === 'grow') {
        if (isStopped || pending > 0) throw new Error('grew after a stop, or two steps at once')
        pending = command.bytes
        largestStep = Math.max(largestStep, pending)
      } else {
        isStopped = true
        pending = 0
        freeBytes += balloonBytes
        balloonBytes = 0
      }
    }
    if (state.phase !== 'ramp') isStopped = true
  }

  for (let turn = 0; turn < 5000 && state.phase !== 'done'; turn++) {
    const atMs = turn * 100
    const other = host.others[turn % host.others.length] ?? 0
    if (other > 0) take(Math.min(other, available()))
    else freeBytes -= other
    if (pending > 0) {
      const bytes = pending
      pending = 0
      take(bytes)
      balloonBytes += bytes
      lowest = Math.min(lowest, available() + Math.max(0, other))
      feed({ kind: 'script', atMs, message: say('grown', balloonBytes, { availableBytes: available() }) })
    } else if (isStopped && state.phase === 'deflating') {
      feed({ kind: 'script', atMs, message: say('end', 0, { reason: 'deflate' }) })
    } else {
      feed({
        kind: 'script',
        atMs,
        message: say(turn === 0 ? 'ready' : 'state', balloonBytes, { availableBytes: available() }),
      })
    }
    feed({ kind: 'reading', atMs: atMs + 50, reading: { freeBytes, lazyFreeBytes: lazyBytes } })
  }
  return { state, lowestByOwnDoing: lowest, largestStep }
}

describe('the guard on any host', () => {
  const host = fc.record({
    freeBytes: fc.integer({ min: 0, max: 64 * 1024 }).map((mib) => mib * MiB),
    fileBytes: fc.integer({ min: 0, max: 8 * 1024 }).map((mib) => mib * MiB),
    lazyBytes: fc.integer({ min: 0, max: 32 * 1024 }).map((mib) => mib * MiB),
    others: fc.array(
      fc.integer({ min: -64, max: 64 }).map((mib) => mib * MiB),
      { minLength: 1, maxLength: 20 },
    ),
  })

  it('never crosses the floor by more than one step of its own, always ends, never grows after a stop', () => {
    fc.assert(
      fc.property(host, fc.boolean(), (model, isLazyKnown) => {
        const total = model.freeBytes + model.fileBytes + model.lazyBytes
        const modelPlan = createPlan(
          {
            ...readings,
            memTotalBytes: total + 1024 * MiB,
            memFreeBytes: model.freeBytes,
            memAvailableBytes: total,
            inactiveFileBytes: model.fileBytes + model.lazyBytes,
            lazyFreeBytes: isLazyKnown ? model.lazyBytes : null,
            lowWatermarkBytes: 0,
          },
          { timeLimitMs: 400_000 },
        )
        if (modelPlan.refusal !== null) return
        const { state, lowestByOwnDoing, largestStep } = play(model, modelPlan)
        expect(state.phase).toBe('done')
        expect(state.peakBytes).toBeLessThanOrEqual(modelPlan.limitBytes)
        if (largestStep > 0) {
          expect(lowestByOwnDoing).toBeGreaterThanOrEqual(
            modelPlan.settings.floorBytes - largestStep - 64 * MiB,
          )
        }
      }),
      { numRuns: 150 },
    )
  })

  it('ends with LazyFree gone where that is within reach', () => {
    const model: Host = { freeBytes: 1000 * MiB, fileBytes: 3000 * MiB, lazyBytes: 1600 * MiB, others: [0] }
    // The model evicts the page cache first: it must not be what the floor is made of.
    const modelPlan = createPlan(
      {
        ...readings,
        memFreeBytes: 1000 * MiB,
        memAvailableBytes: 5600 * MiB,
        inactiveFileBytes: 4600 * MiB,
        lowWatermarkBytes: 0,
      },
      { floorBytes: 1 },
    )
    expect(play(model, modelPlan).state).toMatchObject({ phase: 'done', stopReason: 'reclaimed' })
  })
})
