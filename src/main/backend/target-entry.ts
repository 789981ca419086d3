import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import type { Capabilities, ConnectStep, SessionEvent, TargetInfo } from '#core/ipc/contract'
import type { BalloonState } from '#core/balloon/types'
import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import type { ProcessKey } from '#core/process-key'
import type { Verdict } from '#core/verdict/verdict'
import { createBalloonRunner, type BalloonRunner } from '../balloon/balloon-runner'
import { goSource } from '../profiling/go-source'
import { createSampler } from '../sampling/create-sampler'
import type { Sampler } from '../sampling/sampler'
import type { ConnectPrompter } from '../targets/ssh/connect-prompter'
import type { Target } from '../targets/target'
import { withVerdicts } from '../verdict/with-verdicts'
import { createBalloonEvents } from './balloon-events'
import { watchConnection } from './connection-events'

/** A target with everything that runs on it. Shared by all who look. */
export interface OpenTarget {
  target: Target
  sampler: Sampler
  runner: BalloonRunner
  /** The newest; null before the first poll. */
  latestHost: HostSample | null
}

/** How a target is opened; the real one is in ../targets/open-target. */
export type OpenTargetFunction = (
  spec: string,
  options: { prompter: ConnectPrompter; onStep: (step: ConnectStep) => void; signal: AbortSignal },
) => Promise<Target>

export interface TargetEntryOptions {
  spec: string
  openTarget: OpenTargetFunction
  prompter: ConnectPrompter
  needsOwner: () => boolean
  /** +1 before a balloon is started here, -1 when it has ended. */
  onBalloonCount: (change: 1 | -1) => void
  onInfo: (info: TargetInfo) => void
  onHost: (sample: HostSample) => void
  onEvent: (event: Omit<SessionEvent, 'id' | 'targetId'>) => void
  onBalloon: (state: BalloonState) => void
  onVerdict: (key: ProcessKey, verdict: Verdict) => void
  /** Of a watched process, once for all who look. */
  onSample: (sample: ProcessSample) => void
  onFacts: (facts: ProcessFacts) => void
  /** Connected for the first time: samples will come. */
  onOpened: (open: OpenTarget) => void
  onProcessEnd: (key: ProcessKey, atMs: number, reason: 'process-gone' | 'not-watched') => void
  growthOf: (key: ProcessKey) => ProfileGrowth | null
  /** It is no target any more: it was closed, or it never was one. */
  onClosed: () => void
}

/** One target that somebody opened: from the first attempt to reach it until it is closed. */
export interface TargetEntry {
  readonly info: TargetInfo
  /** Whether windows are told of it: this machine is not worth a word before it is there. */
  readonly isListed: boolean
  /** null until it was connected once. */
  readonly opened: OpenTarget | null
  /** Resolves when it is connected, at once when it was before; rejects with why it can't be. One attempt for all. */
  open(): Promise<TargetInfo>
  /** Tries again now; nothing happens while it is connected or connecting. */
  retry(): void
  elevate(): Promise<void>
  /** Cancels an attempt, ends a balloon, and lets go of the target. Resolves when all of it is closed. */
  close(): Promise<void>
}

const noCapabilities: Capabilities = {
  live: false,
  seek: false,
  smaps: false,
  pressure: false,
  cgroup: false,
  endpoint: false,
  balloon: false,
  elevate: false,
  remote: false,
}

