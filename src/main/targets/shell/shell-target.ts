import { AppError } from '#core/errors'
import type { Capabilities, ConnectStep } from '#core/ipc/contract'
import type { ScriptRun, Target } from '../target'
import { createReadLane } from './read-lane'
import { createShellConnect, type ShellConnectOptions } from './shell-connect'
import { ShellConnection } from './shell-connection'
import type { ShellLink, ShellProcess } from './shell-link'
import { runShellScript } from './shell-script'

const defaultTimeoutMs = 10_000
/** How long scripts may take to end before their clients are killed. */
const scriptsEndMs = 4000

export interface ShellTargetOptions {
  spec: string
  label: string
  /** The target owns it: disposed with it, also when it can't be opened. */
  link: ShellLink
  /** It is another machine than that of the person who looks. */
  isRemote: boolean
  onStep?: ((step: ConnectStep) => void) | undefined
  /** Ends the attempt to connect. */
  signal?: AbortSignal | undefined
  connectTools?: ShellConnectOptions['tools']
  /** As ShellConnectionOptions has them. */
  pollTimeoutMs?: number | undefined
  tickSeconds?: number | undefined
  probeTimeoutMs?: number | undefined
  now?: (() => number) | undefined
}

/**
 * A target over any way to POSIX shells: one long-lived shell for the polls, one for reads that may block, one for each
 * script. Rejects with AppError when it can't be reached or gives no such shell. Must be disposed.
 */
export async function openShellTarget(options: ShellTargetOptions): Promise<Target> {
  const { link, signal = new AbortController().signal } = options
  const changeListeners = new Set<() => void>()
  const rebootListeners = new Set<() => void>()
  const notify = (listeners: Set<() => void>): void => {
    for (const listener of [...listeners]) listener()
  }
  const connection = new ShellConnection({
    link,
    pollTimeoutMs: options.pollTimeoutMs,
    tickSeconds: options.tickSeconds,
    probeTimeoutMs: options.probeTimeoutMs,
    now: options.now,
    onChange: () => notify(changeListeners),
    onReboot: () => notify(rebootListeners),
    onLost: () => readLane.reset(),
  })
  const readLane = createReadLane({
    openLane: (laneSignal) => connection.openLane(laneSignal),
    readShared: async (reads, timeoutMs) =>
      (await connection.ask({ stat: false, reads }, Math.max(timeoutMs, defaultTimeoutMs))).reads,
  })
  try {
    await connection.open(options.onStep, signal)
  } catch (error) {
    await link.dispose()
    throw error
  }
  return createTarget(options, { connection, readLane, changeListeners, rebootListeners })
}

interface Parts {
  connection: ShellConnection
  readLane: ReturnType<typeof createReadLane>
  changeListeners: Set<() => void>
  rebootListeners: Set<() => void>
}

function createTarget(options: ShellTargetOptions, parts: Parts): Target {
  const { link } = options
  const { connection, readLane } = parts
  const scripts = new Set<ScriptRun>()
  let isDisposed = false
  const openShell = (signal: AbortSignal): Promise<ShellProcess> => {
    if (connection.phase.phase !== 'connected')
      return Promise.reject(new AppError('unreachable', 'not connected'))
    return link.openShell(signal, false)
  }
  const connects = createShellConnect({
    link,
    openShell,
    ...(options.connectTools ? { tools: options.connectTools } : {}),
  })

  function assertOpen(): void {
    if (isDisposed) throw new AppError('cancelled', 'the target was closed')
  }

  return {
    id: options.spec,
    spec: options.spec,
    label: options.label,
    get host() {
      return connection.facts.host
    },
    get capabilities() {
      return toCapabilities(connection, options.isRemote)
    },
    get connection() {
      return connection.phase
    },
    onChange: (listener) => addTo(parts.changeListeners, listener),
    onReboot: (listener) => addTo(parts.rebootListeners, listener),
    reconnect: () => connection.reconnect(),
    async elevate() {
      assertOpen()
      if (!toCapabilities(connection, options.isRemote).elevate)
        throw new AppError('unsupported', 'sudo -n does not work there, or it reads as root already')
      await connection.elevate()
      readLane.reset()
    },
    async poll(request) {
      assertOpen()
      return connection.ask(request)
    },
    async read(requests, { timeoutMs = defaultTimeoutMs } = {}) {
      assertOpen()
      if (connection.phase.phase !== 'connected') await connection.ask({ stat: false, reads: [] })
      return readLane.read(requests, timeoutMs)
    },
    async connect(address, port, timeoutMs) {
      assertOpen()
      return connects.connect(address, port, timeoutMs)
    },
    runScript(script, args) {
      assertOpen()
      const { isElevated } = connection
      const run = runShellScript({
        script,
        args,
        openShell,
        explainEnd: (end) => link.explainEnd(end),
        isElevated,
      })
      scripts.add(run)
      run.onExit(() => scripts.delete(run))
      return run
    },
    async dispose() {
      if (isDisposed) return
      isDisposed = true
      parts.changeListeners.clear()
      parts.rebootListeners.clear()
      connects.close()
      const ends = Promise.all([...scripts].map(endScript))
      readLane.reset()
      const isConnected = connection.phase.phase === 'connected'
      connection.dispose()
      // On a link that is dead nobody would hear it.
      if (isConnected)
        await Promise.race([ends, new Promise((resolve) => setTimeout(resolve, scriptsEndMs).unref())])
      await link.dispose()
      await ends
    },
  }
}

function toCapabilities({ facts }: ShellConnection, isRemote: boolean): Capabilities {
  return {
    live: true,
    seek: false,
    smaps: true,
    pressure: facts.pressure,
    cgroup: facts.host.cgroupVersion !== null,
    endpoint: true,
    balloon: true,
    elevate: facts.host.uid !== 0 && facts.canSudo === true,
    remote: isRemote,
  }
}

function addTo(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function endScript(run: ScriptRun): Promise<void> {
  return new Promise((resolve) => {
    run.onExit(() => resolve())
    run.end()
  })
}
