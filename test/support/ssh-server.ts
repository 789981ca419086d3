import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSshClientFolder, makeKey, type SshClientFolder } from './ssh-server-client'
import {
  findProgram,
  killAll,
  knowsPenalties,
  runSshServer,
  type SshServerProcess,
} from './ssh-server-process'
import { createTestUsers, type TestUser, type TestUserOptions } from './ssh-server-users'

export interface SshServerOptions {
  /** Lines of sshd_config that win over the rig's own (`MaxSessions 1`); those from the first `Match` on come last. */
  config?: readonly string[]
  /** Text that the server shows before it authenticates. */
  banner?: string
  users?: Record<string, TestUserOptions>
  /** Default 127.0.0.1. */
  listenAddress?: string
  /** Default: a free one. */
  port?: number
  /** A command that runs the server elsewhere: `['ip', 'netns', 'exec', 'far']`. */
  runBy?: readonly string[]
  /** The client folder of another server, so that one configuration knows both (ProxyJump). */
  client?: SshClientFolder
  /** false: the client has never seen this server's key. Default: true. */
  isKnown?: boolean
}

export interface SshServer {
  readonly address: string
  readonly port: number
  /** Of the listening sshd. */
  readonly pid: number
  readonly folder: string
  readonly client: SshClientFolder
  /** For `ssh -F`: it has the `Host` blocks of addHost. */
  readonly clientConfigPath: string
  /** `SHA256:…` of the host key in use. */
  readonly fingerprint: string
  addUser(name: string, options?: TestUserOptions): TestUser
  /** Makes `alias` lead here; options are those of ssh_config (`User`, `ProxyJump`, …). */
  addHost(alias: string, options?: Record<string, string | number>): void
  /** Every process of the server's sessions: sshd's children and what they started. */
  sessionPids(): number[]
  /** SIGKILL to all of sessionPids(), and to what they were just starting. */
  killSessions(): void
  /** Ends the server and its sessions, but keeps folder and port for restart(). */
  halt(): Promise<void>
  /** halt(), then starts it again on the same port, with another host key or other lines of configuration. */
  restart(change?: { hasNewHostKey?: boolean; config?: readonly string[] }): Promise<void>
  /** What sshd wrote. */
  log(): string
  /** No process and no file stays. */
  stop(): Promise<void>
}

/** null: a real sshd can run here; else why not, in words. */
export function whyNoSshServer(): string | null {
  if (process.platform !== 'linux') return 'a server with users of its own needs Linux'
  if (process.getuid?.() !== 0) return 'a server with users of its own needs root'
  const needed = ['sshd', 'ssh', 'ssh-keygen', 'unshare', 'setpriv', 'mount', 'perl', 'getent']
  const missing = needed.filter((name) => findProgram(name) === null)
  if (missing.length > 0) return `${missing.join(', ')} not found`
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
  } catch {
    return 'no mount namespace can be made'
  }
  return null
}

let isTold = false

/** For `describe.runIf`: says on standard error that tests are left out, and why. */
export function canRunSshServer(): boolean {
  const reason = whyNoSshServer()
  if (reason !== null && !isTold) process.stderr.write(`SKIPPED: tests with a real sshd: ${reason}\n`)
  isTold = true
  return reason === null
}

/** A real sshd as root, in a mount namespace of its own: its users exist nowhere else. Must be stopped. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ballonet-sshd-'))
  // Users must reach their home and their shell.
  chmodSync(folder, 0o711)
  const client = options.client ?? createSshClientFolder(folder)
  const users = createTestUsers(folder, client.publicKeys)
  for (const [name, user] of Object.entries(options.users ?? {})) users.add(name, user)
  const address = options.listenAddress ?? '127.0.0.1'
  let port = options.port ?? (await findFreePort())
  const keyPath = join(folder, 'host_key')
  const logPath = join(folder, 'sshd.log')
  const configPath = join(folder, 'sshd_config')
  writeFileSync(logPath, '')
  if (options.banner !== undefined) writeFileSync(join(folder, 'banner'), options.banner)
  let config = options.config ?? []
  let running: SshServerProcess | null = null

  async function start(): Promise<void> {
    const rigConfig = toRigConfig(folder, address, port, options.banner !== undefined)
    writeFileSync(configPath, mergeConfig(rigConfig, config))
    running = await runSshServer(configPath, logPath, users.binds, options.runBy ?? [])
  }
  async function halt(): Promise<void> {
    await running?.end()
    running = null
  }
  makeKey(keyPath, '')
  try {
    await start().catch((error: unknown) => {
      // Somebody else took it between the look and the use.
      if (options.port !== undefined || !/Address already in use/.test(String(error))) throw error
      return findFreePort().then((other) => {
        port = other
        return start()
      })
    })
    if (options.isKnown !== false) addKnownHost(client, address, port, keyPath)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return {
    address,
    get port() {
      return port
    },
    folder,
    client,
    clientConfigPath: client.configPath,
    get pid() {
      return running?.pid ?? -1
    },
    get fingerprint() {
      return readFingerprint(keyPath)
    },
    addUser: (name, user) => users.add(name, user),
    addHost: (alias, its = {}) => client.addHost(alias, { HostName: address, Port: port, ...its }),
    sessionPids: () => running?.sessionPids() ?? [],
    killSessions() {
      // One that is just starting another leaves it behind, which the next round finds.
      for (let round = 0; round < 10; round++) killAll(running?.sessionPids() ?? [])
    },
    halt,
    async restart(change = {}) {
      await halt()
      if (change.hasNewHostKey === true) {
        for (const path of [keyPath, `${keyPath}.pub`]) rmSync(path)
        makeKey(keyPath, '')
      }
      config = change.config ?? config
      await start()
    },
    log: () => readFileSync(logPath, 'utf8'),
    async stop() {
      await halt()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function toRigConfig(folder: string, address: string, port: number, hasBanner: boolean): string[] {
  return [
    `ListenAddress ${address}`,
    `Port ${port}`,
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys/%u`,
    'PidFile none',
    'UsePAM no',
    // The folder is in /tmp, which everybody may write to.
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'UseDNS no',
    'MaxStartups 200:30:400',
    'LogLevel VERBOSE',
    ...(hasBanner ? [`Banner ${folder}/banner`] : []),
    ...(knowsPenalties() ? ['PerSourcePenalties no'] : []),
  ]
}

/** The first value of a keyword counts, and a Match block goes on to the end. */
function mergeConfig(rig: readonly string[], own: readonly string[]): string {
  const match = own.findIndex((line) => line.startsWith('Match '))
  const end = match < 0 ? own.length : match
  return [...own.slice(0, end), ...rig, ...own.slice(end), ''].join('\n')
}

function addKnownHost(client: SshClientFolder, address: string, port: number, keyPath: string): void {
  const [type, key] = readFileSync(`${keyPath}.pub`, 'utf8').split(' ')
  const name = port === 22 ? address : `[${address}]:${port}`
  appendFileSync(client.knownHostsPath, `${name} ${type} ${key}\n`)
}

function readFingerprint(keyPath: string): string {
  const text = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', `${keyPath}.pub`], {
    encoding: 'utf8',
  })
  return text.split(' ')[1] ?? ''
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
