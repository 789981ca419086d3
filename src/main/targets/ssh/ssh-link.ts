import { closeSync, openSync } from 'node:fs'
import { userInfo } from 'node:os'
import { AppError } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import { formatSshDestination, parseSshHost, type SshDestination } from '#core/ssh/parse-ssh-host'
import type { SshSettings } from '#core/ssh/parse-ssh-meaning'
import type { ShellLink, ShellProcess } from '../shell/shell-link'
import type { ConnectPrompter } from './connect-prompter'
import { findSshClient, readSshSettings, type SshClient } from './ssh-client'
import { SshConnection } from './ssh-connection'
import { explainSshEnd } from './ssh-errors'
import { createSshFolder, type SshFolder } from './ssh-folder'

export interface SshLinkOptions {
  /** Who answers questions. Without one ssh asks on the terminal where there is one, and else nothing can be asked. */
  prompter?: ConnectPrompter | undefined
  onStep?: ((step: ConnectStep) => void) | undefined
  /** Ends the first attempt to connect. */
  signal?: AbortSignal | undefined
  /** Another program than `ssh`. Never from the host string. */
  sshPath?: string | undefined
  /** Another configuration than the person's own (`ssh -F`). Never from the host string. */
  configPath?: string | undefined
  /** Whether ssh may ask on the terminal by itself; default: when there is one. */
  hasTerminal?: boolean | undefined
}

/** What is the same for all connections of a link. */
export interface SshSetup {
  client: SshClient
  settings: SshSettings
  folder: SshFolder
}

/**
 * A way to shells on `host`, by the system's ssh and the person's own configuration. The first shell is the session of
 * the connection that later ones share, so that all ends with it. Throws AppError `invalid` for what is no host.
 */
export function openSshLink(host: string, options: SshLinkOptions = {}): ShellLink {
  const destination = parseSshHost(host)
  const label = formatSshDestination(destination)
  const hasTerminal = options.hasTerminal ?? (options.prompter === undefined && canUseTerminal())
  let setup: Promise<SshSetup> | null = null
  let connection: SshConnection | null = null
  let connecting: Promise<SshConnection> | null = null
  const disposal = new AbortController()

  /** Once: it is asked anew only after it failed. */
  function prepare(): Promise<SshSetup> {
    setup ??= prepareSetup(destination, options, disposal.signal)
    setup.catch(() => (setup = null))
    return setup
  }

  async function connect(
    signal: AbortSignal,
    mayAsk: boolean,
    broken: SshConnection | null,
  ): Promise<SshConnection> {
    // What it left: sessions with a connection of their own.
    await broken?.close()
    const parts = await Promise.race([prepare(), whenAborted(signal)])
    if (signal.aborted || parts === null) throw new AppError('cancelled', 'given up while connecting')
    const opened = await SshConnection.open(
      { destination, label, hasTerminal, ...parts },
      { ...options, signal, mayAsk },
    )
    if (signal.aborted) {
      await opened.close()
      throw new AppError('cancelled', 'given up while connecting')
    }
    return opened
  }

  return {
    async openShell(signal, mayAsk = true): Promise<ShellProcess> {
      const any = anySignal([disposal.signal, signal, connection === null ? options.signal : undefined])
      // Two at once make one connection: the second has a session of it.
      while (connecting !== null) await connecting.catch(() => undefined)
      if (any.aborted) throw new AppError('cancelled', 'given up')
      if (connection?.isAlive() === true) return connection.openSession(any)
      connecting = connect(any, mayAsk, connection)
      try {
        connection = await connecting
      } finally {
        connecting = null
      }
      return connection.firstShell
    },
    async connect(address, port, timeoutMs) {
      if (connection?.isAlive() !== true || disposal.signal.aborted) {
        throw new AppError('unreachable', `ssh ${label}: not connected`, { hint: 'connection.lost' })
      }
      return connection.forward(address, port, timeoutMs)
    },
    explainEnd: (end) =>
      explainSshEnd(end.stderr, {
        host: label,
        code: end.code,
        printed: end.printed,
        isAuthenticated: true,
        canAsk: false,
        hasRefusedHostKey: false,
        isProxied: false,
        knownHostsPaths: [],
      }),
    async dispose() {
      disposal.abort()
      await connecting?.catch(() => undefined)
      await connection?.close()
      const parts = await setup?.catch(() => null)
      parts?.folder.dispose()
    },
  }
}

async function prepareSetup(
  destination: SshDestination,
  options: SshLinkOptions,
  signal: AbortSignal,
): Promise<SshSetup> {
  const { sshPath, configPath } = options
  const bare: SshClient = {
    path: sshPath ?? 'ssh',
    configPath: configPath ?? null,
    version: 0,
    hasMux: false,
  }
  const folder = createSshFolder(options.prompter !== undefined && process.platform !== 'win32')
  try {
    const [client, settings] = await Promise.all([
      findSshClient({
        signal,
        ...(sshPath === undefined ? {} : { sshPath }),
        ...(configPath === undefined ? {} : { configPath }),
      }),
      readSshSettings(bare, destination, signal),
    ])
    const home = userInfo().homedir
    const knownHostsPaths = settings.knownHostsPaths.map((path) => path.replace(/^~(?=\/)/, home))
    return { client, settings: { ...settings, knownHostsPaths }, folder: await folder }
  } catch (error) {
    await folder.then((made) => made.dispose()).catch(() => undefined)
    throw error
  }
}

/** ssh asks on /dev/tty, whatever its standard streams are. */
function canUseTerminal(): boolean {
  if (process.platform === 'win32') return false
  try {
    closeSync(openSync('/dev/tty', 'r+'))
    return true
  } catch {
    return false
  }
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined))
}
