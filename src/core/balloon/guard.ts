import { carefulStepBytes, minStepBytes, negligibleLazyFreeBytes } from './plan'
import type { ScriptMessage } from './script-line'
import type { BalloonPhase, BalloonPlan, StopReason } from './types'

const MiB = 1024 * 1024
const psiWindowMs = 1000
/** A shorter window would turn one stalled page into a pressure of 100 %. */
const psiLeastWindowMs = 400
/** No step without knowing what the last one did: pressure that was read so long ago says nothing of now. */
const staleReadingMs = 4000
/** A careful step waits for numbers that are newer than the last one, but no longer than this. */
const freshWaitMs = 600
/** Over a link they take a few round trips. */
const remoteFreshWaitMs = 2500
/** The first step that may have to wait for reclaim; the next ones are as large as the pressure of the last allows. */
const firstCarefulBytes = 64 * MiB
/** Pages that were on their way to swap already. */
const toleratedSwapOutPages = 64

/** Numbers of one moment; what was not read this time is left out, null is not reported. */
export interface GuardReading {
  availableBytes?: number | null
  /** What the domain has left before the kernel starts to reclaim. */
  freeBytes?: number | null
  psiSomeTotalUs?: number | null
  /** Pages since boot. */
  pswpout?: number | null
  lazyFreeBytes?: number | null
}

export type GuardInput =
  | { kind: 'reading'; atMs: number; reading: GuardReading }
  | { kind: 'script'; atMs: number; message: ScriptMessage }
  /** The script's shell ended. */
  | { kind: 'script-exit'; atMs: number }
  | { kind: 'stop'; atMs: number; reason: StopReason }
  | { kind: 'tick'; atMs: number }

/** deflate: not urgent at the end of a hold, when the numbers may be read once more before. */
export type GuardCommand = { kind: 'grow'; bytes: number } | { kind: 'deflate'; isUrgent: boolean }

export interface GuardState {
  readonly plan: BalloonPlan
  readonly phase: BalloonPhase
  readonly startedAtMs: number
  readonly isReady: boolean
  readonly balloonBytes: number
  /** Asked for, not resident yet; 0: nothing. */
  readonly pendingBytes: number
  readonly peakBytes: number
  readonly availableBytes: number
  readonly freeBytes: number
  /** Size of the next step near the watermark: halved when the last one pressed hard, larger when it did not. */
  readonly carefulBytes: number
  readonly lazyFreeBytes: number | null
  readonly lazyFreeAtMs: number
  readonly lastStepAtMs: number
  readonly psi: readonly { atMs: number; totalUs: number }[]
  /** Of the last second or so; null: not known. */
  readonly psiSomePercent: number | null
  readonly firstPswpout: number | null
  readonly holdUntilMs: number
  readonly stopReason: StopReason | null
}

export function createGuard(plan: BalloonPlan, atMs: number): GuardState {
  return {
    plan,
    phase: 'ramp',
    startedAtMs: atMs,
    isReady: false,
    balloonBytes: 0,
    pendingBytes: 0,
    peakBytes: 0,
    availableBytes: plan.availableBytes,
    freeBytes: plan.freeFirstBytes,
    carefulBytes: Math.min(firstCarefulBytes, largestCarefulBytes(plan)),
    lazyFreeBytes: plan.lazyFreeBytes,
    lazyFreeAtMs: atMs,
    lastStepAtMs: atMs,
    psi: [],
    psiSomePercent: null,
    firstPswpout: null,
    holdUntilMs: 0,
    stopReason: null,
  }
}

function largestCarefulBytes(plan: BalloonPlan): number {
  return carefulStepBytes(plan.settings.stepBytes, plan.lazyFreeBytes)
}

/**
 * The guard of one run: ramp, hold, deflating, done. No I/O and no clock: whatever happens comes in as an input, what is
 * to be done comes out as commands. It asks for one step at a time, and never for another one after a stop.
 */
export function stepGuard(
  state: GuardState,
  input: GuardInput,
): { state: GuardState; commands: GuardCommand[] } {
  if (state.phase === 'done') return { state, commands: [] }
  return decide(absorb(state, input), input.atMs, state.phase)
}

