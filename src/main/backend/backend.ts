import type { AlertMessage } from '#core/alerts/alert-message'
import type { BalloonPhase } from '#core/balloon/types'
import { toAlertEvent } from '#core/alerts/format-alert'
import type { BackendEvents, SessionEvent, SshHostChoice, SshMeaning, TargetInfo } from '#core/ipc/contract'
import type { MessageChannelEnd } from '#core/ipc/rpc'
import { AppError } from '#core/errors'
import { createAlertKeeper, type AlertKeeper } from '../alerts/alert-keeper'
import { createDemo, type Demo } from '../demo/demo'
import { createMomentKeeper, type MomentKeeper } from '../incident/moment-keeper'
import { createProfileKeeper, type ProfileKeeper } from '../profiling/profile-keeper'
import { createReplays, type Replays } from '../replay/replays'
import { watchTop } from '../recorder/watch-top'
import { openTarget } from '../targets/open-target'
import { createPrompts, type EmitToAll } from './prompts'
import { createRecordings, type Recordings } from './recordings'
import { openSession, type Session } from './session'
import { createTargetEntry, type OpenTarget, type OpenTargetFunction, type TargetEntry } from './target-entry'

const maxTargets = 32
/** Beside these the raw texts of /proc are kept. */
const markedKinds: readonly SessionEvent['kind'][] = ['balloon-ended', 'alert', 'verdict-changed']
/** While a balloon takes memory, or gives it back. */
const upPhases: readonly BalloonPhase[] = ['ramp', 'hold', 'deflating']

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
  /** The file of rules and webhook; absent: they are forgotten at the end. */
  alertPath?: string
  /** Where what is seen is recorded; absent: it is not. */
  recordingsDir?: string
  /** An alert that is to be a notification of the desktop. */
  onAlert?: (message: AlertMessage) => void
  /** What could not be written. */
  onError?: (error: unknown) => void
  /** Swapped in tests. */
  openTarget?: OpenTargetFunction
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
  close(targetId: string): Promise<void>
  retry(targetId: string): void
  elevate(targetId: string): Promise<void>
  /** Throws AppError `invalid` for an id that is not open, `unreachable` for one that was never connected. */
  get(targetId: string): OpenTarget
  answerPrompt(promptId: string, answer: string | null): void
  listSshHosts(): Promise<SshHostChoice[]>
  explainSshHost(host: string): Promise<SshMeaning>
  demo: Demo
  profiles: ProfileKeeper
  alerts: AlertKeeper
  recordings: Recordings
  replays: Replays
  moments: MomentKeeper
}

