import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A listening sshd and all that it started. */
export interface SshServerProcess {
  readonly pid: number
  /** Every process of its sessions. */
  sessionPids(): number[]
  /** Ends it and them; all are gone when it resolves. */
  end(): Promise<void>
}

/** /usr/sbin is not in everybody's PATH. */
export function findProgram(name: string): string | null {
  const folders = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null
}

/**
 * Runs sshd in a mount namespace where `binds` ([source, destination]) lie over the machine's files; resolves when it
 * listens. All of its processes are known by that namespace. It ends with the process that started it.
 */
export async function runSshServer(
  configPath: string,
  logPath: string,
  binds: readonly (readonly [string, string])[],
  runBy: readonly string[],
): Promise<SshServerProcess> {
  const sshd = findProgram('sshd') ?? 'sshd'
  // sshd wants /run/sshd, and no folder of the machine is made for a test: /run is empty here.
  const setup = ['mount -t tmpfs -o mode=755 ballonet-test /run', 'mkdir /run/sshd'].concat(
    binds.map(([source, destination]) => `mount --bind '${source}' '${destination}'`),
  )
  const script = `${setup.join(' && ')} && exec setpriv --pdeathsig KILL '${sshd}' -D -e -f '${configPath}'`
  const [command = '', ...args] = [...runBy, 'unshare', '-m', '--propagation', 'private', 'sh', '-c', script]
  const log = openSync(logPath, 'a')
  const listening = countListening(logPath)
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', log], detached: true })
  closeSync(log)
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const startDeadline = Date.now() + 10_000
  while (countListening(logPath) === listening) {
    if (
      child.exitCode !== null ||
      child.signalCode !== null ||
      child.pid === undefined ||
      Date.now() > startDeadline
    ) {
      const end =
        child.pid === undefined
          ? 'it could not be run'
          : child.signalCode !== null
            ? `ended by ${child.signalCode}`
            : child.exitCode !== null
              ? `exit ${child.exitCode}`
              : 'it does not listen after 10 s'
      child.kill('SIGKILL')
      throw new Error(`sshd did not start (${end}): ${readFileSync(logPath, 'utf8').slice(-2000)}`)
    }
    await delay(10)
  }
  const pid = child.pid ?? -1
  const namespace = readNamespace(pid)
  // Held, or another test's server could get the same number while this one's sessions are looked for.
  const held = openSync(`/proc/${pid}/ns/mnt`, 'r')
  const sessionPids = (): number[] =>
    namespace === null ? [] : findMembers(namespace).filter((member) => member !== pid)
  return {
    pid,
    sessionPids,
    async end() {
      child.kill('SIGKILL')
      await gone
      const deadline = Date.now() + 10_000
      try {
        for (let left = sessionPids(); left.length > 0; left = sessionPids()) {
          killAll(left)
          if (Date.now() > deadline) throw new Error(`sessions of sshd stay: ${left.join(' ')}`)
          await delay(10)
        }
      } finally {
        closeSync(held)
      }
    },
  }
}

/** SIGKILL to each; those that ended meanwhile do not matter. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone by itself.
    }
  }
}

function countListening(logPath: string): number {
  return readFileSync(logPath, 'utf8').split('Server listening on').length
}

function readNamespace(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return null
  }
}

function findMembers(namespace: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readNamespace(Number(name)) === namespace)
    .map(Number)
}

/** sshd from 9.8 on shuts out an address after failed logins: in a test everybody has the same one. */
export function knowsPenalties(): boolean {
  const { stderr } = spawnSync('ssh', ['-V'], { encoding: 'utf8' })
  const version = /OpenSSH_(\d+)\.(\d+)/.exec(stderr)
  return version !== null && Number(version[1]) * 100 + Number(version[2]) >= 908
}
