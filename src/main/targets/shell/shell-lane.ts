import { AppError } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import type { PollAnswer, PollRequest } from '../target'
import { openCollector, type CollectorFacts } from './collector'
import type { ShellLink } from './shell-link'

/** A shell that answers, from its first byte to its facts. */
const defaultProbeTimeoutMs = 20_000
/** A link has its own time limits: this one is for a link that forgot them. A person who types needs longer. */
const openTimeoutMs = 60_000
const askTimeoutMs = 300_000

/** One long-lived shell with a collector in it. Must be closed. */
export interface Lane {
  readonly facts: CollectorFacts
  /** Resolves once, with why. */
  readonly ended: Promise<AppError>
  readonly hasEnded: boolean
  ask(request: PollRequest, timeoutMs: number, mostMs?: number): Promise<PollAnswer>
  /** Closes the shell's input and lets it end by itself when what it waits for came. */
  retire(): void
  close(): void
}

export interface LaneOptions {
  link: ShellLink
  isElevated: boolean
  /** A person may be asked for a password. */
  mayAsk: boolean
  signal: AbortSignal
  /** As CollectorOptions has it. */
  tickSeconds?: number | undefined
  /** From a shell's first byte to its facts. Default 20 s. */
  probeTimeoutMs?: number | undefined
  onStep?: ((step: ConnectStep) => void) | undefined
}

/** Connects where that is needed, and starts a collector. Rejects with AppError; `cancelled` by the signal. */
export async function openLane(options: LaneOptions): Promise<Lane> {
  const { link, isElevated, mayAsk, signal, onStep, tickSeconds } = options
  const timeoutMs = mayAsk ? askTimeoutMs : openTimeoutMs
  const limit = AbortSignal.timeout(timeoutMs)
  let shell
  try {
    shell = await raceWithSignal(
      link.openShell(AbortSignal.any([signal, limit]), mayAsk),
      AbortSignal.any([signal, limit]),
      (late) => late.kill(),
    )
  } catch (error) {
    if (limit.aborted && !signal.aborted) throw new AppError('timeout', `no shell in ${timeoutMs} ms`)
    throw error
  }
  onStep?.('probing')
  try {
    const collector = await openCollector(shell, {
      signal,
      timeoutMs: options.probeTimeoutMs ?? defaultProbeTimeoutMs,
      isElevated,
      ...(tickSeconds === undefined ? {} : { tickSeconds }),
      explainEnd: (end) => link.explainEnd(end),
    })
    let hasEnded = false
    void collector.ended.then(() => (hasEnded = true))
    return {
      facts: collector.facts,
      ended: collector.ended,
      get hasEnded() {
        return hasEnded
      },
      ask: (request, askMs, mostMs) => collector.ask(request, askMs, mostMs),
      retire: () => shell.stdin.end(),
      close() {
        collector.dispose()
        shell.kill()
      },
    }
  } catch (error) {
    shell.kill()
    throw error
  }
}

/** The value, or AppError `cancelled` as soon as the signal says so; what comes later all the same is dropped. */
function raceWithSignal<T>(promise: Promise<T>, signal: AbortSignal, drop: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const onAbort = (): void => {
      isOver = true
      reject(new AppError('cancelled', 'cancelled while connecting'))
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort)
        if (isOver) drop(value)
        else resolve(value)
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort)
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
