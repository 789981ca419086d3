import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { SshHostChoice } from '#core/ipc/contract'
import { parseKnownHostNames, parseSshConfig } from '#core/ssh/parse-ssh-config'

const maxFiles = 64
const maxFileBytes = 1024 * 1024
/** As ssh itself. */
const maxDepth = 16
const maxChoices = 2000

/**
 * Hosts to offer while a person types: those of ~/.ssh/config and what it includes, then readable ones of known_hosts.
 * What can't be read is left out; `home` is another one in tests.
 */
export async function listSshHosts(home: string = userInfo().homedir): Promise<SshHostChoice[]> {
  const folder = join(home, '.ssh')
  const names = new Map<string, SshHostChoice['source']>()
  for (const name of await readConfigHosts(join(folder, 'config'), home)) names.set(name, 'config')
  for (const file of ['known_hosts', 'known_hosts2']) {
    for (const name of parseKnownHostNames(await readStart(join(folder, file)))) {
      if (!names.has(name)) names.set(name, 'known_hosts')
    }
  }
  return [...names].slice(0, maxChoices).map(([name, source]) => ({ name, source }))
}

async function readConfigHosts(path: string, home: string): Promise<string[]> {
  const hosts: string[] = []
  const seen = new Set<string>()
  async function visit(file: string, depth: number): Promise<void> {
    if (seen.has(file) || seen.size >= maxFiles || depth > maxDepth) return
    seen.add(file)
    const { hosts: found, includes } = parseSshConfig(await readStart(file))
    hosts.push(...found)
    for (const include of includes) {
      for (const next of await expand(toAbsolute(include, home))) await visit(next, depth + 1)
    }
  }
  await visit(path, 0)
  return hosts
}

function toAbsolute(include: string, home: string): string {
  if (include.startsWith('~/')) return join(home, include.slice(2))
  return isAbsolute(include) ? include : join(home, '.ssh', include)
}

/** `*` and `?` in any part of a path, as glob(7); names that begin with a dot are left out. */
async function expand(pattern: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) return [pattern]
  const parents = await expand(dirname(pattern))
  const name = basename(pattern)
  const paths: string[] = []
  for (const parent of parents.slice(0, maxFiles)) {
    const entries = /[*?]/.test(name) ? (await readdir(parent).catch(() => [])).sort() : [name]
    paths.push(...entries.filter((entry) => matchesGlob(entry, name)).map((entry) => join(parent, entry)))
  }
  return paths.slice(0, maxFiles)
}

/** Linear for each star: only the last one is tried again. */
function matchesGlob(text: string, pattern: string): boolean {
  if (text.startsWith('.') && !pattern.startsWith('.')) return false
  let at = 0
  let star = -1
  let starAt = 0
  let i = 0
  while (i < text.length) {
    if (pattern[at] === '*') {
      star = at++
      starAt = i
    } else if (pattern[at] === '?' || pattern[at] === text[i]) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++starAt
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** The first megabyte of a regular file; nothing for what is none, such as a FIFO that would block. */
async function readStart(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!(await file.stat()).isFile()) return ''
      const { bytesRead, buffer } = await file.read(Buffer.alloc(maxFileBytes), 0, maxFileBytes, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}
