import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import type { Incident } from '#core/snapshot/incident'
import { previewLeaving } from '#core/snapshot/preview-leaving'
import { redactIncident } from '#core/snapshot/redact-incident'
import { redactedText } from '#core/snapshot/known-secrets'
import { defaultRedaction, type RedactionChoice } from '#core/snapshot/redaction'
import { toCsvText } from '#core/snapshot/samples-csv'
import { zipProfile } from '../../../test/support/profile-encoder'
import { hostFactsOf, processFactsOf, processSampleAt } from '../../../test/support/recorded-samples'
import { nodeGzip } from './node-gzip'

const startMs = Date.UTC(2026, 2, 1, 12)
const pid = 808
const all: RedactionChoice = { arguments: true, hostNames: true, userNames: true, paths: true }
const none: RedactionChoice = { arguments: false, hostNames: false, userNames: false, paths: false }

function makeIncident(label = 'ssh:ops@db-7.example.net'): Incident {
  const builder = createIncidentBuilder({ label, host: hostFactsOf('boot-1'), fromMs: startMs })
  builder.setFacts({
    ...processFactsOf(pid),
    cmdline: ['/home/alice/api', 'serve', '--dsn=pg://app:s3cr3tpw@db/x', 'a-very-long-secret-word'],
    goEnvironment: { GODEBUG: 'x=/home/alice/y,s3cr3tpw' },
    cgroupPath: '/docker/0123456789abcdef',
  })
  builder.addSample(processSampleAt(startMs, pid, { comm: 'a-very-long-sec' }))
  const { key, comm } = processFactsOf(pid)
  const bytes = zipProfile({
    sampleTypes: [['inuse_space', 'bytes']],
    functions: [{ id: 1, name: 'main.serve', filename: '/home/alice/src/main.go' }],
    mappings: [{ id: 1, filename: '/home/alice/api' }],
    locations: [{ id: 1, mappingId: 1, functionIds: [1] }],
    samples: [{ stack: [1], values: [7], labels: [{ key: 'request', text: 's3cr3tpw on db-7' }] }],
    comments: ['a-very-long-secret-word'],
  })
  const info = {
    id: '1',
    targetId: label,
    key,
    comm,
    atMs: startMs,
    costMs: 1,
    url: 'http://127.0.0.1:6060/',
  }
  builder.addProfile({ info: { ...info, sizeBytes: bytes.length }, bytes })
  return builder.build(startMs + 1000)
}

const toText = (incident: Incident): string =>
  JSON.stringify({ ...incident, profiles: incident.profiles.map(({ info }) => info) }) +
  incident.profiles.map(({ bytes }) => gunzipSync(bytes).toString('latin1')).join('')

describe('what was chosen to stay', () => {
  it('is in no text of a profile, whose functions keep their names', () => {
    const redacted = redactIncident(makeIncident(), all, nodeGzip)
    const text = toText(redacted)
    for (const secret of ['alice', 's3cr3tpw', 'db-7', 'a-very-long-sec']) expect(text).not.toContain(secret)
    expect(text).toContain('main.serve')
    expect(text).toContain('inuse_space')
  })

  it('leaves a profile as it came when it says nothing, and out when it can not be read', () => {
    const incident = makeIncident()
    const [profile] = incident.profiles
    if (profile === undefined) throw new Error('no profile')
    expect(redactIncident(incident, none, nodeGzip).profiles[0]?.bytes).toBe(profile.bytes)
    const broken = { ...incident, profiles: [{ ...profile, bytes: profile.bytes.subarray(0, 20) }] }
    const redacted = redactIncident(broken, defaultRedaction, nodeGzip)
    expect(redacted.profiles).toEqual([])
    expect(previewLeaving(redacted, broken, nodeGzip).profiles).toBe(0)
  })

  it('is not in the command of a target, the name of a container, or a password with odd characters', () => {
    const incident = makeIncident('exec:ssh ops@db-8 sh')
    const planted: Incident = {
      ...incident,
      host: { ...incident.host, hostname: '0123456789ab' },
      marks: [{ id: 'm', atMs: startMs, text: 'http://bob:se#c/ret@h/x and ΟΔΟΣ οδοσ, http://h:80/a@v1' }],
    }
    const text = toText(redactIncident(planted, { ...none, hostNames: true }, nodeGzip))
    for (const secret of ['db-8', '0123456789ab', 'bob', 'ret@']) expect(text).not.toContain(secret)
    expect(text).toMatch(/http:\/\/host-\d+:80\/a@v1/)
  })
})

