import type { BalloonPlan, BalloonSettings, BalloonState, StopReason } from '#core/balloon/types'
import { AppError, toErrorValue } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import type { RollupSample } from '#core/metrics/samples'
import { createRollupReader } from '../sampling/rollup-reader'
import type { Target } from '../targets/target'
import { startBalloonRun, type BalloonRun } from './balloon-run'
import { createPlanMaker } from './make-plan'

export interface BalloonRunnerOptions {
  target: Target
  /** Each step of a run, at least once a second, and its end with the proof. */
  onState(state: BalloonState): void
  /** Each walk of the patient's page tables: more often than a sampler's while a balloon is blown up. */
  onWalk?: (key: ProcessKey, rollup: RollupSample) => void
  /** True: a run lives only while ownerBeat is called. Left out: the runner's own process is the owner. */
  needsOwner?: () => boolean
  /** Between two heartbeats to the script, ms: 250 for this machine, 500 over a link. */
  beatMs?: number
  /** How long the script goes on without a heartbeat, ms: 1200 for this machine, 10,000 over a link, which may stall. */
  watchdogMs?: number
}

/** Balloons on one target: one at a time, never started again by itself. Must be disposed. */
export interface BalloonRunner {
  /** What a balloon would do here and now. Takes and returns 64 MiB once to measure the speed. */
  plan(key: ProcessKey, settings?: Partial<BalloonSettings>): Promise<BalloonPlan>
  /**
   * Plans again with these settings and starts. Resolves when it runs. Rejects with AppError `busy` (one runs already),
   * `refused` (the plan is refused, or has a risk that was not accepted).
   */
  start(
    key: ProcessKey,
    settings: Partial<BalloonSettings>,
    acceptedRisks: readonly string[],
    readHeapInuse?: () => number | null | Promise<number | null>,
  ): Promise<void>
  /** Gives the memory back now; nothing happens when nothing runs. */
  deflate(reason: StopReason): void
  /** The owner lives. */
  ownerBeat(): void
  /** The state as it was last told to onState. */
  state(): BalloonState
  /** Resolves when nothing runs (any more), with the last state. */
  whenIdle(): Promise<BalloonState>
  /** Deflates and waits until the memory is back. */
  dispose(): Promise<void>
}

/** An owner that was not heard for so long is gone, wherever the balloon is. */
const ownerLimitMs = 1200

const idle: BalloonState = {
  phase: 'idle',
  plan: null,
  startedAtMs: null,
  step: null,
  proof: null,
  error: null,
}

export function createBalloonRunner(options: BalloonRunnerOptions): BalloonRunner {
  const { target, needsOwner = () => false } = options
  const { remote } = target.capabilities
  const { beatMs = remote ? 500 : 250, watchdogMs = remote ? 10_000 : 1200 } = options
  const source = { target, rollups: createRollupReader(target), onWalk: options.onWalk ?? (() => undefined) }
  const makePlan = createPlanMaker(source)
  let state = idle
  let run: BalloonRun | null = null
  let starting: Promise<void> | null = null
  let isDisposed = false
  /** A stop that came while a run was being started. */
  let earlyStop: StopReason | null = null
  let ending: Promise<void> = Promise.resolve()
  let ownerBeatAtMs = 0

  function setState(next: BalloonState): void {
    state = next
    options.onState(state)
  }

  async function startRun(
    key: ProcessKey,
    settings: Partial<BalloonSettings>,
    acceptedRisks: readonly string[],
    readHeapInuse: () => number | null | Promise<number | null>,
  ): Promise<void> {
    const made = await makePlan(key, settings)
    const { plan } = made
    if (plan.refusal !== null) {
      throw new AppError('refused', `no balloon: ${plan.refusal}`, {
        hint: `balloon.refusal.${plan.refusal}`,
      })
    }
    const risk = plan.risks.find((found) => !acceptedRisks.includes(found))
    if (risk !== undefined) {
      throw new AppError('refused', `a risk was not accepted: ${risk}`, { hint: `balloon.risk.${risk}` })
    }
    ownerBeatAtMs = performance.now()
    const startedAtMs = Date.now()
    const started = await startBalloonRun({
      source,
      made,
      beatMs,
      watchdogMs,
      readHeapInuse,
      isOwned: () => !needsOwner() || performance.now() - ownerBeatAtMs < ownerLimitMs,
      onStep(step) {
        // `done` is told with the proof.
        const phase = step.phase === 'done' ? 'deflating' : step.phase
        setState({ phase, plan, startedAtMs, step, proof: null, error: null })
      },
    })
    run = started
    ending = started.done
      .then(
        (proof) => setState({ ...state, phase: 'done', proof }),
        (error: unknown) => setState({ ...state, phase: 'done', error: toErrorValue(error) }),
      )
      .finally(() => {
        run = null
      })
    if (earlyStop !== null) started.deflate(earlyStop)
  }

  return {
    plan: async (key, settings) => {
      const { plan } = await makePlan(key, settings)
      return run !== null || starting !== null
        ? { ...plan, refusal: plan.refusal ?? 'already-running' }
        : plan
    },
    async start(key, settings, acceptedRisks, readHeapInuse = () => null) {
      if (isDisposed) throw new AppError('cancelled', 'the runner was disposed')
      if (run !== null || starting !== null) {
        throw new AppError('busy', 'a balloon is running on this target', {
          hint: 'balloon.refusal.already-running',
        })
      }
      earlyStop = null
      starting = startRun(key, settings, acceptedRisks, readHeapInuse)
      try {
        await starting
      } finally {
        starting = null
      }
    },
    deflate(reason) {
      if (starting !== null && run === null) earlyStop ??= reason
      run?.deflate(reason)
    },
    ownerBeat() {
      ownerBeatAtMs = performance.now()
    },
    state: () => state,
    async whenIdle() {
      await ending
      return state
    },
    async dispose() {
      isDisposed = true
      earlyStop = 'owner-gone'
      run?.deflate('owner-gone')
      // Whoever started it is told when it could not start.
      await starting?.catch(() => undefined)
      await ending
    },
  }
}
