import { AppError } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import type { SshProcess } from './ssh-process'

/** How far an ssh process came. */
export interface SshLogin {
  /** Resolves when the session, or the forwarded connection, is open. Rejects with AppError `timeout` or `cancelled`, or null when ssh ended. */
  readonly ready: Promise<void>
  isAuthenticated(): boolean
  /** Ends `ready` with this. */
  fail(error: AppError): void
  /** To be called when somebody begins or ends to be asked: time limits start anew. */
  restartTimer(): void
}

export interface SshLoginOptions {
  process: SshProcess
  onStep?: ((step: ConnectStep) => void) | undefined
  signal?: AbortSignal | undefined
  /** Somebody is asked right now. */
  isAsking(): boolean
  /** false: ssh asks on the terminal by itself, and nobody knows when. */
  hasLimits: boolean
  /** Each line of what is not ssh's log, until it is ready. */
  onText?: ((line: string) => void) | undefined
}

/** ssh ended before it was ready; why is told by what it said. */
export const sshEnded = Symbol('ssh ended')

const reachMs = 15_000
const authenticateMs = 30_000
/** Addresses of one name that are tried one after the other. */
const maxAddresses = 4
type Phase = 'reaching' | 'authenticating' | 'opening'

const hintOf: Record<Phase, string> = {
  reaching: 'connection.timed-out',
  authenticating: 'connection.authentication-timeout',
  opening: 'connection.authentication-timeout',
}
/** Debug lines of OpenSSH 7.4 to 10, which are never translated. What they say moves a label and a time limit, no more. */
const readyPattern =
  /^debug1: (?:Entering interactive session|mux_client_request_(?:session|stdio_fwd): master session id)|^debug2: channel \d+: open confirm /

/** Follows ssh's log up to the open session, with a time limit for each step. */
export function watchSshLogin(options: SshLoginOptions): SshLogin {
  const { process, onStep, signal } = options
  let phase: Phase = 'reaching'
  let isAuthenticated = false
  let addresses = 0
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  let settle!: { resolve(): void; reject(reason: unknown): void }
  const ready = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  ready.catch(() => undefined)

  function finish(reason: unknown): void {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    process.listen(null)
    process.stdout.off('readable', onOutput)
    signal?.removeEventListener('abort', onAbort)
    if (reason === null) settle.resolve()
    else settle.reject(reason)
  }
  function restartTimer(): void {
    clearTimeout(timer)
    if (isOver || !options.hasLimits || options.isAsking()) return
    const limitMs = phase === 'reaching' ? reachMs : authenticateMs
    timer = setTimeout(() => {
      const text = `ssh: no answer in ${limitMs / 1000} s while ${phase}`
      finish(new AppError('timeout', text, { hint: hintOf[phase] }))
    }, limitMs)
  }
  function enter(next: Phase): void {
    phase = next
    if (next !== 'opening') onStep?.(next)
    restartTimer()
  }
  function onOutput(): void {
    // The shell, or what is in its place, already speaks. The end of the stream is told here too.
    if (process.stdout.readableLength === 0) return
    isAuthenticated = true
    finish(null)
  }
  function onAbort(): void {
    finish(new AppError('cancelled', 'given up while connecting'))
  }
  process.listen((line, isLog) => {
    if (!isLog) return options.onText?.(line)
    if (line.startsWith('debug1: Connecting to ') && addresses++ < maxAddresses) restartTimer()
    if (phase === 'reaching' && line.startsWith('debug1: Remote protocol version ')) enter('authenticating')
    // Once: a time limit that starts anew with each such line would be none.
    if (phase !== 'opening' && /^(?:Authenticated to |debug1: Authentication succeeded )/.test(line)) {
      isAuthenticated = true
      enter('opening')
    }
    if (readyPattern.test(line)) {
      isAuthenticated = true
      finish(null)
    }
  })
  process.stdout.on('readable', onOutput)
  void process.ended.then(() => finish(sshEnded))
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted === true) onAbort()
  else enter('reaching')
  return { ready, isAuthenticated: () => isAuthenticated, fail: finish, restartTimer }
}
