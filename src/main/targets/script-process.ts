import { spawn } from 'node:child_process'
import { AppError } from '#core/errors'
import { createLineSplitter } from './line-splitter'
import type { ScriptRun } from './target'

const maxStderrBytes = 4 * 1024
/** One argument of execve may hold 128 KiB (MAX_ARG_STRLEN). */
const maxScriptBytes = 120 * 1024
/** After the shell ended, how long its last output may still take to arrive: a child may hold the pipe open for ever. */
const drainMs = 250

/** Runs `script` in /bin/sh, in a session of its own. Throws AppError `too-large`; a shell that can't start ends the run. */
export function runScriptProcess(script: string, args: readonly string[]): ScriptRun {
  if (Buffer.byteLength(script) > maxScriptBytes)
    throw new AppError('too-large', 'the script is over 120 KiB')
  // `-c` keeps standard input free for commands; the word after the script is $0, so no argument is taken for an option.
  const child = spawn('/bin/sh', ['-c', script, 'ballonet', ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  })
  const lineListeners: ((line: string) => void)[] = []
  const exitListeners: ((end: { code: number | null; signal: string | null; stderr: string }) => void)[] = []
  let stderr = Buffer.alloc(0)
  let exit: { code: number | null; signal: string | null } | null = null
  let ended: { code: number | null; signal: string | null; stderr: string } | null = null
  let killTimer: NodeJS.Timeout | undefined
  let drainTimer: NodeJS.Timeout | undefined

  const pushOutput = createLineSplitter((line) => {
    for (const listener of lineListeners) listener(line)
  })
  child.stdout.on('data', pushOutput)
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-maxStderrBytes)
  })
  // A command written to a shell that just ended: its exit is told by onExit.
  child.stdin.on('error', () => {})

  function finish(code: number | null, signal: string | null): void {
    if (ended !== null) return
    clearTimeout(killTimer)
    clearTimeout(drainTimer)
    child.stdout.destroy()
    child.stderr.destroy()
    ended = { code, signal, stderr: stderr.toString('utf8') }
    for (const listener of exitListeners) listener(ended)
  }
  child.on('error', (error) => {
    stderr = Buffer.concat([stderr, Buffer.from(error.message)])
    finish(null, null)
  })
  child.on('exit', (code, signal) => {
    exit = { code, signal }
    clearTimeout(killTimer)
    drainTimer = setTimeout(() => finish(code, signal), drainMs)
  })
  child.on('close', (code, signal) => finish(code, signal))

  return {
    pid: child.pid ?? null,
    write(text) {
      if (exit === null && child.stdin.writable) child.stdin.write(text)
    },
    onLine: (listener) => void lineListeners.push(listener),
    onExit(listener) {
      if (ended === null) exitListeners.push(listener)
      else listener(ended)
    },
    end(graceMs = 2000) {
      if (exit !== null || ended !== null) return
      child.stdin.end()
      clearTimeout(killTimer)
      killTimer = setTimeout(() => killGroup(child.pid), graceMs)
    },
  }
}

/** SIGKILL to the shell and what it started: its session is a process group of its own. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}
