import { AppError, type ErrorValue } from '#core/errors'
import type { HostFacts } from '#core/metrics/samples'
import { openLocalTarget } from '#main/targets/local-target'
import type { Connection, PollRequest, ScriptRun, Target } from '#main/targets/target'

/** This machine as if it were another one, behind a link that a test cuts and joins. */
export interface RemoteStandIn {
  readonly target: Target
  readonly polls: PollRequest[]
  /** Wall time that a poll takes on its way, ms. */
  delayMs: (request: PollRequest) => number
  isDisposed: boolean
  reconnects: number
  lose(retryAtMs?: number | null): void
  /** Lost without a word to the other side: what runs there goes on, and nothing comes through in either direction. */
  cut(): void
  fail(error: ErrorValue): void
  join(): void
  /** The next boot: joined again, with another boot id. */
  reboot(): void
}

export function openRemoteStandIn(spec: string, changes: { canSudo?: boolean } = {}): RemoteStandIn {
  const local = openLocalTarget()
  const changeListeners = new Set<() => void>()
  const rebootListeners = new Set<() => void>()
  let connection: Connection = { phase: 'connected' }
  let host: HostFacts = local.host
  let canSudo = changes.canSudo ?? false

  let isCut = false
  const tell = (listeners: Set<() => void>): void => [...listeners].forEach((listener) => listener())
  const change = (next: Connection): void => {
    connection = next
    tell(changeListeners)
  }
  function assertConnected(): void {
    if (connection.phase !== 'connected') throw new AppError('unreachable', 'the link is cut')
  }

  const standIn: RemoteStandIn = {
    polls: [],
    delayMs: () => 0,
    isDisposed: false,
    reconnects: 0,
    lose: (retryAtMs = Date.now() + 60_000) =>
      change({ phase: 'lost', error: { code: 'unreachable', message: 'the link is cut' }, retryAtMs }),
    cut() {
      isCut = true
      standIn.lose()
    },
    fail: (error) => change({ phase: 'failed', error }),
    join: () => change({ phase: 'connected' }),
    reboot() {
      host = { ...host, bootId: `${host.bootId}-next` }
      connection = { phase: 'connected' }
      tell(rebootListeners)
      tell(changeListeners)
    },
    target: {
      id: spec,
      spec,
      label: spec.replace(/^(ssh|exec):/, ''),
      get host() {
        return host
      },
      get capabilities() {
        return { ...local.capabilities, remote: true, elevate: canSudo }
      },
      get connection() {
        return connection
      },
      onChange(listener) {
        changeListeners.add(listener)
        return () => void changeListeners.delete(listener)
      },
      onReboot(listener) {
        rebootListeners.add(listener)
        return () => void rebootListeners.delete(listener)
      },
      reconnect() {
        standIn.reconnects++
      },
      elevate() {
        if (!canSudo) return Promise.reject(new AppError('unsupported', 'sudo asks for a password'))
        canSudo = false
        tell(changeListeners)
        return Promise.resolve()
      },
      async poll(request) {
        assertConnected()
        standIn.polls.push(request)
        const delayMs = standIn.delayMs(request)
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
        assertConnected()
        return local.poll(request)
      },
      async read(requests, options) {
        assertConnected()
        return local.read(requests, options)
      },
      connect: (...address) => local.connect(...address),
      runScript: (...script) => throughLink(local.runScript(...script), () => isCut),
      dispose() {
        standIn.isDisposed = true
        return local.dispose()
      },
    },
  }
  return standIn
}

/** A script on the other side: once the link is cut, ending it ends this side only. */
function throughLink(run: ScriptRun, isCut: () => boolean): ScriptRun {
  const exitListeners = new Set<Parameters<ScriptRun['onExit']>[0]>()
  const exit: Parameters<ScriptRun['onExit']>[0] = (end) => {
    for (const listener of exitListeners) listener(end)
    exitListeners.clear()
  }
  run.onExit((end) => {
    if (!isCut()) exit(end)
  })
  return {
    pid: null,
    write(text) {
      if (!isCut()) run.write(text)
    },
    onLine: (listener) =>
      run.onLine((line) => {
        if (!isCut()) listener(line)
      }),
    onExit: (listener) => void exitListeners.add(listener),
    end(graceMs) {
      if (isCut()) queueMicrotask(() => exit({ code: null, signal: null, stderr: '' }))
      else run.end(graceMs)
    },
  }
}
