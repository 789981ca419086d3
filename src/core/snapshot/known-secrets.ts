import type { Incident } from './incident'
import type { RedactionChoice } from './redaction'

/** What stands where an argument stood. */
export const redactedText = '‹redacted›'

/** A text that must not leave, and what stands for it everywhere: equal texts stay equal. */
export interface Secret {
  text: string
  token: string
  /** Letters and digits beside it make it another word. */
  isWord: boolean
}

/** Shorter ones would take other texts apart; in their own fields they are taken out all the same. */
const leastInText = 3
/** A container is called by the beginning of its id, the whole of which is in the paths of its cgroups. */
const containerId = /^[0-9a-f]{12,64}$/i
/** `8080` is in every address. */
const leastDigits = 6

/** Names tokens in the order in which texts are met: host-1, host-2 … */
export interface Tokens {
  of(kind: 'host' | 'user' | 'path', text: string): string
}

export function createTokens(): Tokens {
  const known = new Map<string, string>()
  const counts = { host: 0, user: 0, path: 0 }
  return {
    of(kind, text) {
      const id = `${kind}\n${kind === 'host' ? text.toLowerCase() : text}`
      const token = known.get(id) ?? `${kind}-${++counts[kind]}`
      known.set(id, token)
      return token
    },
  }
}

/** Every text of the chosen kinds that the facts of an incident name; the longest first. */
export function findSecrets(incident: Incident, choice: RedactionChoice, tokens: Tokens): Secret[] {
  const secrets: Secret[] = []
  const add = (text: string, token: string, isWord: boolean): void => {
    const isShort = text.length < leastInText || (/^\d+$/.test(text) && text.length < leastDigits)
    if (!isShort && !secrets.some((each) => each.text === text)) secrets.push({ text, token, isWord })
  }
  if (choice.arguments) for (const text of findArguments(incident)) add(text, redactedText, false)
  if (choice.hostNames)
    for (const name of findHostNames(incident)) add(name, tokens.of('host', name), !containerId.test(name))
  if (choice.userNames) for (const name of findUserNames(incident)) add(name, tokens.of('user', name), true)
  if (choice.paths) for (const path of findPaths(incident)) add(path, tokens.of('path', path), false)
  return secrets.sort((a, b) => b.text.length - a.text.length)
}

/** Whole arguments, and the values of `--name=value`. Names of options and single words such as `serve` are in any text. */
function findArguments({ processes }: Incident): Set<string> {
  const found = new Set<string>()
  for (const { facts } of processes) {
    const [first = '', ...rest] = facts.cmdline ?? []
    // Programs that write a title put all of it into the first one.
    const title = first.includes(' ') ? first.slice(first.indexOf(' ') + 1) : ''
    for (const text of title === '' ? rest : [title, ...rest]) {
      const value = /^-{0,2}[\w.-]+=(.+)$/s.exec(text)?.[1]
      if (!/^-{1,2}[\w-]*$/.test(text)) found.add(text)
      if (value !== undefined) found.add(value)
      for (const password of findPasswords(text)) found.add(password)
    }
  }
  return found
}

/** What stands before the host of an address: it may be told alone. */
function* findPasswords(text: string): Generator<string> {
  for (const [, password] of text.matchAll(/:\/\/[^/?#:@\s]*:([^/?#@\s]+)@/g))
    if (password !== undefined) yield password
}

export const localHosts = new Set(['localhost', '127.0.0.1', '::1', '[::1]', '0.0.0.0', 'local'])

function findHostNames(incident: Incident): Set<string> {
  const found = new Set<string>()
  const add = (name: string | null | undefined): void => {
    if (name == null || name === '' || localHosts.has(name.toLowerCase())) return
    found.add(name)
    const [short = ''] = name.split('.')
    // An address has no short form.
    if (/[a-z]/i.test(short)) found.add(short)
  }
  add(incident.host.hostname)
  add(incident.host.bootId)
  for (const spec of specsOf(incident)) add(parseSpec(spec).host)
  for (const url of urlsOf(incident)) add(parseHost(url))
  return found
}

function findUserNames(incident: Incident): Set<string> {
  const found = new Set<string>()
  for (const { facts } of incident.processes) {
    if (facts.user !== null) found.add(facts.user)
    for (const path of [facts.exePath, ...(facts.cmdline ?? [])]) {
      const name = /\/(?:home|Users)\/([^/\s]+)/.exec(path ?? '')?.[1]
      if (name !== undefined) found.add(name)
    }
  }
  for (const spec of specsOf(incident)) {
    const { user } = parseSpec(spec)
    if (user !== null) found.add(user)
  }
  found.delete('root')
  return found
}

function findPaths({ processes }: Incident): Set<string> {
  const found = new Set<string>()
  for (const { facts, states } of processes) {
    const { exePath, cgroupPath, goModule, build, cmdline } = facts
    const [program] = cmdline ?? []
    const own = [exePath, cgroupPath, goModule, build?.mainPackage, program]
    for (const path of [...own, ...states.map(({ state }) => state.cgroup?.path)])
      if (path != null && path.includes('/') && path !== '/') found.add(path)
  }
  return found
}

function specsOf({ label, events, profiles }: Incident): Set<string> {
  return new Set([
    label,
    ...events.map((each) => each.targetId),
    ...profiles.map(({ info }) => info.targetId),
  ])
}

/** Of every answer and question: where the services are. */
export function urlsOf({ processes, profiles }: Incident): Set<string> {
  const found = new Set(profiles.map(({ info }) => info.url))
  for (const { states } of processes)
    for (const { state } of states) if (state.endpoint.url !== null) found.add(state.endpoint.url)
  return found
}

/** `ssh:user@host:port`: what ssh takes, and no more. */
export function parseSpec(spec: string): { user: string | null; host: string | null } {
  const parts = /^ssh:(?:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:/]+)/.exec(spec)
  return { user: parts?.[1] ?? null, host: parts?.[2] ?? null }
}

function parseHost(url: string): string | null {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)/i.exec(url)?.[1] ?? null
}
