import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebFrameMain } from 'electron'
import type { AlertMessage } from '#core/alerts/alert-message'
import type { BackendProcessMessage, BackendProcessNotice } from '../backend/process-messages'

/** An option of V8 for every process of the app: small young generations. */
export const smallHeapFlag = '--max-semi-space-size=2'
/**
 * The backend's only. In a page `--optimize-for-size` can end in a deadlock: threads that compile a script may not grow the
 * heap under it, so they wait for a collection by the main thread, and that one waits in the middle of layout for a
 * font, which is fetched by a thread of the same pool. On two cores the pool has three.
 */
const backendFlags = [smallHeapFlag, '--optimize-for-size']

const beatIntervalMs = 250
const quitGraceMs = 1500
const killGraceMs = 500

export interface BackendProcess {
  /**
   * Gives a page a port of its own to the backend. It takes the frame that asked: what is posted to its contents while
   * the page is being committed may go to the page before it.
   */
  connect(frame: WebFrameMain): void
  /** Asks it to give everything back and end; it is killed after a short grace. */
  quit(): Promise<void>
}

export interface BackendProcessOptions {
  /** The built src/main/backend/process.ts. */
  entryPath: string
  args: string[]
  /** After it ended by itself and a new one was started. */
  onRestart: () => void
  /** An alert for the desktop. */
  onAlert: (message: AlertMessage) => void
  onLog: (line: string) => void
}

/**
 * Runs the backend in a process of its own, so that reading a machine never blocks the windows. While there is a balloon
 * the main process beats; a backend that misses the beats lets it go.
 */
export function startBackendProcess(options: BackendProcessOptions): BackendProcess {
  let isQuitting = false
  let restarts = 0
  /** Whether `child` has ended and the next one is not there yet. */
  let isBetween = false
  let beating: NodeJS.Timeout | undefined
  let child = fork()

  function beat(isWanted: boolean): void {
    clearInterval(beating)
    if (!isWanted || isQuitting) return
    send(child, { kind: 'beat' })
    beating = setInterval(() => send(child, { kind: 'beat' }), beatIntervalMs)
  }

  function fork(): UtilityProcess {
    const forked = utilityProcess.fork(options.entryPath, options.args, {
      serviceName: 'Ballonet backend',
      execArgv: backendFlags,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [forked.stdout, forked.stderr]) {
      stream?.on('data', (data: Buffer) => options.onLog(data.toString('utf8').trimEnd()))
    }
    forked.on('message', (notice: BackendProcessNotice) => {
      if (notice.kind === 'beats') beat(notice.wantsBeats)
      else options.onAlert(notice.message)
    })
    forked.once('exit', (code) => {
      isBetween = true
      beat(false)
      if (isQuitting) return
      options.onLog(`the backend ended with ${code}; starting another`)
      restarts++
      // A backend that dies at once, again and again, must not become a busy loop.
      setTimeout(
        () => {
          if (isQuitting) return
          child = fork()
          isBetween = false
          options.onRestart()
        },
        Math.min(200 * restarts, 10_000),
      )
    })
    return forked
  }

  return {
    connect(frame) {
      const to = child
      const give = (): void => {
        if (frame.isDestroyed()) return
        const { port1, port2 } = new MessageChannelMain()
        frame.postMessage('backend-port', null, [port1])
        to.postMessage({ kind: 'connect' } satisfies BackendProcessMessage, [port2])
      }
      // A window may be quicker than the backend: what is sent before it runs would be lost.
      if (to.pid === undefined) to.once('spawn', give)
      else give()
    },
    quit() {
      isQuitting = true
      beat(false)
      if (isBetween) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          child.kill()
          // One that has not been spawned yet can't be killed and never exits: the app ends all the same.
          setTimeout(resolve, killGraceMs)
        }, quitGraceMs)
        child.once('exit', () => {
          clearTimeout(timer)
          resolve()
        })
        if (child.pid === undefined) child.once('spawn', () => send(child, { kind: 'quit' }))
        else send(child, { kind: 'quit' })
      })
    },
  }
}

function send(child: UtilityProcess, message: BackendProcessMessage): void {
  if (child.pid !== undefined) child.postMessage(message)
}
