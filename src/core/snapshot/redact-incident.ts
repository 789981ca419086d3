import type { ErrorValue } from '../errors'
import type { GoBuild, ProcessFacts } from '../metrics/samples'
import type { Verdict } from '../verdict/verdict'
import type { Incident, IncidentProcess } from './incident'
import { createTokens, findSecrets, redactedText, type Tokens } from './known-secrets'
import type { RedactionChoice } from './redaction'
import { createScrubber, withoutSecretsOfUrl } from './scrubber'

/** All that ever leaves of an environment. */
const environmentNames = ['GODEBUG', 'GOGC', 'GOMEMLIMIT', 'GOMAXPROCS']
const maxValueLength = 300

interface Redactor {
  choice: RedactionChoice
  tokens: Tokens
  /** Of a text that anything can stand in. */
  scrub: (text: string) => string
}

/**
 * The incident without what was chosen to stay here, wherever it stands: in its own field, in messages, marks, raw readings. What is
 * equal stays equal (`host-1`). Environments are cut to four names of Go and addresses lose passwords and queries,
 * whatever was chosen. Numbers and the bytes of profiles are as they were.
 */
export function redactIncident(incident: Incident, choice: RedactionChoice): Incident {
  const tokens = createTokens()
  const scrub = createScrubber(findSecrets(incident, choice, tokens), choice, tokens)
  const redactor: Redactor = { choice, tokens, scrub }
  const { host, label } = incident
  return {
    ...incident,
    label: redactSpec(label, redactor),
    host: {
      ...host,
      hostname:
        host.hostname === null || !choice.hostNames ? host.hostname : tokens.of('host', host.hostname),
      bootId: choice.hostNames ? null : host.bootId,
    },
    processes: incident.processes.map((process) => redactProcess(process, redactor)),
    events: incident.events.map((event) => ({
      ...event,
      targetId: redactSpec(event.targetId, redactor),
      params: scrubParams(event.params, scrub),
    })),
    marks: incident.marks.map((mark) => ({ ...mark, text: cutMark(scrub(mark.text)) })),
    profiles: incident.profiles.map(({ info, bytes }) => ({
      info: {
        ...info,
        targetId: redactSpec(info.targetId, redactor),
        comm: scrub(info.comm),
        url: redactUrl(info.url, redactor),
      },
      bytes,
    })),
    readings: incident.readings
      .filter(({ path }) => !/\/environ$/.test(path) && !(choice.arguments && /\/cmdline$/.test(path)))
      .map(({ atMs, path, text }) => ({ atMs, path: scrub(path), text: scrub(text) })),
    top: incident.top.map(({ atMs, rows }) => ({
      atMs,
      rows: rows.map((row) => ({ ...row, comm: scrub(row.comm) })),
    })),
  }
}

const cutMark = (text: string): string => text.slice(0, 200)

function redactProcess(process: IncidentProcess, redactor: Redactor): IncidentProcess {
  const { scrub } = redactor
  const { states, verdict, proof } = process
  return {
    ...process,
    facts: redactFacts(process.facts, redactor),
    states: states.map(({ atMs, state }) => {
      const { cgroup, endpoint } = state
      return {
        atMs,
        state: {
          ...state,
          comm: scrub(state.comm),
          cgroup: cgroup === null ? null : { ...cgroup, path: scrub(cgroup.path) },
          endpoint: {
            ...endpoint,
            url: endpoint.url === null ? null : redactUrl(endpoint.url, redactor),
            error: scrubError(endpoint.error, scrub),
          },
        },
      }
    }),
    verdict: verdict === null ? null : scrubVerdict(verdict, scrub),
    proof:
      proof === null
        ? null
        : {
            ...proof,
            comm: scrub(proof.comm),
            domain:
              proof.domain.kind === 'host'
                ? proof.domain
                : { ...proof.domain, path: scrub(proof.domain.path) },
          },
  }
}

function redactFacts(facts: ProcessFacts, redactor: Redactor): ProcessFacts {
  const { choice, tokens, scrub } = redactor
  const { cmdline, user, exePath, goEnvironment, build, madviseWhy } = facts
  return {
    ...facts,
    comm: scrub(facts.comm),
    cmdline: cmdline === null ? null : redactCommand(cmdline, redactor),
    user: user === null || user === 'root' || !choice.userNames ? user : tokens.of('user', user),
    exePath: exePath === null ? null : scrub(exePath),
    cgroupPath: facts.cgroupPath === null ? null : scrub(facts.cgroupPath),
    goModule: facts.goModule === null ? null : scrub(facts.goModule),
    goEnvironment: goEnvironment === null ? null : cutEnvironment(goEnvironment),
    madviseWhy: madviseWhy === null ? null : { ...madviseWhy, params: scrubParams(madviseWhy.params, scrub) },
    build: build === null ? null : redactBuild(build, redactor),
  }
}

function redactCommand([program = '', ...rest]: string[], { choice, scrub }: Redactor): string[] {
  if (!choice.arguments) return [program, ...rest].map(scrub)
  // Programs that write a title put all of it into the first one.
  const [name = '', ...title] = program.split(' ')
  return [scrub(name), ...[...(title.length > 0 ? ['title'] : []), ...rest].map(() => redactedText)]
}

/** Four names, of which a hostile file may have more than a host. */
function cutEnvironment(environment: Record<string, string>): Record<string, string> {
  const known = Object.entries(environment).filter(([name]) => environmentNames.includes(name))
  return Object.fromEntries(known.map(([name, value]) => [name, value.slice(0, maxValueLength)]))
}

/** Flags of the compiler hold what was written on its command line: versions, folders, keys. */
function redactBuild(build: GoBuild, { choice, scrub }: Redactor): GoBuild {
  const isFlag = (name: string): boolean => name.startsWith('-') || /FLAGS$/.test(name)
  const settings = Object.entries(build.settings).filter(
    ([name]) =>
      !((choice.arguments || choice.paths) && isFlag(name) && name !== '-buildmode' && name !== '-race'),
  )
  return {
    ...build,
    mainPackage: build.mainPackage === null ? null : scrub(build.mainPackage),
    settings: Object.fromEntries(settings.map(([name, value]) => [name, scrub(value)])),
  }
}

function redactSpec(spec: string, { choice, scrub }: Redactor): string {
  // Its command is a command line.
  if (spec.startsWith('exec:') && choice.arguments) return `exec:${redactedText}`
  return scrub(spec)
}

function redactUrl(url: string, { choice, tokens, scrub }: Redactor): string {
  const plain = withoutSecretsOfUrl(url)
  return choice.paths ? tokens.of('path', plain) : scrub(plain)
}

function scrubParams<Value extends string | number>(
  params: Record<string, Value>,
  scrub: (text: string) => string,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value]),
  )
}

function scrubError(error: ErrorValue | null, scrub: (text: string) => string): ErrorValue | null {
  if (error === null) return null
  const { params } = error
  return {
    ...error,
    message: scrub(error.message).slice(0, 500),
    ...(params === undefined ? {} : { params: scrubParams(params, scrub) }),
  }
}

function scrubVerdict(verdict: Verdict, scrub: (text: string) => string): Verdict {
  const scrubLine = <Line extends { params: Record<string, string | number> }>(line: Line): Line => ({
    ...line,
    params: scrubParams(line.params, scrub),
  })
  return {
    ...verdict,
    findings: verdict.findings.map((finding) => ({
      ...scrubLine(finding),
      evidence: finding.evidence.map(scrubLine),
      next: finding.next.map(scrubLine),
    })),
    limits: verdict.limits.map(scrubLine),
  }
}
