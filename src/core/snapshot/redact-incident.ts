import type { ErrorValue } from '../errors'
import type { GoBuild, ProcessFacts } from '../metrics/samples'
import type { Verdict } from '../verdict/verdict'
import type { Incident, IncidentProcess, IncidentProfile } from './incident'
import { createTokens, findSecrets, isCommand, redactedText, titleOf, type Tokens } from './known-secrets'
import type { RedactionChoice } from './redaction'
import type { ProcessState } from './sample-parts'
import { scrubProfile, type GzipCodec } from './scrub-profile'
import { createScrubber } from './scrubber'
import { withoutSecretsOfUrl } from './secrets-of-url'

/** All that ever leaves of an environment. */
const environmentNames = ['GODEBUG', 'GOGC', 'GOMEMLIMIT', 'GOMAXPROCS']
const maxValueLength = 300

interface Redactor {
  choice: RedactionChoice
  tokens: Tokens
  /** Of a text that anything can stand in. */
  scrub: (text: string) => string
  /** Of versions and of names of functions, in which a word such as `serve` of a command line is none of it. */
  scrubCode: (text: string) => string
}

/**
 * The incident without what was chosen to stay here, wherever it stands: in its own field, in messages, marks, raw readings. What is
 * equal stays equal (`host-1`). Environments are cut to four names of Go and addresses lose passwords and queries,
 * whatever was chosen. Texts in profiles are scrubbed as well; a profile that can't be read for it stays here. Numbers are as they were.
 */
export function redactIncident(incident: Incident, choice: RedactionChoice, gzip: GzipCodec): Incident {
  const tokens = createTokens()
  const secrets = findSecrets(incident, choice, tokens)
  const scrub = createScrubber(secrets, choice, tokens)
  const withoutArguments = { ...choice, arguments: false }
  const code = findSecrets(incident, withoutArguments, tokens)
  const scrubCode = createScrubber(code, withoutArguments, tokens)
  const redactor: Redactor = { choice, tokens, scrub, scrubCode }
  const { host, label } = incident
  return {
    ...incident,
    label: redactSpec(label, redactor),
    host: {
      ...host,
      hostname:
        host.hostname === null || !choice.hostNames ? host.hostname : tokens.of('host', host.hostname),
      bootId: choice.hostNames ? null : host.bootId,
      kernelRelease: host.kernelRelease === null ? null : scrubCode(host.kernelRelease),
    },
    processes: incident.processes.map((process) => redactProcess(process, redactor)),
    events: incident.events.map((event) => ({
      ...event,
      targetId: redactSpec(event.targetId, redactor),
      params: scrubParams(event.params, scrub),
    })),
    marks: incident.marks.map((mark) => ({ ...mark, text: cutMark(scrub(mark.text)) })),
    profiles: redactProfiles(incident, redactor, gzip),
    readings: incident.readings
      .filter(({ path }) => !/\/environ$/.test(path) && !(choice.arguments && /\/cmdline$/.test(path)))
      .map(({ atMs, path, text }) => ({ atMs, path: scrub(path), text: scrub(text) })),
    top: incident.top.map(({ atMs, rows }) => ({
      atMs,
      rows: rows.map((row) => ({ ...row, comm: scrub(row.comm) })),
    })),
  }
}

function redactProfiles(incident: Incident, redactor: Redactor, gzip: GzipCodec): IncidentProfile[] {
  const { choice, scrub, scrubCode: code } = redactor
  const isAsItCame = !Object.values(choice).includes(true)
  return incident.profiles.flatMap(({ info, bytes }) => {
    // Addresses lose their passwords whatever was chosen; what is no profile has none that are known.
    const clean = redactProfile(bytes, { code, other: scrub }, gzip) ?? (isAsItCame ? bytes : null)
    if (clean === null) return []
    return [
      {
        info: {
          ...info,
          targetId: redactSpec(info.targetId, redactor),
          comm: redactor.scrub(info.comm),
          url: redactUrl(info.url, redactor),
          sizeBytes: clean.length,
        },
        bytes: clean,
      },
    ]
  })
}

function redactProfile(
  bytes: Uint8Array,
  scrub: Parameters<typeof scrubProfile>[1],
  gzip: GzipCodec,
): Uint8Array | null {
  try {
    const whole = gzip.unpack(bytes)
    const clean = scrubProfile(whole, scrub)
    return clean === whole ? bytes : gzip.pack(clean)
  } catch {
    return null
  }
}

const cutMark = (text: string): string => text.slice(0, 200)