function absorb(state: GuardState, input: GuardInput): GuardState {
  switch (input.kind) {
    case 'tick':
      return state
    case 'reading':
      return absorbReading(state, input.atMs, input.reading)
    case 'stop':
      return stopNow(state, input.reason)
    case 'script-exit':
      return {
        ...state,
        phase: 'done',
        stopReason: endReason(state, 'script-ended'),
        balloonBytes: 0,
        pendingBytes: 0,
      }
    case 'script':
      return absorbMessage(state, input.atMs, input.message)
  }
}

function absorbReading(state: GuardState, atMs: number, reading: GuardReading): GuardState {
  let next = state
  if (reading.availableBytes != null) next = { ...next, availableBytes: reading.availableBytes }
  if (reading.freeBytes != null) next = { ...next, freeBytes: reading.freeBytes }
  if (reading.lazyFreeBytes !== undefined)
    next = { ...next, lazyFreeBytes: reading.lazyFreeBytes, lazyFreeAtMs: atMs }
  if (reading.psiSomeTotalUs != null) next = absorbPsi(next, atMs, reading.psiSomeTotalUs)
  if (reading.pswpout != null) {
    const firstPswpout = next.firstPswpout ?? reading.pswpout
    next = { ...next, firstPswpout }
    if (reading.pswpout - firstPswpout > toleratedSwapOutPages) next = stopNow(next, 'swap-out')
  }
  return next
}

/** PSI from the growth of its total: avg10 would tell ten seconds late. */
function absorbPsi(state: GuardState, atMs: number, totalUs: number): GuardState {
  const psi = [...state.psi, { atMs, totalUs }]
  while (psi.length > 2 && psi[1]!.atMs <= atMs - psiWindowMs) psi.shift()
  const windowMs = atMs - psi[0]!.atMs
  const percent =
    windowMs < psiLeastWindowMs ? null : Math.max(0, (totalUs - psi[0]!.totalUs) / windowMs / 10)
  const next = { ...state, psi, psiSomePercent: percent }
  return percent !== null && percent > state.plan.settings.psiLimitPercent ? stopNow(next, 'psi') : next
}

function absorbMessage(state: GuardState, atMs: number, message: ScriptMessage): GuardState {
  const next: GuardState = {
    ...state,
    isReady: true,
    balloonBytes: message.balloonBytes,
    // A `state` line may still have been written before the last order was read.
    pendingBytes:
      message.kind === 'state' || message.kind === 'ready' ? state.pendingBytes : message.pendingBytes,
    peakBytes: Math.max(state.peakBytes, message.balloonBytes),
    availableBytes: message.availableBytes ?? state.availableBytes,
  }
  switch (message.kind) {
    case 'grown':
      return {
        ...next,
        lastStepAtMs: atMs,
        freeBytes: Math.max(0, next.freeBytes - state.pendingBytes),
        carefulBytes: adaptCareful(next, state.pendingBytes),
      }
    case 'refused':
      if (message.reason === 'busy') return next
      return startHold(
        next,
        atMs,
        message.reason === 'size' ? 'size' : message.reason === 'floor' ? 'floor' : 'error',
      )
    case 'shrunk':
      return stopNow(next, message.reason === 'floor' ? 'floor' : 'time')
    case 'end':
      return { ...next, phase: 'done', stopReason: endReason(state, toStopReason(message.reason)) }
    case 'ready':
    case 'state':
      return next
  }
}

/** Pressure over a quarter of its limit halves the careful step, hardly any lets it grow by half. */
function adaptCareful({ plan, carefulBytes, psiSomePercent }: GuardState, lastBytes: number): number {
  const { psiLimitPercent } = plan.settings
  if (psiSomePercent === null || lastBytes > carefulBytes) return carefulBytes
  if (psiSomePercent > psiLimitPercent / 4) return Math.max(minStepBytes, carefulBytes / 2)
  return psiSomePercent < psiLimitPercent / 10
    ? Math.min(largestCarefulBytes(plan), carefulBytes * 1.5)
    : carefulBytes
}

function toStopReason(reason: string | null): StopReason {
  switch (reason) {
    case 'watchdog':
    case 'out-of-memory':
    case 'time':
      return reason
    case 'eof':
      return 'owner-gone'
    case 'shell-gone':
    case 'ticker-lost':
      return 'script-ended'
    default:
      return 'error'
  }
}

/** A stop that is the end of a run as planned: the balloon stays a moment, so that the numbers can be read. */
function startHold(state: GuardState, atMs: number, reason: StopReason): GuardState {
  if (state.phase !== 'ramp') return state
  return { ...state, phase: 'hold', stopReason: reason, holdUntilMs: atMs + state.plan.settings.holdMs }
}

