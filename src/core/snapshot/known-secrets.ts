import { secretsOfArgument, type ArgumentSecret } from './argument-secrets'
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
  /** What stands before its first dot belongs to it: each name under a domain is a host's. */
  isDomain: boolean
}

/** Shorter ones would take other texts apart, but for names; in their own fields they are taken out all the same. */
export const leastInText = 3
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

/** As much as the kernel keeps of a name. */
const commBytes = 15

/** Every text of the chosen kinds that the facts of an incident name; the longest first. */
export function findSecrets(incident: Incident, choice: RedactionChoice, tokens: Tokens): Secret[] {
  const secrets = new Map<string, Secret>()
  const add = (
    text: string,
    token: string,
    is: { word?: boolean; domain?: boolean; name?: boolean } = {},
  ): void => {
    const isNumber = /^\d+$/.test(text)
    const isShort =
      text.length < (is.name === true ? 1 : leastInText) || (isNumber && text.length < leastDigits)
    const isWord = is.word === true || isNumber
    if (!isShort && !secrets.has(text))
      secrets.set(text, { text, token, isWord, isDomain: is.domain === true })
  }
  if (Object.values(choice).includes(true))
    for (const command of findCommands(incident)) add(command, redactedText)
  if (choice.arguments)
    for (const { text, isWord } of findArguments(incident)) add(text, redactedText, { word: isWord })
  if (choice.hostNames) {
    for (const name of findHostNames(incident))
      add(name, tokens.of('host', name), { word: !containerId.test(name), name: true })
    for (const domain of findDomains(incident))
      add(domain, tokens.of('host', domain), { word: true, domain: true })
  }
  if (choice.userNames)
    for (const name of findUserNames(incident)) add(name, tokens.of('user', name), { word: true, name: true })
  if (choice.paths) for (const path of findPaths(incident)) add(path, tokens.of('path', path))
  // Programs call themselves by what they were given, of which the kernel keeps the beginning.
  const beginnings = new Map([...secrets.values()].flatMap(({ text, token }) => beginningOf(text, token)))
  for (const comm of findComms(incident)) {
    const token = beginnings.get(comm)
    if (token !== undefined) add(comm, token)
  }
  return [...secrets.values()].sort((a, b) => b.text.length - a.text.length)
}

function beginningOf(text: string, token: string): [string, string][] {
  const bytes = new TextEncoder().encode(text)
  return bytes.length > commBytes ? [[new TextDecoder().decode(bytes.subarray(0, commBytes)), token]] : []
}

function findComms({ processes, profiles, top }: Incident): Set<string> {
  const found = new Set([
    ...profiles.map(({ info }) => info.comm),
    ...top.flatMap(({ rows }) => rows.map(({ comm }) => comm)),
  ])
  for (const { facts, states, proof } of processes) {
    found.add(facts.comm)
    if (proof !== null) found.add(proof.comm)
    for (const { state } of states) found.add(state.comm)
  }
  return found
}

/** What `exec:` runs is a command line, which messages repeat. */
function findCommands(incident: Incident): string[] {
  return [...specsOf(incident)].filter(isCommand).map((spec) => spec.replace(/^exec:/, ''))
}

/** Also without `exec:`, as files of earlier versions have it: no other target has a space. */
export const isCommand = (spec: string): boolean => spec.startsWith('exec:') || /\s/.test(spec)

function* findArguments({ processes }: Incident): Generator<ArgumentSecret> {
  for (const { facts } of processes) {
    const [first = '', ...rest] = facts.cmdline ?? []
    const title = titleOf(first)
    for (const text of title === '' ? rest : [title, ...title.split(/\s+/), ...rest])
      yield* secretsOfArgument(text)
  }
}

/** Programs that write a title put all of it into the first argument. */
export const titleOf = (first: string): string => /^\S*\s+(\S.*)$/s.exec(first)?.[1] ?? ''

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

/** `corp.example` of `db-7.corp.example`: it tells whose host it is, and of other hosts as well. */
function findDomains(incident: Incident): string[] {
  return [...findHostNames(incident)].flatMap((name) => {
    const domain = /^[\w-]+\.((?:[\w-]+\.)+[a-z][\w-]*)\.?$/i.exec(name)?.[1]
    return domain === undefined ? [] : [domain]
  })
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

function findPaths({ processes, readings }: Incident): Set<string> {
  const found = new Set<string>()
  // With version 1 each hierarchy has a path of its own.
  for (const { path, text } of readings)
    if (/\/cgroup$/.test(path))
      for (const [, own] of text.matchAll(/^\d+:[^:\n]*:(\/[^\n]+)$/gm)) if (own !== undefined) found.add(own)
  for (const { facts, states } of processes) {
    const { exePath, cgroupPath, goModule, build, cmdline } = facts
    const [program] = cmdline ?? []
    const own = [exePath, cgroupPath, goModule, build?.mainPackage, program]
    for (const text of cmdline ?? []) {
      // Spaces may be in it, which nothing but the argument itself tells.
      const path = /^(?:-{0,2}[\w.-]+=)?(\/.+)$/s.exec(text)?.[1]
      if (path !== undefined) own.push(path)
    }
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
function urlsOf({ processes, profiles }: Incident): Set<string> {
  const found = new Set(profiles.map(({ info }) => info.url))
  for (const { states } of processes)
    for (const { state } of states) if (state.endpoint.url !== null) found.add(state.endpoint.url)
  return found
}

/** `ssh:user@host:port`: what ssh takes, and no more; without `ssh:` in files of earlier versions. */
function parseSpec(spec: string): { user: string | null; host: string | null } {
  if (isCommand(spec)) return { user: null, host: null }
  const parts = /^(?:ssh:)?(?:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:/]+)/.exec(spec)
  return { user: parts?.[1] ?? null, host: parts?.[2] ?? null }
}

function parseHost(url: string): string | null {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)/i.exec(url)?.[1] ?? null
}