function redactProcess(process: IncidentProcess, redactor: Redactor): IncidentProcess {
  const { scrub } = redactor
  const { states, verdict, proof } = process
  // A busy process goes back and forth between few of them.
  const known = new Map<ProcessState, ProcessState>()
  const redactState = (state: ProcessState): ProcessState => {
    const clean = known.get(state) ?? scrubState(state, redactor)
    known.set(state, clean)
    return clean
  }
  return {
    ...process,
    facts: redactFacts(process.facts, redactor),
    states: states.map(({ atMs, state }) => ({ atMs, state: redactState(state) })),
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
                : { ...proof.domain, path: redactPath(proof.domain.path, redactor) },
          },
  }
}

function scrubState(state: ProcessState, redactor: Redactor): ProcessState {
  const { scrub } = redactor
  const { cgroup, endpoint } = state
  return {
    ...state,
    comm: scrub(state.comm),
    cgroup: cgroup === null ? null : { ...cgroup, path: redactPath(cgroup.path, redactor) },
    endpoint: {
      ...endpoint,
      url: endpoint.url === null ? null : redactUrl(endpoint.url, redactor),
      error: scrubError(endpoint.error, scrub),
    },
  }
}

function redactFacts(facts: ProcessFacts, redactor: Redactor): ProcessFacts {
  const { choice, tokens, scrub, scrubCode } = redactor
  const { cmdline, user, exePath, goEnvironment, build, madviseWhy } = facts
  return {
    ...facts,
    comm: scrub(facts.comm),
    cmdline: cmdline === null ? null : redactCommand(cmdline, redactor),
    user: user === null || user === 'root' || !choice.userNames ? user : tokens.of('user', user),
    exePath: exePath === null ? null : redactPath(exePath, redactor),
    cgroupPath: facts.cgroupPath === null ? null : redactPath(facts.cgroupPath, redactor),
    goVersion: facts.goVersion === null ? null : scrubCode(facts.goVersion),
    goModule: facts.goModule === null ? null : scrub(facts.goModule),
    goEnvironment: goEnvironment === null ? null : cutEnvironment(goEnvironment, scrub),
    madviseWhy: madviseWhy === null ? null : { ...madviseWhy, params: scrubParams(madviseWhy.params, scrub) },
    build: build === null ? null : redactBuild(build, redactor),
  }
}

function redactCommand([program = '', ...rest]: string[], { choice, scrub }: Redactor): string[] {
  if (!choice.arguments) return [program, ...rest].map(scrub)
  const [name = ''] = program.split(/\s/)
  const others = titleOf(program) === '' ? rest : ['title', ...rest]
  return [scrub(name), ...others.map(() => redactedText)]
}

/** Four names, of which a hostile file may have more than a host. */
function cutEnvironment(
  environment: Record<string, string>,
  scrub: (text: string) => string,
): Record<string, string> {
  const known = Object.entries(environment).filter(([name]) => environmentNames.includes(name))
  return Object.fromEntries(known.map(([name, value]) => [name, scrub(value).slice(0, maxValueLength)]))
}

/** Flags of the compiler hold what was written on its command line: versions, folders, keys. */
function redactBuild(build: GoBuild, { choice, scrub, scrubCode }: Redactor): GoBuild {
  const isFlag = (name: string): boolean => name.startsWith('-') || /FLAGS$/.test(name)
  const settings = Object.entries(build.settings).filter(
    ([name]) =>
      !((choice.arguments || choice.paths) && isFlag(name) && name !== '-buildmode' && name !== '-race'),
  )
  return {
    ...build,
    moduleVersion: build.moduleVersion === null ? null : scrubCode(build.moduleVersion),
    mainPackage: build.mainPackage === null ? null : scrub(build.mainPackage),
    settings: Object.fromEntries(settings.map(([name, value]) => [name, scrub(value)])),
  }
}

function redactSpec(spec: string, { choice, scrub }: Redactor): string {
  // Its command is a command line, in which hosts, users and paths stand as nobody knows.
  if (isCommand(spec) && Object.values(choice).includes(true)) return `exec:${redactedText}`
  return scrub(spec)
}

/** In an earlier file: what else it has of it says the same. */
const wasRedacted = (path: string): boolean => /^path-\d+$/.test(path)

/** Of one name, and of two letters as well. */
function redactPath(path: string, { choice, tokens, scrub }: Redactor): string {
  const isPath = path !== '/' && path !== '' && !wasRedacted(path)
  return choice.paths && isPath ? tokens.of('path', path) : scrub(path)
}

function redactUrl(url: string, { choice, tokens, scrub }: Redactor): string {
  const plain = withoutSecretsOfUrl(url)
  return choice.paths && !wasRedacted(plain) ? tokens.of('path', plain) : scrub(plain)
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
