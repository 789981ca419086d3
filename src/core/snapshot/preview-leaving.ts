import type { Incident, IncidentProcess, IncidentProfile, RawReading, StreamColumns } from './incident'
import type { LeavingPreview, LeavingText } from './redaction'
import { textsOfProfile, type GzipCodec } from './scrub-profile'

const mostTexts = 500
/** A whole command line: what is cut here would leave unseen. */
const longestText = 65_536

type Named = Omit<LeavingText, 'isRedacted'>

/**
 * What the redacted incident would tell in words, beside what it would have told: both of the same incident. Names of functions
 * and of their files are not listed, nor what only the kernel writes.
 */
export function previewLeaving(redacted: Incident, original: Incident, gzip: GzipCodec): LeavingPreview {
  const before = [...textsOf(original, original, gzip)]
  const seen = new Map<string, LeavingText>()
  let index = 0
  for (const named of textsOf(redacted, original, gzip)) {
    const text = named.text.length > longestText ? `${named.text.slice(0, longestText)}…` : named.text
    const isRedacted = before[index++]?.text !== named.text
    if (text === '' && !isRedacted) continue
    const id = `${named.kind}\n${named.pid}\n${text}`
    if (!seen.has(id)) seen.set(id, { ...named, text, isRedacted })
  }
  const texts = [...seen.values()]
  return {
    texts: texts.slice(0, mostTexts),
    more: Math.max(0, texts.length - mostTexts),
    samples: redacted.processes.reduce((sum, { streams }) => sum + streams.process.atMs.length, 0),
    profiles: redacted.profiles.length,
    readings: redacted.readings.length,
  }
}

/** All that a preview looks at: without the numbers, which are most of an incident. */
export function withoutNumbers(incident: Incident): Incident {
  const cut = ({ atMs }: StreamColumns): StreamColumns => ({ atMs, columns: {} })
  const none: StreamColumns = { atMs: new Float64Array(0), columns: {} }
  return {
    ...incident,
    hostStream: none,
    processes: incident.processes.map((process) => ({
      ...process,
      streams: { process: cut(process.streams.process), rollup: none, go: none, cgroup: none },
    })),
  }
}

const named = (kind: Named['kind'], pid: number | null, text: string | null | undefined): Named => ({
  kind,
  pid,
  text: text ?? '',
})

/** In the same order and number whatever was taken out. */
function* textsOf(incident: Incident, original: Incident, gzip: GzipCodec): Generator<Named> {
  const { label, host, processes, events, marks, top } = incident
  yield named('label', null, label)
  yield named('hostNames', null, host.hostname)
  yield named('hostNames', null, host.bootId)
  yield named('version', null, host.kernelRelease)
  for (const [index, process] of processes.entries())
    yield* textsOfProcess(process, Object.keys(original.processes[index]?.facts.build?.settings ?? {}))
  for (const { params, key, targetId } of events) {
    yield named('label', null, targetId)
    yield* textsOfParams(params, key?.pid ?? null)
  }
  for (const { text } of marks) yield named('mark', null, text)
  yield* textsOfProfiles(incident, original, gzip)
  for (const { rows } of top) for (const { comm } of rows) yield named('top', null, comm)
  for (const reading of leavingReadings(incident))
    yield named('reading', toPid(reading.path), textOfReading(reading))
}

/** flags: the names of all that the build had. One that stays here has its place all the same. */
function* textsOfProcess(process: IncidentProcess, flags: readonly string[]): Generator<Named> {
  const { facts, states, verdict, proof } = process
  const { pid } = process.key
  const [program = '', ...rest] = facts.cmdline ?? []
  const [name = ''] = program.split(/\s/)
  yield named('program', pid, facts.comm)
  yield named('program', pid, name)
  yield named('arguments', pid, [program.slice(name.length).trim(), ...rest].join(' ').trim())
  yield named('userNames', pid, facts.user)
  yield named('paths', pid, facts.exePath)
  yield named('paths', pid, facts.cgroupPath)
  yield named('paths', pid, facts.goModule)
  yield named('paths', pid, facts.build?.mainPackage)
  yield named('version', pid, facts.goVersion)
  yield named('version', pid, facts.build?.moduleVersion)
  yield named('environment', pid, toEnvironmentText(facts.goEnvironment))
  for (const flag of flags) {
    const value = facts.build?.settings[flag]
    yield named('build', pid, value === undefined ? '' : `${flag}=${value}`)
  }
  for (const { state } of states) {
    yield named('program', pid, state.comm)
    yield named('paths', pid, state.endpoint.url)
    yield named('paths', pid, state.cgroup?.path)
    yield named('event', pid, state.endpoint.error?.message)
    yield* textsOfParams(state.endpoint.error?.params, pid)
  }
  const { findings = [], limits = [] } = verdict ?? {}
  for (const { params } of [...findings.flatMap((each) => [each, ...each.evidence, ...each.next]), ...limits])
    yield* textsOfParams(params, pid)
  yield named('program', pid, proof?.comm)
  if (proof?.domain.kind === 'cgroup') yield named('paths', pid, proof.domain.path)
}

function* textsOfProfiles(incident: Incident, original: Incident, gzip: GzipCodec): Generator<Named> {
  for (const whole of original.profiles) {
    const { pid } = whole.info.key
    // One that stays here has its place all the same.
    const leaving = incident.profiles.find(({ info }) => info.id === whole.info.id)
    const texts = leaving === undefined ? [] : readTexts(leaving, gzip)
    yield named('label', null, leaving?.info.targetId)
    yield named('program', pid, leaving?.info.comm)
    yield named('paths', pid, leaving?.info.url)
    for (const index of readTexts(whole, gzip).keys()) yield named('profile', pid, texts[index])
  }
}

function* textsOfParams(params: Record<string, string | number> = {}, pid: number | null): Generator<Named> {
  for (const value of Object.values(params)) if (typeof value === 'string') yield named('event', pid, value)
}

function readTexts({ bytes }: IncidentProfile, gzip: GzipCodec): string[] {
  try {
    return textsOfProfile(gzip.unpack(bytes))
  } catch {
    return []
  }
}

/** Command lines come last: where they stay here, the others have their places all the same. Environments never leave. */
function leavingReadings({ readings }: Incident): RawReading[] {
  const leaving = readings.filter(({ path }) => !path.endsWith('/environ'))
  const isCommand = ({ path }: RawReading): boolean => path.endsWith('/cmdline')
  return [...leaving.filter((each) => !isCommand(each)), ...leaving.filter(isCommand)]
}

function toPid(path: string): number | null {
  const pid = /^\/proc\/(\d+)\//.exec(path)?.[1]
  return pid === undefined ? null : Number(pid)
}

const numbersOnly =
  /^\/proc\/(?:meminfo|vmstat|loadavg|pressure\/memory|\d+\/(?:statm|limits|oom_score(?:_adj)?))$/

/** What of it a person or a program wrote. */
function textOfReading({ path, text }: RawReading): string {
  if (numbersOnly.test(path)) return ''
  if (/^\/proc\/\d+\/status$/.test(path)) return /^Name:[^\n]*/.exec(text)?.[0] ?? text
  if (/^\/proc\/\d+\/stat$/.test(path)) return /^\d+ \([^]*\)/.exec(text)?.[0] ?? text
  return text.trim()
}

function toEnvironmentText(environment: Record<string, string> | null): string {
  return Object.entries(environment ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
