import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AppError } from '#core/errors'
import type { ShellEnd, ShellProcess } from '#main/targets/shell/shell-link'

export interface LocalShell extends ShellProcess {
  readonly pid: number
}

/** A shell of this machine that takes its commands from standard input, as a link would give it. Must be killed. */
export function spawnLocalShell(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): LocalShell {
  const [file = 'sh', ...args] = command
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4096)))
  child.stdin.on('error', () => undefined)
  const ended = new Promise<ShellEnd>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, stderr: error.message }))
    child.on('close', (code, signal) => resolve({ code, signal, stderr }))
  })
  return {
    pid: child.pid ?? -1,
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    kill: () => void child.kill('SIGKILL'),
  }
}

export function explainLocalEnd(end: ShellEnd): AppError {
  return new AppError('unreachable', `the shell ended: ${end.signal ?? end.code} ${end.stderr}`.trim())
}

/** Where a program is on this machine's PATH, or null. */
export function findProgram(name: string): string | null {
  if (name.startsWith('/')) return existsSync(name) ? name : null
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, name))) return join(folder, name)
  }
  return null
}

/** A command line whose first word is looked up on the PATH: `busybox sh`; null where there is no such program. */
export function findCommand(command: string): string[] | null {
  const [name = '', ...args] = command.split(' ')
  const path = findProgram(name)
  return path === null ? null : [path, ...args]
}

/**
 * A folder to be all of PATH: a program is a link to one of this machine, or a command line that its name stands for
 * (`sh: 'busybox sh'`). What is missing here is left out.
 */
export function makeProgramFolder(folder: string, programs: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, command] of Object.entries(programs)) {
    const found = findCommand(command)
    if (found === null) continue
    const path = join(folder, name)
    if (found.length === 1) symlinkSync(found[0] as string, path)
    else {
      writeFileSync(path, `#!/bin/sh\nexec ${found.join(' ')} "$@"\n`)
      chmodSync(path, 0o755)
    }
  }
  return folder
}
