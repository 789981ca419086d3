import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { AppError } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import type { SshDestination } from '#core/ssh/parse-ssh-host'
import { toNeutralText } from '#core/text/neutral-text'
import type { ShellProcess } from '../shell/shell-link'
import { ShellStream } from '../shell/shell-stream'
import type { ConnectPrompter } from './connect-prompter'
import { toSshArguments, type SshRole } from './ssh-arguments'
import { createError, explainSshEnd, type SshErrorContext } from './ssh-errors'
import { sshEnded, watchSshLogin } from './ssh-login'
import type { SshSetup } from './ssh-link'
import { startSshProcess, type SshProcess } from './ssh-process'
import { watchSshQuestions } from './ssh-questions'

export interface SshConnectionSetup extends SshSetup {
  destination: SshDestination
  label: string
  hasTerminal: boolean
}

export interface SshConnectOptions {
  prompter?: ConnectPrompter | undefined
  onStep?: ((step: ConnectStep) => void) | undefined
  signal: AbortSignal
  mayAsk: boolean
}

/** Failed forwards that are remembered for their reason. */
const maxFailures = 64
const failureDelayMs = 200
let sockets = 0

/** One connection to a host: a shell of its own, and what shares it. Ends with that shell. */
export class SshConnection {
  readonly #setup: SshConnectionSetup
  readonly #master: SshProcess
  readonly #controlPath: string | null
  readonly #children = new Set<SshProcess>()
  /** Why the host opened no connection, by `address port`. */
  readonly #failures = new Map<string, string>()
  #isAlive = true