/** One process with this command line, and one mark, reading or profile label that says each text. */
function incidentSaying(cmdline: string[], texts: string[]): Incident {
  const incident = makeIncident('local')
  const [process] = incident.processes
  if (process === undefined) throw new Error('no process')
  return {
    ...incident,
    processes: [{ ...process, facts: { ...process.facts, cmdline } }],
    marks: texts.map((text, index) => ({ id: String(index), atMs: startMs, text })),
  }
}

it('an address in a profile has no password, also where nothing is to be taken out', () => {
  const incident = makeIncident()
  const [profile] = incident.profiles
  if (profile === undefined) throw new Error('no profile')
  const bytes = zipProfile({
    sampleTypes: [['inuse_space', 'bytes']],
    samples: [{ stack: [], values: [7], labels: [{ key: 'db', text: 'pg://app:pl4nted@db/x?k=pl4nted' }] }],
  })
  const planted = { ...incident, profiles: [{ ...profile, bytes }] }
  const text = toText(redactIncident(planted, none, nodeGzip))
  expect(text).not.toContain('pl4nted')
  expect(text).toContain('pg://db/x')
})

describe('parts of arguments', () => {
  it.each([
    [
      'postgres://bob:pgpa55@db9:5432/d?sslkey=quer1val',
      'GET postgres://bob:pgpa55@db9:5432/d?sslkey=x',
      'db9',
    ],
    ['postgres://bob:pgpa55@db9:5432/d?sslkey=quer1val', 'key quer1val refused', 'quer1val'],
    ['--dsn=app:mypw77@tcp(db9:3306)/prod', 'access denied with mypw77', 'mypw77'],
    ['-pMyGluedPw', 'login with MyGluedPw', 'MyGluedPw'],
    ['{"password":"js0npw"}', 'bad password js0npw', 'js0npw'],
    ['Authorization: Bearer t0k3n.x', 'token t0k3n.x has ended', 't0k3n'],
    ['--pw=sp ace&more', 'GET /login?p=sp%20ace%26more and sp+ace%26more', 'ace'],
    ['--pw=a"quote\\d', String.raw`refused: "a\"quote\\d"`, 'quote'],
    ['密码是龙虾', '拒绝 密码是龙虾 拒绝', '龙虾'],
  ])('%j stays here in %j', (argument, text, secret) => {
    const redacted = redactIncident(incidentSaying(['api', argument], [text]), defaultRedaction, nodeGzip)
    expect(redacted.marks[0]?.text).not.toContain(secret)
    expect(redacted.marks[0]?.text).toContain(redactedText)
  })

  it('a title stays here, whatever its spaces are', () => {
    const redacted = redactIncident(
      incidentSaying(['api:\tpw=hunter22'], ['hunter22']),
      defaultRedaction,
      nodeGzip,
    )
    expect(redacted.processes[0]?.facts.cmdline).toEqual(['api:', redactedText])
    expect(redacted.marks[0]?.text).toBe(redactedText)
  })

  it('are found however long and many they are', () => {
    const long = `-Dpath=${'/lib/a.jar:'.repeat(5000)}`
    const many = Array.from({ length: 4000 }, (_, index) => `--option=value${index}`)
    const redacted = redactIncident(
      incidentSaying(['java', long, ...many], ['VALUE3999', long]),
      defaultRedaction,
      nodeGzip,
    )
    expect(redacted.marks.map(({ text }) => text)).toEqual([redactedText, redactedText])
  })

  it('ordinary words and numbers stay readable', () => {
    const said = 'debug 210485761 kB of http://127.0.0.1:6060/debug/vars'
    const redacted = redactIncident(
      incidentSaying(['api', '--log=debug', '--tls=true', '--limit', '1048576'], [said]),
      defaultRedaction,
      nodeGzip,
    )
    expect(redacted.marks[0]?.text).toBe(said)
  })
})

