import type { SessionEvent, TargetInfo } from '#core/ipc/contract'
import type { MessageChannelEnd } from '#core/ipc/rpc'
import { AppError } from '#core/errors'
import type { HostSample } from '#core/metrics/samples'
import { createBalloonRunner, type BalloonRunner } from '../balloon/balloon-runner'
import { createDemo, type Demo } from '../demo/demo'
import { goSource } from '../profiling/go-source'
import { createSampler } from '../sampling/create-sampler'
import type { Sampler } from '../sampling/sampler'
import { openTarget } from '../targets/open-target'
import type { Target } from '../targets/target'
import { openSession, type Session } from './session'

/** A target with everything that runs on it. Shared by all who look. */
export interface OpenTarget {
  target: Target
  sampler: Sampler
  runner: BalloonRunner
  /** The newest; null before the first poll. */
  latestHost: HostSample | null
}

export interface Backend {
  /** Serves one window. A balloon that it started is let go when the channel closes. */
  openSession(channel: MessageChannelEnd): void
  /** Opens a target before anybody asks for it: every window is told of it, and opening it then takes no time. */
  prepare(spec: string): void
  /** The owner of this backend lives. */
  ownerBeat(): void
  dispose(): Promise<void>
}

export interface BackendOptions {
  /** Holds assets/ and e2e/hosts/go. */
  resourcesDir: string
  /** Where the demo keeps what it built. */
  cacheDir: string
  /**
   * Whoever gives it owns the balloons: while it was last called with true, a balloon lives only as long as ownerBeat is
   * called again and again.
   */
  onBeatsWanted?: (isWanted: boolean) => void
}

/** What sessions may reach. */
export interface BackendCore {
  targets(): TargetInfo[]
  open(spec: string): Promise<TargetInfo>
  /** Throws AppError `invalid` for an id that is not open. */
  get(targetId: string): OpenTarget
  demo: Demo
}

export function createBackend(options: BackendOptions): Backend {
  const openTargets = new Map<string, Promise<OpenTarget>>()
  const ready = new Map<string, OpenTarget>()
  const sessions = new Set<Session>()
  let lastEventId = 0
  let upCount = 0

  function countUp(change: 1 | -1): void {
    const wasUp = upCount > 0
    upCount += change
    if (upCount > 0 !== wasUp) options.onBeatsWanted?.(upCount > 0)
  }

  /** Beats wake the owner and this process all day long: they are asked for only while there is a balloon. */
  function withBeats(runner: BalloonRunner): BalloonRunner {
    return {
      ...runner,
      start(...params) {
        countUp(1)
        const started = runner.start(...params)
        void started
          .then(() => runner.whenIdle())
          .catch(() => undefined)
          .finally(() => countUp(-1))
        return started
      },
    }
  }

  function broadcastEvent(targetId: string, event: Omit<SessionEvent, 'id' | 'targetId'>): void {
    const whole: SessionEvent = { ...event, id: ++lastEventId, targetId }
    for (const session of sessions) session.emit('event', whole)
  }

  async function openNew(spec: string): Promise<OpenTarget> {
    const target = await openTarget(spec)
    const sampler = await createSampler(target, goSource)
    const runner = createBalloonRunner({
      target,
      needsOwner: () => options.onBeatsWanted !== undefined,
      onWalk: (key, rollup) => sampler.adoptWalk(key, rollup),
      onState: (state) => {
        for (const session of sessions) session.emit('balloon', { targetId: target.id, state })
      },
    })
    const open: OpenTarget = { target, sampler, runner: withBeats(runner), latestHost: null }
    ready.set(target.id, open)
    sampler.onHost((sample) => {
      open.latestHost = sample
      for (const session of sessions) session.emit('host', { targetId: target.id, sample })
    })
    sampler.onEvent((event) => broadcastEvent(target.id, event))
    return open
  }

  const demo = createDemo({
    resourcesDir: options.resourcesDir,
    cacheDir: options.cacheDir,
    onState: (state) => {
      for (const session of sessions) session.emit('demo', state)
    },
  })

  const core: BackendCore = {
    targets: () => [...ready.values()].map(({ target }) => toInfo(target)),
    async open(spec) {
      let opening = openTargets.get(spec)
      if (opening === undefined) {
        opening = openNew(spec)
        openTargets.set(spec, opening)
        opening.catch(() => openTargets.delete(spec))
      }
      const info = toInfo((await opening).target)
      for (const session of sessions) session.emit('target', info)
      return info
    },
    get(targetId) {
      const open = ready.get(targetId)
      if (open === undefined) throw new AppError('invalid', 'this target is not open')
      return open
    },
    demo,
  }

  return {
    openSession(channel) {
      const session = openSession(core, channel)
      sessions.add(session)
      session.onClose(() => sessions.delete(session))
      for (const { target, latestHost } of ready.values()) {
        session.emit('target', toInfo(target))
        if (latestHost !== null) session.emit('host', { targetId: target.id, sample: latestHost })
      }
    },
    prepare(spec) {
      // Whoever opens it later is told why it can't be.
      core.open(spec).catch(() => undefined)
    },
    ownerBeat() {
      for (const { runner } of ready.values()) runner.ownerBeat()
    },
    async dispose() {
      await Promise.all([demo.stop(), ...[...ready.values()].map(({ runner }) => runner.dispose())])
      await Promise.all([...ready.values()].map(({ sampler }) => sampler.dispose()))
      await Promise.all([...ready.values()].map(({ target }) => target.dispose()))
      ready.clear()
      openTargets.clear()
    },
  }
}

function toInfo(target: Target): TargetInfo {
  return {
    id: target.id,
    spec: target.spec,
    label: target.label,
    state: 'connected',
    capabilities: target.capabilities,
    host: target.host,
    error: null,
  }
}
