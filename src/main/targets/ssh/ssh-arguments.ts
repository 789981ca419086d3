import type { SshDestination } from '#core/ssh/parse-ssh-host'
import type { SshSettings } from '#core/ssh/parse-ssh-meaning'
import { toDestinationArguments, type SshClient } from './ssh-client'

/** What one ssh process is for. */
export type SshRole =
  /** The connection that others share, and the session of its own. */
  | 'master'
  /** A session over the master; where that refuses, ssh connects by itself, without a question. */
  | 'session'
  /** A TCP connection that starts on the host (-W). */
  | { address: string; port: number }

export interface SshArgumentOptions {
  client: SshClient
  destination: SshDestination
  settings: SshSettings
  /** null: no sharing. */
  controlPath: string | null
  /** Nobody can be asked. */
  isBatch: boolean
}

/** Seconds for one address to take the connection, where the person set nothing. */
const connectTimeoutS = 14

/**
 * The arguments of one ssh process. All that is not named here is the person's own configuration: files, jumps, agents,
 * certificates, known_hosts. Options that a version does not know are left out: an unknown one would end it, and
 * IgnoreUnknown on the command line would undo that of the person's configuration.
 */
export function toSshArguments(role: SshRole, options: SshArgumentOptions): string[] {
  const { client, destination, controlPath } = options
  const forward = typeof role === 'object' ? ['-W', formatForward(role.address, role.port)] : []
  const forced = [
    // Lines of the connection's progress; never translated. See ssh-progress.ts.
    `LogLevel=${typeof role === 'object' && controlPath === null ? 'DEBUG2' : 'DEBUG1'}`,
    `ControlMaster=${role === 'master' && controlPath !== null ? 'yes' : 'no'}`,
    `ControlPath=${controlPath ?? 'none'}`,
    'ControlPersist=no',
    `BatchMode=${options.isBatch || role !== 'master' ? 'yes' : 'no'}`,
    // 12 s of silence is a broken link: the host's balloon lets go at 15 s.
    'ServerAliveInterval=4',
    'ServerAliveCountMax=3',
    'Compression=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RequestTTY=no',
    'EscapeChar=none',
    'Tunnel=no',
    ...toVersionOptions(options),
  ]
  return [
    ...(client.configPath === null ? [] : ['-F', client.configPath]),
    ...(typeof role === 'object' ? [] : ['-T']),
    ...forced.flatMap((option) => ['-o', option]),
    ...forward,
    ...toDestinationArguments(destination),
    // The login shell may be any: this one line means the same to all of them.
    ...(typeof role === 'object' ? [] : ['exec sh']),
  ]
}

function toVersionOptions({ client, settings, isBatch }: SshArgumentOptions): string[] {
  const options: string[] = []
  // The time for the banner counts too, and behind a jump a person may have to answer meanwhile.
  if (!settings.isProxied && !settings.hasConnectTimeout) options.push(`ConnectTimeout=${connectTimeoutS}`)
  // A new key may be taken unseen where the person says so, a changed one never.
  if (settings.acceptsAnyKey) {
    options.push(`StrictHostKeyChecking=${client.version >= 706 ? 'accept-new' : isBatch ? 'yes' : 'ask'}`)
  }
  if (client.version >= 706) options.push('RemoteCommand=none')
  if (client.version >= 807) options.push('SessionType=default', 'ForkAfterAuthentication=no', 'StdinNull=no')
  return options
}

function formatForward(address: string, port: number): string {
  return `[${address}]:${port}`
}