describe('raw readings', () => {
  const said: Incident = {
    ...makeIncident(),
    readings: [
      { atMs: startMs, path: `/proc/${pid}/stat`, text: `${pid} (a-very-long-sec) S 1\n` },
      { atMs: startMs, path: `/proc/${pid}/status`, text: 'Name:\ta-very-long-sec\nUmask:\t0022\n' },
      {
        atMs: startMs,
        path: `/proc/${pid}/cgroup`,
        text: '8:pids:/pay/secret-team\n4:memory:/docker/x\n3:cpu:/solo\n',
      },
    ],
  }

  it('have no beginning of an argument that the process calls itself', () => {
    const text = toText(redactIncident(said, defaultRedaction, nodeGzip))
    expect(text).not.toContain('a-very-long-sec')
  })

  it('have no path of any hierarchy', () => {
    const text = toText(redactIncident(said, { ...none, paths: true }, nodeGzip))
    for (const secret of ['secret-team', 'solo']) expect(text).not.toContain(secret)
    expect(text).toContain('8:pids:path-')
  })
})

describe('paths, hosts and users of any text', () => {
  it.each([
    ['paths', '-I/srv/zebra/include', 'zebra'],
    ['paths', 'PATH=/usr/bin:/srv/zebra/bin', 'zebra'],
    ['paths', 'open ./deploy/zebra/key: no such file', 'zebra'],
    ['paths', 'open ~/deploy/zebra', 'zebra'],
    ['paths', 'GET http://127.0.0.1:80/v1/zebra failed', 'zebra'],
    ['paths', 'file:///srv/zebra/x', 'zebra'],
    ['hostNames', 'dial db-9.example.net:5432', 'db-9'],
    ['hostNames', 'of example.net', 'example.net'],
    ['hostNames', 'http://db-10/x', 'db-10'],
    ['hostNames', 'dial tcp 10.20.30.40:5432: refused', '10.20.30.40'],
    ['hostNames', 'dial tcp [fe80::1:2]:5432', 'fe80'],
    ['userNames', 'scp bob@db-9:', 'bob'],
  ] as const)('%s: %j stays here', (kind, text, zebra) => {
    const incident = {
      ...incidentSaying(['api', `--flag=${text}`], [text]),
      label: 'ssh:ops@db-7.example.net',
    }
    expect(toText(redactIncident(incident, { ...none, [kind]: true }, nodeGzip))).not.toContain(zebra)
  })

  it('takes out a host and a user of one or two letters, as words', () => {
    const incident = incidentSaying(['api'], ['connected to vm as q, vmstat'])
    const [process] = incident.processes
    if (process === undefined) throw new Error('no process')
    const short = {
      ...incident,
      host: { ...incident.host, hostname: 'vm' },
      processes: [{ ...process, facts: { ...process.facts, user: 'q' } }],
    }
    const redacted = redactIncident(short, { ...none, hostNames: true, userNames: true }, nodeGzip)
    expect(redacted.marks[0]?.text).toMatch(/^connected to host-\d+ as user-\d+, vmstat$/)
  })

  it('keeps what is no address, no path and nobody', () => {
    const text = '12:30:45 std::vec 1.2.3 n/a github.com/x/y@v1.2.3 127.0.0.1 localhost /proc/8/maps'
    const redacted = redactIncident(incidentSaying(['api'], [text]), all, nodeGzip)
    expect(redacted.marks[0]?.text).toBe(text)
  })

  it('takes out a path with spaces, and one of two letters', () => {
    const incident = incidentSaying(
      ['/srv/My App/api', '--conf=/srv/My Secret/x.conf'],
      ['in /srv/My Secret/x.conf'],
    )
    const [process] = incident.processes
    if (process === undefined) throw new Error('no process')
    const short = { ...incident, processes: [{ ...process, facts: { ...process.facts, exePath: '/z' } }] }
    const redacted = redactIncident(short, { ...none, paths: true }, nodeGzip)
    expect(toText(redacted)).not.toContain('Secret')
    expect(redacted.processes[0]?.facts.exePath).toMatch(/^path-\d+$/)
  })
})

