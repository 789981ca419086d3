import type { Incident, IncidentProfile, RawReading, StreamColumns } from './incident'
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

/** In the same order and number whatever was taken out. */
function* textsOf(incident: Incident, original: Incident, gzip: GzipCodec): Generator<Named> {
  const { label, host, processes, events, marks, top } = incident
  const named = (kind: Named['kind'], pid: number | null, text: string | null | undefined): Named => ({
    kind,
    pid,
    text: text ?? '',
  })
  const all: Named[] = [
    named('label', null, label),
    named('hostNames', null, host.hostname),
    named('hostNames', null, host.bootId),
    named('version', null, host.kernelRelease),
  ]
  for (const [index, { key, facts, states, verdict, proof }] of processes.entries()) {
    const [program = '', ...rest] = facts.cmdline ?? []
    const [name = ''] = program.split(/\s/)
    all.push(
      named('program', key.pid, facts.comm),
      named('program', key.pid, name),
      named('arguments', key.pid, [program.slice(name.length).trim(), ...rest].join(' ').trim()),
      named('userNames', key.pid, facts.user),
      named('paths', key.pid, facts.exePath),
      named('paths', key.pid, facts.cgroupPath),
      named('paths', key.pid, facts.goModule),
      named('paths', key.pid, facts.build?.mainPackage),
      named('version', key.pid, facts.goVersion),
      named('version', key.pid, facts.build?.moduleVersion),
      named('environment', key.pid, toEnvironmentText(facts.goEnvironment)),
    )
    // A flag that stays here has its place all the same.
    for (const name of Object.keys(original.processes[index]?.facts.build?.settings ?? {})) {
      const value = facts.build?.settings[name]
      all.push(named('build', key.pid, value === undefined ? '' : `${name}=${value}`))
    }
    for (const { state } of states)
      all.push(
        named('program', key.pid, state.comm),
        named('paths', key.pid, state.endpoint.url),
        named('paths', key.pid, state.cgroup?.path),
        named('event', key.pid, state.endpoint.error?.message),
        ...textsOfParams(state.endpoint.error?.params).map((text) => named('event', key.pid, text)),
      )
    const { findings = [], limits = [] } = verdict ?? {}
    const lines = [...findings.flatMap((each) => [each, ...each.evidence, ...each.next]), ...limits]
    for (const { params } of lines)
      all.push(...textsOfParams(params).map((text) => named('event', key.pid, text)))
    all.push(named('program', key.pid, proof?.comm))
    if (proof?.domain.kind === 'cgroup') all.push(named('paths', key.pid, proof.domain.path))
  }
  for (const { params, key, targetId } of events)
    all.push(
      named('label', null, targetId),
      ...textsOfParams(params).map((text) => named('event', key?.pid ?? null, text)),
    )
  for (const { text } of marks) all.push(named('mark', null, text))
  for (const whole of original.profiles) {
    const { pid } = whole.info.key
    // One that stays here has its place all the same.
    const leaving = incident.profiles.find(({ info }) => info.id === whole.info.id)
    const texts = leaving === undefined ? [] : readTexts(leaving, gzip)
    all.push(
      named('label', null, leaving?.info.targetId),
      named('program', pid, leaving?.info.comm),
      named('paths', pid, leaving?.info.url),
      ...readTexts(whole, gzip).map((_, index) => named('profile', pid, texts[index])),
    )
  }
  for (const { rows } of top) for (const { comm } of rows) all.push(named('top', null, comm))
  for (const reading of leavingReadings(incident))
    all.push(named('reading', toPid(reading.path), textOfReading(reading)))
  yield* all
}

const textsOfParams = (params: Record<string, string | number> = {}): string[] =>
  Object.values(params).filter((value) => typeof value === 'string')

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
