import { spawn } from 'node:child_process'
import { AppError } from '#core/errors'
import type { ShellEnd, ShellProcess } from '../shell/shell-link'

const maxStderrBytes = 4 * 1024
/** After the command ended, how long its last output may still take to arrive: a child may hold the pipe open for ever. */
const drainMs = 250

/** A ShellProcess that can be waited for. */
export interface ExecProcess extends ShellProcess {
  /** Closes the input, which ends a shell; after graceMs SIGKILL. Resolves when it ended, or when it can't be ended. */
  close(graceMs: number): Promise<void>
}

/**
 * Starts a program with pipes, as the leader of a process group of its own, with the environment of this process (docker
 * and kubectl find their contexts there). Rejects with AppError `unsupported` for a program that is not there or may not
 * be run.
 */
export function startExecProcess(words: readonly string[]): Promise<ExecProcess> {
  const [program = '', ...args] = words
  return new Promise((resolve, reject) => {
    let child
    try {
      child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    } catch (error) {
      // A NUL, or arguments that are too long.
      reject(new AppError('invalid', String(error), { hint: 'connection.exec.invalid' }))
      return
    }
    const { pid, stdin, stdout, stderr } = child
    let errorBytes = Buffer.alloc(0)
    let hasExited = false
    let onEnded: (end: ShellEnd) => void
    const ended = new Promise<ShellEnd>((settle) => (onEnded = settle))
    stdin.on('error', () => undefined)
    stderr.on('data', (chunk: Buffer) => {
      errorBytes = Buffer.concat([errorBytes, chunk]).subarray(-maxStderrBytes)
    })
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(toStartError(error, program))
    })
    // What it printed last may still be read, by a reader that takes its time: only kill() gives it up.
    const finish = (code: number | null, signal: string | null): void => {
      // What it left behind in its group.
      killGroup(pid)
      onEnded({ code, signal, stderr: errorBytes.toString('utf8') })
    }
    child.once('exit', (code, signal) => {
      hasExited = true
      stdin.destroy()
      const timer = setTimeout(() => finish(code, signal), drainMs)
      child.once('close', () => {
        clearTimeout(timer)
        finish(code, signal)
      })
    })
    const kill = (): void => {
      // Also the end of the input: a program of another user (sudo) takes no signal from here.
      stdin.destroy()
      stdout.destroy()
      stderr.destroy()
      if (!hasExited) killGroup(pid)
    }
    child.once('spawn', () => {
      resolve({
        stdin,
        stdout,
        ended,
        kill,
        async close(graceMs) {
          stdin.end()
          await isSettledIn(ended, graceMs)
          kill()
          await isSettledIn(ended, 2000)
        },
      })
    })
  })
}

/** SIGKILL to the program and what it started, unless that made a group of its own. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

function isSettledIn(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    void promise.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

function toStartError(error: NodeJS.ErrnoException, program: string): AppError {
  const params = { program: program.slice(0, 100) }
  if (error.code === 'ENOENT')
    return new AppError('unsupported', `there is no program ${params.program}`, {
      hint: 'connection.exec.notFound',
      params,
    })
  return new AppError('unsupported', `${params.program} can not be run: ${error.message}`, {
    hint: 'connection.exec.notRun',
    params,
  })
}
