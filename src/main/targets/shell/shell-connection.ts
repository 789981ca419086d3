import { AppError, toErrorValue, type ErrorCode, type ErrorValue } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import { nextRetryDelayMs } from '#core/targets/back-off'
import type { Connection, PollAnswer, PollRequest } from '../target'
import type { CollectorFacts } from './collector'
import { openLane, type Lane, type LaneOptions } from './shell-lane'
import type { ShellLink } from './shell-link'

/** Of silence: with the time between two polls a dead link is told well within 15 s. */
const defaultPollTimeoutMs = 10_000
/** The first answer of a lane holds all, and one whose bytes still come is slow, not lost: so many times longer. */
const patienceFactor = 4.5
const checkTimeoutMs = 5000
/** A collector that nobody asks ends itself after a minute. */
const idleMs = 20_000
const tickMs = 2000
/** A timer that fires so much later than planned: the machine slept, or this process was stopped. */
const sleptMs = 8000
/** A connection that held so long is a good one. */
const steadyMs = 10_000
/** A lane that held so long broke for another reason than the one before it. */
const honestMs = 60_000
/** After so many in a row, trying again would not help either. */
const maxViolations = 3
/** What answers is not a collector, or not one that works. */
const violationCodes: readonly ErrorCode[] = ['parse', 'too-large', 'failed']
const nothing: PollRequest = { stat: false, reads: [] }
/** Trying again would not help: a person has to do something about it. */
const finalCodes: readonly ErrorCode[] = [
  'auth-failed',
  'host-key-changed',
  'unsupported',
  'invalid',
  // By the person who was asked.
  'cancelled',
]

export interface ShellConnectionOptions {
  link: ShellLink
  /** After each change of phase, facts or rights. */
  onChange(): void
  onReboot(): void
  /** The lane of the polls is gone: whatever hangs on the old connection is, too. */
  onLost(): void
  /** A poll that is not answered for so long, ms: the link is dead. Default 10 s. */
  pollTimeoutMs?: number | undefined
  /** As LaneOptions has them. */
  tickSeconds?: number | undefined
  probeTimeoutMs?: number | undefined
  /** Wall clock, ms since the epoch; another one for tests. */
  now?: (() => number) | undefined
}

/**
 * The lane of a target's polls, kept alive: lost, it is opened again with back-off and jitter. Only one try after each loss,
 * and each that a person starts, may ask that person for a password. Must be disposed.
 */
export class ShellConnection {
  readonly #options: ShellConnectionOptions
  readonly #now: () => number
  readonly #pollTimeoutMs: number
  #lane: Lane | null = null
  /** The first shell of the connection, when root's is the lane: over ssh all others end with it. */
  #base: Lane | null = null
  #facts!: CollectorFacts
  #phase: Connection = { phase: 'connected' }
  #isElevated = false
  #isFirstPoll = true
  #attempt = 0
  #violations = 0
  #mayAskOnce = false
  #retryTimer: NodeJS.Timeout | undefined
  #trying: AbortController | null = null
  #ticker: NodeJS.Timeout | undefined
  #tickedAtMs = 0
  #askedAtMs = 0
  #baseAskedAtMs = 0
  #attachedAtMs = 0
  #isDisposed = false

  constructor(options: ShellConnectionOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#pollTimeoutMs = options.pollTimeoutMs ?? defaultPollTimeoutMs
  }

  /** Connects for the first time; a person may be asked. Rejects with AppError. */
  async open(onStep: ((step: ConnectStep) => void) | undefined, signal: AbortSignal): Promise<void> {
    this.#attach(await this.#openLane({ isElevated: false, mayAsk: true, signal, onStep }))
    this.#tickedAtMs = this.#now()
    this.#ticker = setInterval(() => this.#tick(), tickMs)
    this.#ticker.unref()
  }

  get facts(): CollectorFacts {
    return this.#facts
  }

  get phase(): Connection {
    return this.#phase
  }

  get isElevated(): boolean {
    return this.#isElevated
  }