/** A stop that protects: everything is given back now. */
function stopNow(state: GuardState, reason: StopReason): GuardState {
  if (state.phase !== 'ramp' && state.phase !== 'hold') return state
  return { ...state, phase: 'deflating', stopReason: endReason(state, reason) }
}

/**
 * A hold has the reason of its ramp's end, and keeps it when a person ends it early. What cuts it short by itself is the
 * reason from then on; what ends a balloon that is deflating already is none.
 */
function endReason(state: GuardState, reason: StopReason): StopReason {
  if (state.stopReason === null) return reason
  return state.phase === 'hold' && reason !== 'person' ? reason : state.stopReason
}

function decide(
  state: GuardState,
  atMs: number,
  before: BalloonPhase,
): { state: GuardState; commands: GuardCommand[] } {
  let next = state
  if (next.phase === 'ramp') next = checkEnds(next, atMs)
  if (next.phase === 'hold' && atMs >= next.holdUntilMs) {
    return { state: { ...next, phase: 'deflating' }, commands: [{ kind: 'deflate', isUrgent: false }] }
  }
  if (next.phase === 'deflating') {
    return { state: next, commands: before === 'deflating' ? [] : [{ kind: 'deflate', isUrgent: true }] }
  }
  if (next.phase !== 'ramp' || !next.isReady || next.pendingBytes > 0 || mustWait(next, atMs)) {
    return { state: next, commands: [] }
  }
  const bytes = chooseStep(next)
  if (bytes === null) return { state: startHold(next, atMs, endOfRoom(next)), commands: [] }
  return { state: { ...next, pendingBytes: bytes }, commands: [{ kind: 'grow', bytes }] }
}

function checkEnds(state: GuardState, atMs: number): GuardState {
  if (atMs - state.startedAtMs >= state.plan.settings.timeLimitMs) return stopNow(state, 'time')
  const start = state.plan.lazyFreeBytes ?? 0
  const negligible = negligibleLazyFreeBytes(start)
  if (start > negligible && state.lazyFreeBytes !== null && state.lazyFreeBytes <= negligible) {
    return state.pendingBytes > 0 ? state : startHold(state, atMs, 'reclaimed')
  }
  return state
}

/** Free memory that is left before the careful part begins; not positive: reclaim may be near. */
function fastRoom(state: GuardState): number {
  return state.freeBytes - 2 * largestCarefulBytes(state.plan)
}

function mustWait(state: GuardState, atMs: number): boolean {
  if (state.psiSomePercent !== null && state.psiSomePercent > state.plan.settings.psiLimitPercent / 2)
    return true
  const lastPsi = state.psi.at(-1)
  if (lastPsi !== undefined && atMs - lastPsi.atMs > staleReadingMs) return true
  if (state.balloonBytes === 0 || fastRoom(state) >= minStepBytes) return false
  const waitMs = state.plan.remoteHost === null ? freshWaitMs : remoteFreshWaitMs
  return state.lazyFreeAtMs <= state.lastStepAtMs && atMs - state.lastStepAtMs < waitMs
}

function readRoom(state: GuardState): { toLimit: number; toFloor: number } {
  return {
    toLimit: state.plan.limitBytes - state.balloonBytes,
    toFloor: state.availableBytes - state.plan.settings.floorBytes,
  }
}

/** The next step in bytes, whole MiB; null: there is no room for the smallest one. */
function chooseStep(state: GuardState): number | null {
  const { stepBytes } = state.plan.settings
  const { toLimit, toFloor } = readRoom(state)
  const fast = fastRoom(state)
  const wanted = fast >= minStepBytes ? Math.min(stepBytes, fast) : state.carefulBytes
  // Half of what is left above the floor: others may take memory at the same time.
  const bytes = Math.min(wanted, toLimit, Math.max(minStepBytes, toFloor / 2))
  const whole = Math.floor(bytes / MiB) * MiB
  return whole < minStepBytes || whole > toFloor ? null : whole
}

function endOfRoom(state: GuardState): StopReason {
  const { toLimit, toFloor } = readRoom(state)
  // The limit of a plan is often the floor in other words: available - floor at the time of planning.
  const isSize = toLimit < minStepBytes && state.plan.limitBytes >= state.plan.settings.maxBytes
  return isSize && toFloor >= minStepBytes ? 'size' : 'floor'
}
