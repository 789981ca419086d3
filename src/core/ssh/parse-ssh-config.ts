/** The lines of an ssh_config that name hosts or other files. */
export interface SshConfigNames {
  /** Patterns without wildcards, in their order. */
  hosts: string[]
  /** As written: `~`, globs, relative paths. */
  includes: string[]
}

const maxNames = 5000
const namePattern = /^[\p{L}\p{N}._+=,:%@/-]{1,255}$/u

/** Reads names out of an ssh_config (ssh_config(5)): `Host a b`, `Host=a`, `Include "x y"`; what it can't read it skips. */
export function parseSshConfig(text: string): SshConfigNames {
  const hosts: string[] = []
  const includes: string[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*(host|include)(?:\s+|\s*=\s*)(.{1,4096})$/i.exec(line.replace(/\r$/, ''))
    if (match === null) continue
    const words = splitWords(match[2] ?? '')
    const isHost = match[1]?.toLowerCase() === 'host'
    const list = isHost ? hosts : includes
    for (const word of words) {
      if (list.length < maxNames && (!isHost || isHostName(word))) list.push(word)
    }
  }
  return { hosts, includes }
}

/** Names of a known_hosts file that are readable: no hashed ones, no patterns; `[name]:port` as `ssh://name:port`. */
export function parseKnownHostNames(text: string): string[] {
  const names: string[] = []
  for (const line of text.split('\n')) {
    if (names.length >= maxNames) break
    // A marker (@revoked, @cert-authority) is about keys, and a leading bar is a hash.
    const field = /^([^\s#@|]{1,2000})\s+\S/.exec(line)?.[1]
    if (field === undefined) continue
    for (const name of field.split(',')) {
      const withPort = /^\[([^[\]]+)\]:(\d{1,5})$/.exec(name)
      const bare = withPort?.[1] ?? name
      if (!isHostName(bare)) continue
      const host = withPort !== null && bare.includes(':') ? `[${bare}]` : bare
      names.push(withPort === null ? bare : `ssh://${host}:${withPort[2]}`)
    }
  }
  return names
}

function isHostName(word: string): boolean {
  return namePattern.test(word) && !word.startsWith('-')
}

/** Words as ssh_config parts them: by blanks, with double quotes around those that hold some; `#` ends the line. */
function splitWords(text: string): string[] {
  const words: string[] = []
  for (const match of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (match[2]?.startsWith('#') === true) break
    words.push(match[1] ?? match[2] ?? '')
  }
  return words
}