  /** Rejects with AppError `unreachable` while it is not connected, and when the connection is lost meanwhile. */
  async ask(request: PollRequest, timeoutMs = this.#pollTimeoutMs): Promise<PollAnswer> {
    const lane = this.#lane
    if (lane === null) throw this.#toUnreachable()
    const mostMs = patienceFactor * timeoutMs
    this.#askedAtMs = this.#now()
    try {
      const answer = await lane.ask(request, this.#isFirstPoll ? mostMs : timeoutMs, mostMs)
      this.#isFirstPoll = false
      return answer
    } catch (error) {
      // Another lane took over meanwhile (elevate).
      if (this.#lane !== null && this.#lane !== lane) return this.ask(request, timeoutMs)
      // A path that is none; all else is the end of the lane.
      if (toErrorValue(error).code === 'invalid') throw error
      this.#lose(lane, toAppError(error))
      throw this.#toUnreachable()
    }
  }

  /** One more lane on the same connection; nobody is asked for anything. */
  openLane(signal: AbortSignal): Promise<Lane> {
    return this.#openLane({ isElevated: this.#isElevated, mayAsk: false, signal })
  }

  #openLane(options: Omit<LaneOptions, 'link'>): Promise<Lane> {
    const { link, tickSeconds, probeTimeoutMs } = this.#options
    return openLane({ link, tickSeconds, probeTimeoutMs, ...options })
  }

  /** A person wants it tried again now. */
  reconnect(): void {
    if (this.#isDisposed || this.#phase.phase === 'connected') return
    this.#attempt = 0
    this.#violations = 0
    this.#mayAskOnce = true
    this.#tryNow()
  }

  /** Reads as root from now on. Rejects with AppError, and leaves all as it was. */
  async elevate(): Promise<void> {
    if (this.#lane === null) throw this.#toUnreachable()
    const before = this.#lane
    const signal = new AbortController().signal
    const lane = await this.#openLane({ isElevated: true, mayAsk: false, signal }).catch((error: unknown) => {
      throw new AppError('permission-denied', `not as root: ${toErrorValue(error).message}`, {
        hint: 'connection.elevate.failed',
        params: { printed: toErrorValue(error).message },
        cause: error,
      })
    })
    if (this.#isDisposed || this.#lane !== before) {
      lane.close()
      throw this.#isDisposed ? new AppError('cancelled', 'the target was closed') : this.#toUnreachable()
    }
    this.#isElevated = true
    this.#base = before
    this.#attach(lane)
    this.#options.onChange()
  }

  dispose(): void {
    this.#isDisposed = true
    clearInterval(this.#ticker)
    clearTimeout(this.#retryTimer)
    this.#trying?.abort()
    this.#dropLanes()
  }

  #dropLanes(): void {
    const lanes = [this.#lane, this.#base]
    this.#lane = null
    this.#base = null
    for (const lane of lanes) lane?.close()
  }

  #attach(lane: Lane): void {
    this.#lane = lane
    this.#facts = lane.facts
    this.#isFirstPoll = true
    this.#askedAtMs = this.#attachedAtMs = this.#now()
    void lane.ended.then((error) => this.#lose(lane, error))
  }

  #lose(lane: Lane, error: AppError): void {
    if (this.#lane !== lane || this.#isDisposed) return
    this.#dropLanes()
    // A link that breaks as soon as it is made waits longer each time.
    const heldMs = this.#now() - this.#attachedAtMs
    if (heldMs > steadyMs) this.#attempt = 0
    if (heldMs > honestMs) this.#violations = 0
    this.#mayAskOnce = true
    // What worked until now is worth a try, whatever its last words were.
    const keepsCode = error.code === 'timeout' || violationCodes.includes(error.code)
    this.#setBack(keepsCode ? error : toUnreachable(error, error.message))
    this.#options.onLost()
  }

  /** `lost` with a time for the next try, or `failed`. */
  #setBack(error: AppError): void {
    clearTimeout(this.#retryTimer)
    if (violationCodes.includes(error.code)) this.#violations++
    if (finalCodes.includes(error.code) || this.#violations >= maxViolations) {
      this.#setPhase({ phase: 'failed', error: toErrorValue(error) })
      return
    }
    const delayMs = nextRetryDelayMs(this.#attempt++, Math.random())
    this.#retryTimer = setTimeout(() => this.#tryNow(), delayMs)
    this.#setPhase({ phase: 'lost', error: toErrorValue(error), retryAtMs: this.#now() + delayMs })
  }

  #tryNow(): void {
    clearTimeout(this.#retryTimer)
    this.#trying?.abort()
    const trying = new AbortController()
    this.#trying = trying
    const error = this.#phase.phase === 'connected' ? toErrorValue(null) : this.#phase.error
    this.#setPhase({ phase: 'lost', error, retryAtMs: null })
    this.#openAgain(trying.signal)
      .then(
        (lane) => this.#takeBack(lane, trying.signal),
        (reason: unknown) => {
          if (trying.signal.aborted || this.#isDisposed) return
          this.#setBack(toAppError(reason))
        },
      )
      .finally(() => {
        if (this.#trying === trying) this.#trying = null
      })
  }

  /** Without a question first: a key or an agent may do. A question is put once. */
  async #openAgain(signal: AbortSignal): Promise<Lane> {
    const options = { isElevated: false, signal }
    try {
      return await this.#openLane({ ...options, mayAsk: false })
    } catch (error) {
      if (toErrorValue(error).code !== 'auth-failed' || !this.#mayAskOnce || signal.aborted) throw error
      this.#mayAskOnce = false
      return this.#openLane({ ...options, mayAsk: true })
    }
  }

  /** As root again when it was; where sudo does not let in any more, as whoever logs in. */
  async #takeBack(lane: Lane, signal: AbortSignal): Promise<void> {
    const elevated = this.#isElevated ? await this.openLane(signal).catch(() => null) : null
    if (signal.aborted || this.#isDisposed) {
      elevated?.close()
      lane.close()
      return
    }
    this.#isElevated = elevated !== null
    this.#base = elevated === null ? null : lane
    const { bootId } = this.#facts.host
    this.#attach(elevated ?? lane)
    const newBootId = lane.facts.host.bootId
    this.#setPhase({ phase: 'connected' })
    if (bootId !== null && newBootId !== null && bootId !== newBootId) this.#options.onReboot()
  }

  #setPhase(phase: Connection): void {
    this.#phase = phase
    this.#options.onChange()
  }

  #toUnreachable(): AppError {
    if (this.#isDisposed) return new AppError('cancelled', 'the target was closed')
    if (this.#phase.phase === 'connected') return new AppError('unreachable', 'the connection was lost')
    const { error } = this.#phase
    return toUnreachable(error, `not connected: ${error.message}`)
  }

  /** Keeps an idle lane alive, and looks at the link when the clock has a gap. */
  #tick(): void {
    const nowMs = this.#now()
    const hasSlept = nowMs - this.#tickedAtMs > tickMs + sleptMs
    this.#tickedAtMs = nowMs
    if (this.#lane !== null) {
      if (hasSlept) this.#check(this.#lane)
      else if (nowMs - this.#askedAtMs > idleMs) void this.ask(nothing).catch(() => undefined)
      if (nowMs - this.#baseAskedAtMs > idleMs) {
        this.#baseAskedAtMs = nowMs
        this.#base?.ask(nothing, this.#pollTimeoutMs).catch(() => undefined)
      }
    } else if (hasSlept && this.#phase.phase === 'lost') {
      this.#attempt = 0
      this.#tryNow()
    }
  }

  /** After a sleep the other side may have given up long ago; a link that does not answer soon is opened again at once. */
  #check(lane: Lane): void {
    lane.ask(nothing, Math.min(checkTimeoutMs, this.#pollTimeoutMs)).catch((error: unknown) => {
      if (this.#lane !== lane || this.#isDisposed) return
      this.#lose(lane, toAppError(error))
      if (this.#phase.phase === 'lost') this.#tryNow()
    })
  }
}

function toUnreachable({ hint, params }: Pick<ErrorValue, 'hint' | 'params'>, message: string): AppError {
  return new AppError('unreachable', message, {
    ...(hint === undefined ? {} : { hint }),
    ...(params === undefined ? {} : { params }),
  })
}

function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('failed', String(error), { cause: error })
}