  private constructor(setup: SshConnectionSetup, master: SshProcess, controlPath: string | null) {
    this.#setup = setup
    this.#master = master
    // Where it could make no socket, ssh goes on without.
    this.#controlPath = controlPath !== null && existsSync(controlPath) ? controlPath : null
    this.#followForwards()
    void master.ended.then(() => (this.#isAlive = false))
  }

  /** Connects and authenticates. Rejects with AppError. */
  static async open(setup: SshConnectionSetup, options: SshConnectOptions): Promise<SshConnection> {
    const { client, destination, settings, folder, hasTerminal } = setup
    const hasPrompter = options.prompter !== undefined && folder.askpassPath !== null && options.mayAsk
    const canAskOnTerminal = hasTerminal && options.prompter === undefined && options.mayAsk
    const controlPath = client.hasMux ? join(folder.path, `m${++sockets}`) : null
    const isBatch = !hasPrompter && !canAskOnTerminal
    const args = toSshArguments('master', { client, destination, settings, controlPath, isBatch })
    const env = hasPrompter ? toAskingEnvironment(folder.askpassPath ?? '') : process.env
    const master = startSshProcess(client.path, args, { env, folder, isDetached: !canAskOnTerminal })
    let hasRefusedHostKey = false
    const questions =
      hasPrompter && options.prompter !== undefined
        ? watchSshQuestions(folder.path, options.prompter, {
            onChange: () => login.restartTimer(),
            onRefusedHostKey: () => (hasRefusedHostKey = true),
            onGivenUp: () => login.fail(new AppError('cancelled', 'a question of ssh was given up')),
          })
        : null
    const login = watchSshLogin({
      process: master,
      onStep: options.onStep,
      signal: options.signal,
      isAsking: () => questions?.isAsking() === true,
      hasLimits: !canAskOnTerminal,
      onText: canAskOnTerminal ? (line) => process.stderr.write(`${toNeutralText(line, 1000)}\n`) : undefined,
    })
    try {
      await login.ready
      return new SshConnection(setup, master, controlPath)
    } catch (reason) {
      const isAuthenticated = login.isAuthenticated()
      throw await explainFailure(reason, master, {
        ...toContext(setup, isAuthenticated),
        canAsk: hasPrompter || canAskOnTerminal,
        hasRefusedHostKey,
      })
    } finally {
      questions?.stop()
    }
  }

  /** The session of the connection itself. */
  get firstShell(): ShellProcess {
    return this.#master
  }

  isAlive(): boolean {
    return this.#isAlive
  }

  /** One more shell; nobody is asked. Rejects with AppError `unsupported` where the host allows no second session. */
  async openSession(signal: AbortSignal): Promise<ShellProcess> {
    const child = this.#start('session')
    await this.#awaitChild(child, signal, null)
    return child
  }

  /** A TCP connection from the host. Rejects with AppError: `unreachable`, `unsupported` (forwarding is off), `timeout`. */
  async forward(address: string, port: number, timeoutMs: number): Promise<Duplex> {
    if (!/^[\w.:%-]{1,255}$/.test(address) || address.startsWith('-') || !isPort(port)) {
      throw new AppError('invalid', 'not an address to connect to')
    }
    this.#failures.delete(`${address} ${port}`)
    const child = this.#start({ address, port })
    await this.#awaitChild(child, AbortSignal.timeout(timeoutMs), { address, port })
    return new ShellStream(child)
  }

  /** Ends every process of it. */
  async close(): Promise<void> {
    this.#isAlive = false
    await Promise.all([...this.#children, this.#master].map((process) => process.terminate()))
  }

  #start(role: SshRole): SshProcess {
    const { client, destination, settings, folder } = this.#setup
    const args = toSshArguments(role, {
      client,
      destination,
      settings,
      controlPath: this.#controlPath,
      isBatch: true,
    })
    const child = startSshProcess(client.path, args, { env: process.env, folder, isDetached: true })
    this.#children.add(child)
    void child.ended.then(() => this.#children.delete(child))
    return child
  }

  async #awaitChild(
    child: SshProcess,
    signal: AbortSignal,
    forward: { address: string; port: number } | null,
  ) {
    const login = watchSshLogin({ process: child, signal, isAsking: () => false, hasLimits: true })
    try {
      await login.ready
    } catch (reason) {
      const context = toContext(this.#setup, login.isAuthenticated())
      const error = await explainFailure(reason, child, context)
      if (forward === null) {
        // The host refused to share, and the own connection that ssh tried then would have to ask.
        const isRefused = /session request failed|disabling multiplexing/.test(child.said())
        throw isRefused && error.code === 'auth-failed'
          ? createError('unsupported', 'session-limit', context)
          : error
      }
      if (error.code === 'cancelled')
        throw new AppError('timeout', `no connection to ${forward.address} in time`)
      throw await this.#explainForward(`${forward.address} ${forward.port}`, child.said(), error)
    }
  }

  /** The shared connection's ssh knows why; the one that asked for it only knows that. */
  async #explainForward(key: string, said: string, error: AppError): Promise<AppError> {
    const own = /open failed: (.+)/.exec(said)?.[1]
    const deadline = Date.now() + failureDelayMs
    while (own === undefined && !this.#failures.has(key) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const reason = own ?? this.#failures.get(key)
    if (reason === undefined)
      return error.code === 'timeout' ? error : new AppError('unreachable', error.message)
    const context = { host: this.#setup.label }
    return /prohibited|unknown channel type/.test(reason)
      ? createError('unsupported', 'forwarding-refused', context)
      : createError('unreachable', 'address-refused', context, { text: reason })
  }

  #followForwards(): void {
    const reasons = new Map<string, string>()
    this.#master.listen((line) => {
      const failed = /^channel (\d{1,6}): open failed: (.{1,300})/.exec(line)
      if (failed !== null) reasons.set(failed[1] ?? '', failed[2] ?? '')
      const freed =
        /^debug1: channel (\d{1,6}): free: direct-tcpip: listening port \d+ for (\S{1,255}) port (\d+),/.exec(
          line,
        )
      if (freed !== null) {
        const reason = reasons.get(freed[1] ?? '')
        if (reason !== undefined) this.#failures.set(`${freed[2]} ${freed[3]}`, reason)
        reasons.delete(freed[1] ?? '')
      }
      for (const map of [reasons, this.#failures]) {
        if (map.size > maxFailures) map.delete(map.keys().next().value ?? '')
      }
    })
  }
}

function toAskingEnvironment(askpassPath: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    SSH_ASKPASS: askpassPath,
    SSH_ASKPASS_REQUIRE: 'force',
    // Before 8.4 ssh asks by a program only where there is a display.
    DISPLAY: process.env['DISPLAY'] ?? 'ballonet:0',
  }
}

function toContext(
  { label, settings }: SshConnectionSetup,
  isAuthenticated: boolean,
): Omit<SshErrorContext, 'code'> {
  return {
    host: label,
    isAuthenticated,
    canAsk: false,
    hasRefusedHostKey: false,
    isProxied: settings.isProxied,
    knownHostsPaths: settings.knownHostsPaths,
  }
}

/** Ends the process, and tells why it did not get there. */
async function explainFailure(
  reason: unknown,
  process: SshProcess,
  context: Omit<SshErrorContext, 'code'>,
): Promise<AppError> {
  if (reason !== sshEnded) {
    await process.terminate()
    return reason instanceof AppError ? reason : new AppError('failed', String(reason))
  }
  const end = await process.ended
  return explainSshEnd(end.stderr, { ...context, code: end.code })
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}
