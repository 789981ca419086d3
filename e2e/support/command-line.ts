import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { repositoryDir } from '../ballonet-app'

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
  elapsedMs: number
}

export interface RunOptions {
  /** Comes first in PATH. */
  programsDir?: string
  /** Called with all of standard output so far. */
  onOutput?: (stdout: string) => void
}

/** Runs a script of the clone as a person without a display or a terminal would, and waits for its end. */
export function runScript(
  name: 'ballonet.mjs' | 'start.mjs',
  args: readonly string[],
  timeoutMs = 60_000,
  { programsDir, onOutput }: RunOptions = {},
): Promise<CommandResult> {
  const env = { ...process.env }
  if (programsDir !== undefined) env['PATH'] = `${programsDir}:${env['PATH']}`
  delete env['DISPLAY']
  delete env['WAYLAND_DISPLAY']
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repositoryDir, 'scripts', name), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own has no terminal that a password could be asked on.
      detached: true,
    })
    const texts = { stdout: '', stderr: '' }
    // Asked to end, it gives everything back.
    const timer = setTimeout(() => child.kill('SIGTERM'), timeoutMs)
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text
        if (stream === 'stdout') onOutput?.(texts.stdout)
      })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, ...texts, elapsedMs: performance.now() - startedMs })
    })
  })
}

/** One object a line; anything else on standard output fails. */
export function parseLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
