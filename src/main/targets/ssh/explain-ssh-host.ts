import type { SshMeaning } from '#core/ipc/contract'
import { parseSshHost } from '#core/ssh/parse-ssh-host'
import { readSshSettings } from './ssh-client'

/** What the person's configuration makes of a host (`ssh -G`). Rejects with AppError `invalid`, or `unsupported` without ssh. */
export async function explainSshHost(
  host: string,
  options: { sshPath?: string; configPath?: string } = {},
): Promise<SshMeaning> {
  const client = {
    path: options.sshPath ?? 'ssh',
    configPath: options.configPath ?? null,
    version: 0,
    hasMux: false,
  }
  const { hostname, user, port, proxyJump } = await readSshSettings(client, parseSshHost(host))
  return { hostname, user, port, proxyJump }
}
