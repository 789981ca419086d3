import { AppError } from '../errors'

/** What a person writes after `ssh`: a name of their configuration or a host, perhaps with user and port. */
export interface SshDestination {
  readonly user: string | null
  /** An alias of ssh_config, a host name, or an address; IPv6 without brackets. */
  readonly host: string
  readonly port: number | null
}

const maxPartLength = 255
/**
 * Letters and digits of any script, and what names, addresses and logins of bastions are made of. Nothing that a shell,
 * ssh_config or a terminal takes for more than itself: ssh puts both into ProxyCommand lines, which a shell reads.
 */
const hostPattern = /^[\p{L}\p{N}._+=,:%@/-]+$/u
const userPattern = /^[\p{L}\p{N}\p{M}._+=,:%@#/-]+$/u

/**
 * `[user@]host` or `ssh://[user@]host[:port]`, as ssh(1) takes them: the last `@` parts, and an alias may be any word.
 * Throws AppError `invalid` with a hint for what could become an option, a command or a second argument.
 */
export function parseSshHost(text: string): SshDestination {
  if (text.length > 2 * maxPartLength + 16) throw refuse('too-long')
  const isUri = text.startsWith('ssh://')
  const rest = isUri ? text.slice('ssh://'.length).replace(/\/$/, '') : text
  const at = rest.lastIndexOf('@')
  const rawUser = at < 0 ? null : rest.slice(0, at)
  const { host, port } = splitPort(rest.slice(at + 1), isUri)
  const user = rawUser === null || !isUri ? rawUser : decodePercent(rawUser)
  checkPart(host, hostPattern)
  if (user !== null) checkPart(user, userPattern)
  if (/\/\//.test(host)) throw refuse('host-characters')
  return { user, host, port }
}

/** The same destination as text, for messages. */
export function formatSshDestination({ user, host, port }: SshDestination): string {
  const name = user === null ? host : `${user}@${host}`
  return port === null ? name : `${name}:${port}`
}

function splitPort(text: string, isUri: boolean): { host: string; port: number | null } {
  const bracketed = /^\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null && (isUri || bracketed[2] === undefined)) {
    return { host: bracketed[1] ?? '', port: toPort(bracketed[2]) }
  }
  const uri = isUri ? /^([^:]*):(\d+)$/.exec(text) : null
  return uri === null ? { host: text, port: null } : { host: uri[1] ?? '', port: toPort(uri[2]) }
}

function toPort(text: string | undefined): number | null {
  if (text === undefined) return null
  const port = text.length > 5 ? 0 : Number(text)
  if (port < 1 || port > 65_535) throw refuse('port')
  return port
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refuse('host-characters')
  }
}

function checkPart(part: string, pattern: RegExp): void {
  if (part === '') throw refuse('host-empty')
  if (part.length > maxPartLength) throw refuse('too-long')
  // ssh would take it for an option, wherever it stands.
  if (part.startsWith('-')) throw refuse('option')
  if (!pattern.test(part)) throw refuse('host-characters')
}

function refuse(reason: 'too-long' | 'host-characters' | 'host-empty' | 'option' | 'port'): AppError {
  return new AppError('invalid', `not a host for ssh: ${reason}`, { hint: `connection.host.${reason}` })
}
