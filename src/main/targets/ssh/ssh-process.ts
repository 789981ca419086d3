import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { ShellEnd } from '../shell/shell-link'
import type { SshFolder } from './ssh-folder'

/** One running ssh. */
export interface SshProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly ended: Promise<ShellEnd>
  /** What ssh and the host said so far, without ssh's own log; the last 4 KiB. */
  said(): string
  /** Each line of standard error, cut at 1,000 characters; `isLog`: ssh's own log. null: no more. */
  listen(listener: ((line: string, isLog: boolean) => void) | null): void
  kill(): void
  /** TERM, so that ssh can say good-bye to the host; KILL if it has not ended after 500 ms. */
  terminate(): Promise<void>
}

const maxLineLength = 1000
const maxSaidLength = 4 * 1024
/** How long after its end the last words may take: what ssh started may hold its standard error for ever. */
const drainMs = 200
const terminateMs = 500
/** What ssh tells at log levels of its own, beside `debug…` lines. */
const logPattern =
  /^(?:debug[123]: |Authenticated to |Transferred: sent |Bytes per second: |Warning: Permanently added )/

/** Starts ssh. `isDetached`: in a session of its own, without a terminal. A program that can't start ends at once. */
export function startSshProcess(
  path: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; folder: SshFolder; isDetached: boolean },
): SshProcess {
  const child = spawn(path, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env,
    detached: options.isDetached && process.platform !== 'win32',
    windowsHide: true,
  })
  const group = options.isDetached && process.platform !== 'win32' ? -1 : 1
  const watched = child.pid === undefined ? null : child.pid * group
  if (watched !== null) options.folder.watch(watched)
  let said = ''
  let listener: ((line: string, isLog: boolean) => void) | null = null
  const push = createLines((line) => {
    const isLog = logPattern.test(line)
    if (!isLog) said = `${said}${line}\n`.slice(-maxSaidLength)
    listener?.(line, isLog)
  })
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', push)
  child.stdin.on('error', () => {})
  let isOver = false
  const ended = new Promise<ShellEnd>((resolve) => {
    const finish = (code: number | null, signal: string | null): void => {
      if (watched !== null) options.folder.unwatch(watched)
      push('\n')
      child.stderr.destroy()
      resolve({ code, signal, stderr: said })
    }
    child.once('error', (error) => {
      isOver = true
      said += `${error.message}\n`
      finish(null, null)
    })
    child.once('exit', (code, signal) => {
      isOver = true
      // What it left behind in its group, such as a question that nobody needs any more.
      if (group < 0) signalTo(watched, 'SIGKILL')
      const timer = setTimeout(() => finish(code, signal), drainMs)
      child.once('close', () => {
        clearTimeout(timer)
        finish(code, signal)
      })
    })
  })
  const send = (signal: NodeJS.Signals): void => {
    if (!isOver) signalTo(watched, signal)
  }
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    said: () => said,
    listen: (next) => {
      listener = next
    },
    kill: () => send('SIGKILL'),
    async terminate() {
      child.stdin.destroy()
      send('SIGTERM')
      const timer = setTimeout(() => send('SIGKILL'), terminateMs)
      await ended
      clearTimeout(timer)
    },
  }
}

function signalTo(pid: number | null, signal: NodeJS.Signals): void {
  if (pid === null) return
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Splits text into lines; of each only the start is kept, however long it is. */
function createLines(emit: (line: string) => void): (chunk: string) => void {
  let line = ''
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      line += chunk.slice(start, Math.min(end, start + maxLineLength - line.length))
      if (line !== '') emit(line.replace(/\r$/, ''))
      line = ''
      start = end + 1
    }
    line += chunk.slice(start, start + maxLineLength - line.length)
  }
}
