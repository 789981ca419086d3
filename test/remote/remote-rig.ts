import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNetworkLink, type NetworkLink, type NetworkLinkOptions } from '../support/network-link'
import { startSshServer, type SshServer } from '../support/ssh-server'
import { startClient, type Client } from './client'

const bootIdPath = '/proc/sys/kernel/random/boot_id'

/** A client behind a link of its own to an sshd. Must be closed. */
export interface RemoteRig {
  link: NetworkLink
  server: SshServer
  client: Client
  /** `ssh:…` that leads to the server. */
  spec: string
  /** What the host's boot id is from now on, for all who read it there. */
  setBootId(id: string): void
  close(): Promise<void>
}

/** `program`: a built client. */
export async function openRemoteRig(
  program: string,
  linkOptions: NetworkLinkOptions = { delayMs: 2, bitsPerSecond: 0 },
): Promise<RemoteRig> {
  const undo: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const dir = mkdtempSync(join(tmpdir(), 'ballonet-rig-'))
    undo.push(() => rmSync(dir, { recursive: true, force: true }))
    const link = await openNetworkLink(linkOptions)
    undo.push(() => link.close())
    const bootId = join(dir, 'boot_id')
    writeFileSync(bootId, readFileSync(bootIdPath))
    // A real reboot can't be had: the server sees this file instead, in a mount namespace of its own.
    const bind = `mount --bind '${bootId}' ${bootIdPath} && exec "$@"`
    const server = await startSshServer({
      listenAddress: link.host.address,
      port: 2222,
      runBy: [...link.host.prefix, 'unshare', '-m', '--propagation', 'private', 'sh', '-c', bind, 'sh'],
    })
    undo.push(() => server.stop())
    server.addHost('far', { User: 'root' })
    placeSsh(dir, server.clientConfigPath)
    const client = startClient(program, {
      prefix: link.client.prefix,
      environment: { PATH: `${dir}:${process.env['PATH'] ?? ''}` },
    })
    undo.push(() => client.kill())
    return {
      link,
      server,
      client,
      spec: 'ssh:far',
      setBootId: (id) => writeFileSync(bootId, `${id}\n`),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The system's ssh under its own name, with the test's configuration instead of the person's. */
function placeSsh(dir: string, configPath: string): void {
  const ssh = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim()
  const path = join(dir, 'ssh')
  writeFileSync(path, `#!/bin/sh\nexec '${ssh}' -F '${configPath}' "$@"\n`)
  chmodSync(path, 0o755)
}

/** Children, their children and so on; not `pid` itself. */
export function findDescendants(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It ended while being looked at.
    }
  }
  const found: number[] = []
  const queue = [pid]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    found.push(...(children.get(at) ?? []))
    queue.push(...(children.get(at) ?? []))
  }
  return found
}

export function readComm(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
