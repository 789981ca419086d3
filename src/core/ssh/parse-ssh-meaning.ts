import type { SshMeaning } from '../ipc/contract'
import { toNeutralText } from '../text/neutral-text'

/** What of `ssh -G` matters here. */
export interface SshSettings extends SshMeaning {
  /** A command leads to the host, not a TCP connection of ssh's own. */
  isProxied: boolean
  /** `no` or `off`: keys are taken unseen, and changed ones too. */
  acceptsAnyKey: boolean
  /** The person set a time limit of their own. */
  hasConnectTimeout: boolean
  /** Where host keys are looked up, as ssh names the files. */
  knownHostsPaths: readonly string[]
}

/** The output of `ssh -G -- HOST`: a `keyword value` line each, keywords in lower case, the first one counts. */
export function parseSshSettings(text: string): SshSettings {
  const values = new Map<string, string>()
  for (const line of text.slice(0, 256 * 1024).split('\n')) {
    const space = line.indexOf(' ')
    const name = space < 0 ? line : line.slice(0, space)
    if (!values.has(name)) values.set(name, line.slice(space + 1).trim())
  }
  const read = (name: string): string | null => {
    const value = values.get(name)
    return value === undefined || value === 'none' || value === '' ? null : toNeutralText(value, 255)
  }
  const port = Number(values.get('port'))
  const files = ['userknownhostsfile', 'globalknownhostsfile'].map((name) => values.get(name) ?? '')
  return {
    hostname: read('hostname') ?? '',
    user: read('user') ?? '',
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : 22,
    proxyJump: read('proxyjump'),
    isProxied: read('proxyjump') !== null || read('proxycommand') !== null,
    acceptsAnyKey: ['false', 'no', 'off'].includes(values.get('stricthostkeychecking') ?? ''),
    hasConnectTimeout: read('connecttimeout') !== null,
    knownHostsPaths: files.flatMap((list) => list.split(' ')).filter((path) => path !== ''),
  }
}
