import { describe, expect, it } from 'vitest'
import { createGuard, stepGuard, type GuardCommand, type GuardInput, type GuardState } from './guard'
import { createPlan, type PlanReadings } from './plan'
import type { ScriptMessage } from './script-line'

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
const plan = createPlan(readings, { holdMs: 3000, timeLimitMs: 60_000, psiLimitPercent: 25 })

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

/** Feeds inputs one by one; gives the last state and every command. */
function run(inputs: GuardInput[], start: GuardState = createGuard(plan, 0)) {
  let state = start
  const commands: GuardCommand[] = []
  for (const input of inputs) {
    const next = stepGuard(state, input)
    state = next.state
    commands.push(...next.commands)
  }
  return { state, commands }
}

const ready: GuardInput = { kind: 'script', atMs: 100, message: say('ready', 0) }

describe('the guard', () => {
  it('asks for nothing before the script is ready, then for one step at a time', () => {
    expect(run([{ kind: 'tick', atMs: 50 }]).commands).toEqual([])
    const { state, commands } = run([ready, { kind: 'tick', atMs: 150 }, { kind: 'tick', atMs: 200 }])
    expect(commands).toEqual([{ kind: 'grow', bytes: plan.settings.stepBytes }])
    expect(state.pendingBytes).toBe(plan.settings.stepBytes)
  })

  it('is fast while memory is free, and careful near the watermark', () => {
    const close: GuardInput = { kind: 'reading', atMs: 120, reading: { freeBytes: 150 * MiB } }
    expect(run([close, ready]).commands).toEqual([{ kind: 'grow', bytes: 64 * MiB }])
  })

  it('waits with a careful step for numbers that are newer than the last step', () => {
    const close: GuardInput = { kind: 'reading', atMs: 90, reading: { freeBytes: 150 * MiB } }
    const grown: GuardInput = { kind: 'script', atMs: 200, message: say('grown', 64 * MiB) }
    const waiting = run([close, ready, grown, { kind: 'tick', atMs: 300 }])
    expect(waiting.commands).toHaveLength(1)
    const fresh: GuardInput = { kind: 'reading', atMs: 310, reading: { lazyFreeBytes: 1500 * MiB } }
    expect(run([fresh], waiting.state).commands).toEqual([{ kind: 'grow', bytes: 64 * MiB }])
    expect(run([{ kind: 'tick', atMs: 801 }], waiting.state).commands).toHaveLength(1)
  })

  it('holds when LazyFree is gone, then deflates without hurry', () => {
    const held = run([
      ready,
      { kind: 'script', atMs: 500, message: say('grown', 1000 * MiB) },
      { kind: 'script', atMs: 900, message: say('grown', 1500 * MiB) },
      { kind: 'reading', atMs: 950, reading: { lazyFreeBytes: 3 * MiB } },
      { kind: 'script', atMs: 1000, message: say('grown', 2000 * MiB) },
    ])
    expect(held.state).toMatchObject({ phase: 'hold', stopReason: 'reclaimed', holdUntilMs: 4000 })
    expect(run([{ kind: 'tick', atMs: 3999 }], held.state).commands).toEqual([])
    expect(run([{ kind: 'tick', atMs: 4000 }], held.state).commands).toEqual([
      { kind: 'deflate', isUrgent: false },
    ])
  })

  it('keeps the reason of a hold that a person ends, and takes the one of what cuts it short', () => {
    const held = run([
      ready,
      { kind: 'script', atMs: 900, message: say('grown', 1500 * MiB) },
      { kind: 'reading', atMs: 950, reading: { lazyFreeBytes: 3 * MiB } },
      { kind: 'script', atMs: 1000, message: say('grown', 2000 * MiB) },
    ]).state
    const endedBy = (input: GuardInput) => run([input], held).state.stopReason
    expect(endedBy({ kind: 'stop', atMs: 1100, reason: 'person' })).toBe('reclaimed')
    expect(endedBy({ kind: 'stop', atMs: 1100, reason: 'watchdog' })).toBe('watchdog')
    expect(endedBy({ kind: 'script-exit', atMs: 1100 })).toBe('script-ended')
    const over = run([{ kind: 'tick', atMs: 4000 }], held).state
    expect(run([{ kind: 'script-exit', atMs: 4100 }], over).state.stopReason).toBe('reclaimed')
  })

  it('stops on pressure of the last second, not of the last ten', () => {
    const psi = (atMs: number, totalUs: number): GuardInput => ({
      kind: 'reading',
      atMs,
      reading: { psiSomeTotalUs: totalUs },
    })
    const start = 7_000_000
    expect(run([ready, psi(200, start), psi(450, start + 60_000)]).state.psiSomePercent).toBeNull()
    const calm = run([ready, psi(200, start), psi(700, start + 50_000), psi(1200, start + 200_000)])
    expect(calm.state).toMatchObject({ phase: 'ramp', psiSomePercent: 20 })
    const hard = run([psi(1450, start + 350_000)], calm.state)
    expect(hard.state).toMatchObject({ phase: 'deflating', stopReason: 'psi' })
    expect(hard.commands).toEqual([{ kind: 'deflate', isUrgent: true }])
  })

  it('makes the careful step smaller after pressure, and larger after none', () => {
    const psi = (atMs: number, totalUs: number): GuardInput => ({
      kind: 'reading',
      atMs,
      reading: { freeBytes: 0, psiSomeTotalUs: totalUs },
    })
    const grown: GuardInput = { kind: 'script', atMs: 1300, message: say('grown', 64 * MiB) }
    const fresh: GuardInput = { kind: 'reading', atMs: 1350, reading: { lazyFreeBytes: 1500 * MiB } }
    const calm = run([psi(50, 0), ready, psi(1250, 0), grown, fresh])
    expect(calm.commands.at(-1)).toEqual({ kind: 'grow', bytes: 96 * MiB })
    const pressed = run([psi(50, 0), ready, psi(1250, 100_000), grown, fresh])
    expect(pressed.commands.at(-1)).toEqual({ kind: 'grow', bytes: 32 * MiB })
  })

  it('takes no step while pressure is over half of the limit', () => {
    const { state } = run([
      ready,
      { kind: 'reading', atMs: 200, reading: { psiSomeTotalUs: 0 } },
      { kind: 'reading', atMs: 1200, reading: { psiSomeTotalUs: 150_000 } },
    ])
    const grown: GuardInput = { kind: 'script', atMs: 1300, message: say('grown', state.pendingBytes) }
    expect(run([grown, { kind: 'tick', atMs: 9000 }], state).commands).toEqual([])
  })

  it.each<[string, GuardInput, string]>([
    ['swap-out', { kind: 'reading', atMs: 600, reading: { pswpout: 5000 } }, 'swap-out'],
    ['the time limit', { kind: 'tick', atMs: 60_000 }, 'time'],
    ['the person', { kind: 'stop', atMs: 600, reason: 'person' }, 'person'],
    [
      'a script that had to let go',
      { kind: 'script', atMs: 600, message: say('shrunk', 0, { reason: 'floor' }) },
      'floor',
    ],
    [
      'a chunk that does not get resident',
      { kind: 'script', atMs: 600, message: say('shrunk', 0, { reason: 'slow' }) },
      'time',
    ],
  ])('deflates at once on %s', (_, input, reason) => {
    const { state, commands } = run([
      { kind: 'reading', atMs: 50, reading: { pswpout: 10 } },
      ready,
      { kind: 'script', atMs: 500, message: say('grown', 1000 * MiB) },
      input,
      { kind: 'tick', atMs: 61_000 },
      { kind: 'stop', atMs: 61_100, reason: 'person' },
    ])
    expect(state).toMatchObject({ phase: 'deflating', stopReason: reason })
    expect(commands.filter(({ kind }) => kind === 'deflate')).toEqual([{ kind: 'deflate', isUrgent: true }])
  })

  it.each([
    ['watchdog', 'watchdog'],
    ['eof', 'owner-gone'],
    ['out-of-memory', 'out-of-memory'],
    ['ticker-lost', 'script-ended'],
    ['shell-gone', 'script-ended'],
    ['time', 'time'],
    ['no-dd', 'error'],
  ])('is done when the script ends with %s', (reason, stopReason) => {
    const { state } = run([ready, { kind: 'script', atMs: 700, message: say('end', 0, { reason }) }])
    expect(state).toMatchObject({ phase: 'done', stopReason, balloonBytes: 0 })
  })

  it('keeps the first reason, and is done when the shell is gone without a word', () => {
    const stopped = run([
      ready,
      { kind: 'stop', atMs: 300, reason: 'person' },
      { kind: 'script-exit', atMs: 400 },
    ])
    expect(stopped.state).toMatchObject({ phase: 'done', stopReason: 'person' })
    expect(run([ready, { kind: 'script-exit', atMs: 400 }]).state.stopReason).toBe('script-ended')
  })

  it('ends by size where the person set one, and by the floor where that is nearer', () => {
    const small = createPlan(readings, { maxBytes: 64 * MiB })
    const full: GuardInput = {
      kind: 'script',
      atMs: 500,
      message: say('grown', 64 * MiB, { availableBytes: 4900 * MiB }),
    }
    expect(run([ready, full, { kind: 'tick', atMs: 2000 }], createGuard(small, 0)).state.stopReason).toBe(
      'size',
    )
    const low: GuardInput = {
      kind: 'script',
      atMs: 500,
      message: say('grown', 64 * MiB, { availableBytes: plan.settings.floorBytes + MiB }),
    }
    expect(run([ready, low, { kind: 'tick', atMs: 2000 }]).state.stopReason).toBe('floor')
  })
})
