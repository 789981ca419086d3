import type { Incident, StreamColumns } from './incident'
import type { LeavingPreview, LeavingText } from './redaction'

const mostTexts = 500
const longestText = 300

type Named = Omit<LeavingText, 'isRedacted'>

/** What the redacted incident would tell in words, beside what it would have told: both of the same incident. */
export function previewLeaving(redacted: Incident, original: Incident): LeavingPreview {
  const before = [...textsOf(original, original)]
  const seen = new Map<string, LeavingText>()
  let index = 0
  for (const named of textsOf(redacted, original)) {
    const text = named.text.slice(0, longestText)
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
function* textsOf(incident: Incident, original: Incident): Generator<Named> {
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
  ]
  for (const [index, { key, facts, states, verdict, proof }] of processes.entries()) {
    const [program = '', ...rest] = facts.cmdline ?? []
    const [name = '', ...title] = program.split(' ')
    all.push(
      named('program', key.pid, facts.comm),
      named('program', key.pid, name),
      named('arguments', key.pid, [...title, ...rest].join(' ')),
      named('userNames', key.pid, facts.user),
      named('paths', key.pid, facts.exePath),
      named('paths', key.pid, facts.cgroupPath),
      named('paths', key.pid, facts.goModule),
      named('paths', key.pid, facts.build?.mainPackage),
      named('environment', key.pid, toEnvironmentText(facts.goEnvironment)),
    )
    // A flag that stays here has its place all the same.
    for (const name of Object.keys(original.processes[index]?.facts.build?.settings ?? {}))
      all.push(named(name.startsWith('-') ? 'arguments' : 'program', key.pid, facts.build?.settings[name]))
    for (const { state } of states)
      all.push(
        named('program', key.pid, state.comm),
        named('paths', key.pid, state.endpoint.url),
        named('paths', key.pid, state.cgroup?.path),
        named('event', key.pid, state.endpoint.error?.message),
      )
    for (const { params } of [...(verdict?.findings ?? []), ...(verdict?.limits ?? [])])
      for (const value of Object.values(params))
        if (typeof value === 'string') all.push(named('event', key.pid, value))
    if (proof?.domain.kind === 'cgroup') all.push(named('paths', key.pid, proof.domain.path))
  }
  for (const { params, key } of events)
    for (const value of Object.values(params))
      if (typeof value === 'string') all.push(named('event', key?.pid ?? null, value))
  for (const { text } of marks) all.push(named('mark', null, text))
  // One that stays here has its place all the same.
  for (const { info } of original.profiles) {
    const leaving = incident.profiles.find((each) => each.info.id === info.id)
    all.push(named('paths', info.key.pid, leaving?.info.url))
  }
  for (const { rows } of top) for (const { key, comm } of rows) all.push(named('program', key.pid, comm))
  yield* all
}

function toEnvironmentText(environment: Record<string, string> | null): string {
  return Object.entries(environment ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