export function createBackend(options: BackendOptions): Backend {
  const entries = new Map<string, TargetEntry>()
  const closing = new Set<Promise<void>>()
  const sessions = new Set<Session>()
  let lastEventId = 0
  let balloonCount = 0
  let isDisposed = false

  /** Beats wake the owner and this process all day long: they are asked for only while there is a balloon. */
  function countBalloons(change: 1 | -1): void {
    const hadSome = balloonCount > 0
    balloonCount += change
    if (balloonCount > 0 !== hadSome) options.onBeatsWanted?.(balloonCount > 0)
  }

  const emitToAll: EmitToAll = (event, payload) => {
    for (const session of sessions) session.emit(event, payload)
  }
  const prompts = createPrompts(emitToAll)
  const profiles = createProfileKeeper({
    emit: emitToAll,
    onEvent: broadcastEvent,
    onProfile: (profile) => record((recorder) => recorder.recordProfile(profile.info.targetId, profile)),
  })
  const alerts = createAlertKeeper({
    path: options.alertPath ?? null,
    labelOf: (targetId) => entries.get(targetId)?.info.label ?? targetId,
    onAlert(message, hasNotification) {
      broadcastEvent(message.targetId, toAlertEvent(message))
      if (hasNotification) options.onAlert?.(message)
    },
    onChange: (overview) => emitToAll('alerts', overview),
    onError: (error) => options.onError?.(error),
  })

  const recordings = createRecordings(options.recordingsDir ?? null, (problem) =>
    emitToAll('recorder', problem),
  )
  const moments = createMomentKeeper(
    () => recordings.get(),
    (spec) => entries.get(spec)?.opened?.target ?? null,
  )
  const record: Recordings['record'] = (job) => recordings.record(job)

  const replays = createReplays((event, payload) => {
    emitToAll(event, payload)
    if (event === 'targetClosed')
      for (const session of sessions) session.dropTarget((payload as BackendEvents['targetClosed']).targetId)
  })

  function addEntry(spec: string): TargetEntry {
    if (entries.size >= maxTargets) {
      throw new AppError('too-large', `at most ${maxTargets} targets are open at once`, {
        hint: 'error.too-many-targets',
        params: { limit: maxTargets },
      })
    }
    const targetId = spec
    let stopTop: () => void = () => undefined
    const entry = createTargetEntry({
      spec,
      openTarget: options.openTarget ?? openTarget,
      prompter: prompts.prompterOf(targetId),
      needsOwner: () => options.onBeatsWanted !== undefined,
      onBalloonCount: countBalloons,
      onInfo(info) {
        const { host } = info
        if (host !== null) record((recorder) => recorder.recordHostFacts(targetId, host))
        emitToAll('target', info)
      },
      onOpened({ target, sampler }) {
        // Before the first sample, for the boot is a part of who a process is.
        record((recorder) => recorder.recordHostFacts(targetId, target.host))
        if (options.recordingsDir === undefined) return
        stopTop = watchTop(sampler, (reading) => record((recorder) => recorder.recordTop(targetId, reading)))
      },
      onHost(sample) {
        emitToAll('host', { targetId, sample })
        alerts.engine.addHost(targetId, sample)
        record((recorder) => recorder.recordHost(targetId, sample))
      },
      onEvent: (event) => broadcastEvent(targetId, event),
      onBalloon(state) {
        emitToAll('balloon', { targetId, state })
        alerts.engine.setBalloon(targetId, upPhases.includes(state.phase), Date.now())
        const { proof } = state
        if (proof !== null) record((recorder) => recorder.recordProof(targetId, proof))
      },
      onSample(sample) {
        alerts.engine.addProcess(targetId, sample)
        record((recorder) => recorder.recordProcess(targetId, sample))
      },
      onFacts: (facts) => record((recorder) => recorder.recordProcessFacts(targetId, facts)),
      onProcessEnd: (key, atMs, reason) => alerts.engine.endProcess(targetId, key, atMs, reason),
      onVerdict(key, verdict) {
        emitToAll('verdict', { targetId, key, verdict })
        alerts.engine.addVerdict(targetId, key, verdict)
        record((recorder) => recorder.recordVerdict(targetId, key, verdict))
      },
      growthOf: (key) => profiles.growthOf(targetId, key),
      onClosed() {
        stopTop()
        if (entries.get(targetId) === entry) entries.delete(targetId)
        prompts.giveUp(targetId)
        profiles.dropTarget(targetId)
        // Nor is anything over when all of this ends: nobody is told so.
        if (!isDisposed) alerts.engine.endTarget(targetId, Date.now())
        for (const session of sessions) session.dropTarget(targetId)
        // When all of this ends the targets are not closed by anybody: the next backend opens them again.
        if (entry.isListed && !isDisposed) emitToAll('targetClosed', { targetId })
      },
    })
    entries.set(targetId, entry)
    return entry
  }

  function broadcastEvent(targetId: string, event: Omit<SessionEvent, 'id' | 'targetId'>): void {
    const whole: SessionEvent = { ...event, id: ++lastEventId, targetId }
    emitToAll('event', whole)
    // The readings of the runtime hold the time of each collection.
    if (whole.kind !== 'gc') record((recorder) => recorder.recordEvent(whole))
    if (markedKinds.includes(event.kind)) moments.note(targetId, event.atMs)
  }

  function getEntry(targetId: string): TargetEntry {
    const entry = entries.get(targetId)
    if (replays.find(targetId) !== null)
      throw new AppError('unsupported', 'nothing new is read of a recorded stretch of time')
    if (entry === undefined) throw new AppError('invalid', 'this target is not open')
    return entry
  }

  function closeEntry(entry: TargetEntry): Promise<void> {
    const closed = entry.close().finally(() => closing.delete(closed))
    closing.add(closed)
    return closed
  }

  const demo = createDemo({
    resourcesDir: options.resourcesDir,
    cacheDir: options.cacheDir,
    onState: (state) => emitToAll('demo', state),
  })

  const core: BackendCore = {
    targets: () => [
      ...[...entries.values()].filter(({ isListed }) => isListed).map(({ info }) => info),
      ...replays.list(),
    ],
    async open(spec) {
      const replay = replays.find(spec)
      if (replay !== null) return replay.info
      const info = await (entries.get(spec) ?? addEntry(spec)).open()
      emitToAll('target', info)
      return info
    },
    async close(targetId) {
      if (!replays.close(targetId)) await closeEntry(getEntry(targetId))
    },
    retry: (targetId) => getEntry(targetId).retry(),
    elevate: (targetId) => getEntry(targetId).elevate(),
    get(targetId) {
      const { opened } = getEntry(targetId)
      if (opened === null) throw new AppError('unreachable', 'this target is not connected')
      return opened
    },
    answerPrompt: (promptId, answer) => prompts.answer(promptId, answer),
    listSshHosts: async () => (await import('../targets/ssh/ssh-config-hosts')).listSshHosts(),
    explainSshHost: async (host) => (await import('../targets/ssh/explain-ssh-host')).explainSshHost(host),
    demo,
    profiles,
    alerts,
    recordings,
    replays,
    moments,
  }

  return {
    openSession(channel) {
      const session = openSession(core, channel)
      sessions.add(session)
      session.onClose(() => {
        sessions.delete(session)
        // Nobody is left who could answer.
        if (sessions.size === 0) prompts.giveUp()
      })
      for (const { info, isListed, opened } of entries.values()) {
        if (isListed) session.emit('target', info)
        if (opened?.latestHost != null) session.emit('host', { targetId: info.id, sample: opened.latestHost })
      }
      for (const info of replays.list()) session.emit('target', info)
      for (const problem of recordings.problems) session.emit('recorder', problem)
      for (const prompt of prompts.pending) session.emit('prompt', prompt)
      for (const schedule of profiles.schedules()) session.emit('profileSchedule', schedule)
    },
    prepare(spec) {
      // Whoever opens it later is told why it can't be.
      core.open(spec).catch(() => undefined)
    },
    ownerBeat() {
      for (const { opened } of entries.values()) opened?.runner.ownerBeat()
    },
    async dispose() {
      isDisposed = true
      prompts.giveUp()
      profiles.dispose()
      const all = [...entries.values()].map(closeEntry)
      await Promise.all([demo.stop(), alerts.dispose(), ...all, ...closing])
      // Last: what ends is recorded as well.
      await recordings.dispose()
    },
  }
}
