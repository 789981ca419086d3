import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { openCollector, type Collector } from '#main/targets/shell/collector'
import {
  explainLocalEnd,
  findCommand,
  makeProgramFolder,
  spawnLocalShell,
  type LocalShell,
} from './local-shell'

export interface CollectorRig {
  collector: Collector
  shell: LocalShell
}

export interface RigOptions {
  shell?: string
  /** What `awk` and the other names stand for, before those of this machine. */
  programs?: Record<string, string>
  env?: NodeJS.ProcessEnv
  /** Instead of the shell itself, with the shell's command line at its end. */
  prefix?: readonly string[]
  tickSeconds?: number
  timeoutMs?: number
}

let folderCount = 0

/** A collector in a shell of this machine; the folder is for links to programs and is removed by the caller. */
export async function openRig(folder: string, options: RigOptions = {}): Promise<CollectorRig> {
  const { shell: shellName = 'sh', programs = {}, prefix = [], tickSeconds, timeoutMs = 20_000 } = options
  const path = makeProgramFolder(join(folder, `path-${folderCount++}`), { sh: shellName, ...programs })
  const env = {
    ...process.env,
    PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`,
    ...options.env,
  }
  const shell = spawnLocalShell([...prefix, ...(findCommand(shellName) ?? ['sh'])], env)
  try {
    const collector = await openCollector(shell, {
      timeoutMs,
      explainEnd: explainLocalEnd,
      ...(tickSeconds === undefined ? {} : { tickSeconds }),
    })
    return { collector, shell }
  } catch (error) {
    shell.kill()
    throw error
  }
}

/** Every process of a session: what a shell that was started in a session of its own left behind. */
export function listSession(session: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [state, , , own] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return Number(own) === session && state !== 'Z'
      } catch {
        return false
      }
    })
}
