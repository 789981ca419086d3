import { randomBytes } from 'node:crypto'
import collectorScript from '../../../../assets/collector.sh?raw'
import { parseHello, type CollectorHello } from '#core/collector/hello'
import { AppError } from '#core/errors'
import type { PollAnswer, PollRequest } from '../target'
import { createCollectorSession, type CollectorSession } from './collector-session'
import { startInShell, toScriptCommand } from './shell-bootstrap'
import { followPaced } from './paced-chunks'
import type { ShellLink, ShellProcess } from './shell-link'

export type CollectorFacts = CollectorHello

/** assets/collector.sh in one long-lived shell. Must be disposed; it ends by itself when nobody asks for a minute. */
export interface Collector {
  readonly facts: CollectorFacts
  /**
   * One round trip. Several may be on their way; they are answered in order. A file that two asks in a row want is kept on
   * the host and only its changed lines are sent; its durationMs is 0, as it is part of costMs. Rejects with AppError:
   * `timeout` (the collector is of no use from then on: it ends when what it waits for has come and its input is closed),
   * `invalid` for a path that is no path, or why the collector ended. With `mostMs`, an answer whose bytes still come is
   * waited for longer than timeoutMs, but no longer than that.
   */
  ask(request: PollRequest, timeoutMs: number, mostMs?: number): Promise<PollAnswer>
  /** Resolves once, when it ended, with why. */
  readonly ended: Promise<AppError>
  dispose(): void
}

export interface CollectorOptions {
  signal?: AbortSignal
  /** For all of the start, ms. */
  timeoutMs: number
  /** Runs as root, by `sudo -n`. */
  isElevated?: boolean
  explainEnd: ShellLink['explainEnd']
  /** How often the host looks whether somebody still asks, seconds; it ends at the third look in vain. */
  tickSeconds?: number
}

/**
 * Starts the collector in a fresh shell. Rejects with AppError (`unsupported`: no POSIX shell, no awk, no /proc; `parse`,
 * `timeout`, `cancelled`, or what explainEnd says) and has ended the shell then.
 */
export async function openCollector(shell: ShellProcess, options: CollectorOptions): Promise<Collector> {
  const { signal, timeoutMs, explainEnd, tickSeconds = 20 } = options
  const until = performance.now() + timeoutMs
  await startInShell(shell, {
    command: toScriptCommand(collectorScript, [String(tickSeconds)], options.isElevated),
    timeoutMs,
    signal,
    explainEnd,
  })
  const nonce = randomBytes(12).toString('hex')
  let problem: AppError | null = null
  let isUseless = false
  let heardAtMs = 0
  let settleHello: (items: string[]) => void = () => undefined
  const hello = new Promise<string[]>((resolve) => (settleHello = resolve))
  const session = createCollectorSession(nonce, {
    write: (text) => void (shell.stdin.writable && shell.stdin.write(text)),
    onHello: (items) => settleHello(items),
  })
  const stopListening = followPaced(shell.stdout, (bytes) => {
    heardAtMs = performance.now()
    try {
      session.push(bytes)
    } catch (error) {
      breakOff(toViolation(error))
    }
  })
  shell.stdout.resume()
  const ended = shell.ended.then((end) => {
    problem ??= explainEnd(end)
    session.end(problem)
    return problem
  })

  function breakOff(error: AppError): void {
    problem ??= error
    stopListening()
    session.end(problem)
    shell.kill()
  }

  shell.stdin.write(`${nonce}\n`)
  const facts = parseHello(await waitForHello(hello, ended, breakOff, { until, totalMs: timeoutMs }, signal))
  return {
    facts,
    ended,
    ask(request, askTimeoutMs, mostMs = askTimeoutMs) {
      if (problem !== null) return Promise.reject(problem)
      if (isUseless)
        return Promise.reject(new AppError('unreachable', 'the collector waits for an earlier read'))
      const limits = { timeoutMs: askTimeoutMs, mostMs, heardAtMs: () => heardAtMs }
      return askWithLimit(session, request, limits, (error) => {
        isUseless = true
        stopListening()
        session.end(error)
      })
    },
    dispose() {
      shell.stdin.end()
      breakOff(new AppError('cancelled', 'the collector was closed'))
    },
  }
}

/** What a person is told of bytes that are not what a collector sends. */
function toViolation(error: unknown): AppError {
  if (!(error instanceof AppError)) return new AppError('failed', String(error), { cause: error })
  if (error.hint !== undefined || (error.code !== 'parse' && error.code !== 'too-large')) return error
  return new AppError(error.code, error.message, { hint: 'connection.collector.wrong', cause: error })
}

async function waitForHello(
  hello: Promise<string[]>,
  ended: Promise<AppError>,
  breakOff: (error: AppError) => void,
  { until, totalMs }: { until: number; totalMs: number },
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const onAbort = (): void => breakOff(new AppError('cancelled', 'cancelled while the collector started'))
  const timer = setTimeout(
    () =>
      breakOff(
        new AppError('timeout', `the collector said nothing in time`, {
          hint: 'connection.shell.silent',
          params: { seconds: Math.round(totalMs / 1000) },
        }),
      ),
    Math.max(1, until - performance.now()),
  )
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort)
  try {
    return await Promise.race([
      hello,
      ended.then((error) => {
        throw error
      }),
    ])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

async function askWithLimit(
  session: CollectorSession,
  request: PollRequest,
  { timeoutMs, mostMs, heardAtMs }: { timeoutMs: number; mostMs: number; heardAtMs: () => number },
  onLate: (error: AppError) => void,
): Promise<PollAnswer> {
  const startMs = performance.now()
  let timer = setTimeout(look, timeoutMs)
  function look(): void {
    const nowMs = performance.now()
    const leftMs = Math.min(Math.max(startMs, heardAtMs()) + timeoutMs, startMs + mostMs) - nowMs
    if (leftMs > 1) timer = setTimeout(look, leftMs)
    else onLate(new AppError('timeout', `no answer in ${Math.round(nowMs - startMs)} ms`))
  }
  try {
    return await session.ask(request)
  } finally {
    clearTimeout(timer)
  }
}