export function createTargetEntry(options: TargetEntryOptions): TargetEntry {
  const { spec, onInfo } = options
  const isLocal = spec === 'local'
  let opened: OpenTarget | null = null
  let attempt: { done: Promise<OpenTarget>; abort: AbortController } | null = null
  let step: ConnectStep | null = null
  let failure: ErrorValue | null = null
  let isClosed = false

  function tell(): void {
    if (!isClosed && isListed()) onInfo(toInfo())
  }

  const isListed = (): boolean => !isLocal || opened !== null

  function toInfo(): TargetInfo {
    const known = { id: spec, spec, step: null, retryAtMs: null, replay: null, error: null }
    if (opened !== null) {
      const { label, capabilities, host, connection } = opened.target
      return {
        ...known,
        label,
        capabilities,
        host,
        state: connection.phase,
        retryAtMs: connection.phase === 'lost' ? connection.retryAtMs : null,
        error: connection.phase === 'connected' ? null : connection.error,
      }
    }
    return {
      ...known,
      label: spec.replace(/^(ssh|exec):/, ''),
      capabilities: noCapabilities,
      host: null,
      state: attempt === null ? 'failed' : 'connecting',
      step: attempt === null ? null : step,
      error: attempt === null ? failure : null,
    }
  }

  async function connect(signal: AbortSignal): Promise<OpenTarget> {
    const onStep = (next: ConnectStep): void => {
      if (signal.aborted || step === next) return
      step = next
      tell()
    }
    const target = await options.openTarget(spec, { prompter: options.prompter, onStep, signal })
    try {
      if (signal.aborted) throw new AppError('cancelled', 'the target was closed')
      onStep('probing')
      const sampler = await createSampler(target, goSource)
      if (!signal.aborted) return runOn(target, sampler)
      await sampler.dispose()
      throw new AppError('cancelled', 'the target was closed')
    } catch (error) {
      await target.dispose()
      throw error
    }
  }

  function runOn(target: Target, bareSampler: Sampler): OpenTarget {
    const sampler = withVerdicts(bareSampler, {
      host: () => open.latestHost,
      growth: options.growthOf,
      onVerdict: options.onVerdict,
      onSample: options.onSample,
      onFacts: options.onFacts,
      onEnd: options.onProcessEnd,
      onEvent: options.onEvent,
    })
    const balloonEvents = createBalloonEvents(options.onEvent)
    const runner = createBalloonRunner({
      target,
      needsOwner: options.needsOwner,
      onWalk: (key, rollup) => sampler.adoptWalk(key, rollup),
      onState(state) {
        options.onBalloon(state)
        balloonEvents.note(state)
        if (state.proof !== null) sampler.addProof(state.proof)
      },
    })
    const open: OpenTarget = { target, sampler, runner: counted(runner), latestHost: null }
    sampler.onHost((sample) => {
      open.latestHost = sample
      options.onHost(sample)
    })
    sampler.onEvent(options.onEvent)
    options.onOpened(open)
    watchConnection(target, { onChange: tell, onEvent: options.onEvent })
    return open
  }

  function counted(runner: BalloonRunner): BalloonRunner {
    return {
      ...runner,
      start(...params) {
        options.onBalloonCount(1)
        const started = runner.start(...params)
        void started
          .then(() => runner.whenIdle())
          .catch(() => undefined)
          .finally(() => options.onBalloonCount(-1))
        return started
      },
    }
  }

  function startAttempt(): Promise<OpenTarget> {
    const isFirst = failure === null
    const abort = new AbortController()
    const done = connect(abort.signal).catch((error: unknown) => {
      throw abort.signal.aborted ? new AppError('cancelled', 'connecting was cancelled') : error
    })
    attempt = { done, abort }
    step = null
    tell()
    done.then(
      (open) => {
        attempt = null
        opened = open
        failure = null
        tell()
      },
      (error: unknown) => {
        attempt = null
        failure = toErrorValue(error)
        if (!isClosed && !mayStay(isFirst, failure)) endEntry()
        else tell()
      },
    )
    return done
  }

  /** What failed stays with its reason, to be tried again; not what can't be a target, and not what a person gave up. */
  function mayStay(isFirst: boolean, error: ErrorValue): boolean {
    return !isLocal && error.code !== 'invalid' && !(isFirst && error.code === 'cancelled')
  }

  function endEntry(): void {
    isClosed = true
    options.onClosed()
  }

  return {
    get info() {
      return toInfo()
    },
    get isListed() {
      return isListed()
    },
    get opened() {
      return opened
    },
    async open() {
      if (opened?.target.connection.phase === 'failed') opened.target.reconnect()
      if (opened === null) await (attempt?.done ?? startAttempt())
      return toInfo()
    },
    retry() {
      if (opened === null) {
        // Whoever looks at the target sees how it ends.
        if (attempt === null) startAttempt().catch(() => undefined)
      } else if (opened.target.connection.phase !== 'connected') {
        opened.target.reconnect()
      }
    },
    async elevate() {
      if (opened === null) throw new AppError('unreachable', 'the target is not connected')
      await opened.target.elevate()
      opened.sampler.relearn()
      const params = { label: opened.target.label }
      options.onEvent({ atMs: Date.now(), key: null, kind: 'target', text: 'event.target.elevated', params })
    },
    async close() {
      if (!isClosed) endEntry()
      attempt?.abort.abort()
      await attempt?.done.catch(() => undefined)
      if (opened === null) return
      const { runner, sampler, target } = opened
      await runner.dispose()
      await sampler.dispose()
      await target.dispose()
    },
  }
}