it('a command that leads to a target is in none of its events', () => {
  const incident = makeIncident('exec:sshpass -p execpl4nt ssh db-8')
  const params = { label: 'sshpass -p execpl4nt ssh db-8' }
  const event = {
    atMs: startMs,
    id: 1,
    targetId: incident.label,
    key: null,
    kind: 'target',
    text: 'event.x',
    params,
  }
  const planted = { ...incident, events: [event] } as Incident
  expect(toText(redactIncident(planted, defaultRedaction, nodeGzip))).not.toContain('execpl4nt')
  const earlier = { ...planted, label: params.label }
  expect(toText(redactIncident(earlier, defaultRedaction, nodeGzip))).not.toContain('execpl4nt')
})

it('what was taken out of a file before stays what it is', () => {
  const incident = makeIncident()
  const reading = { atMs: startMs, path: `/proc/${pid}/cgroup`, text: '4:memory:/docker/0123456789abcdef\n' }
  const once = redactIncident({ ...incident, readings: [reading] }, all, nodeGzip)
  const twice = redactIncident(once, all, nodeGzip)
  expect(twice.processes[0]?.facts).toEqual(once.processes[0]?.facts)
  expect(twice.readings).toEqual(once.readings)
})

describe('the preview', () => {
  it('cuts no command line, and shows versions, labels of profiles and raw texts', () => {
    const incident = incidentSaying(['api', 'x'.repeat(400), 'the-last-one'], [])
    const readings = [{ atMs: startMs, path: `/proc/${pid}/cgroup`, text: '4:memory:/pay/team\n' }]
    const planted = { ...incident, readings }
    const texts = previewLeaving(redactIncident(planted, none, nodeGzip), planted, nodeGzip).texts
    const shown = texts.map(({ text }) => text).join('\n')
    for (const text of ['the-last-one', 's3cr3tpw on db-7', 'go1.12', '4.14.0', '4:memory:/pay/team'])
      expect(shown).toContain(text)
    expect(shown).not.toContain('main.serve')
    expect(texts.filter(({ isRedacted }) => isRedacted)).toEqual([])
  })

  it('shows what the file has: nothing that was taken out, and all that replaced it', () => {
    const incident = makeIncident()
    const redacted = redactIncident(incident, all, nodeGzip)
    const file = toText(redacted)
    const { texts } = previewLeaving(redacted, incident, nodeGzip)
    for (const { text } of texts)
      for (const line of text.split(/[\s=]+/)) expect(file).toContain(JSON.stringify(line).slice(1, -1))
    for (const secret of ['alice', 's3cr3tpw', 'db-7', 'a-very-long-sec'])
      expect(JSON.stringify(texts)).not.toContain(secret)
  })

  it('shows every text of a process that the file has', () => {
    const incident = makeIncident()
    const redacted = redactIncident(incident, none, nodeGzip)
    const texts = previewLeaving(redacted, incident, nodeGzip).texts.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['boot-1', 'a-very-long-sec', '/docker/0123456789abcdef']))
  })
})

it.each(['\u200e=1', '\u061c=1', '\u00ad@x', '\t=1'])(
  'a cell can not hide what it begins with: %j',
  (text) => {
    expect(toCsvText(text)).toBe(`"\ufffd${text.slice(1)}"`)
  },
)
