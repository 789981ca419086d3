import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import type { Incident } from '#core/snapshot/incident'
import { previewLeaving } from '#core/snapshot/preview-leaving'
import { redactIncident } from '#core/snapshot/redact-incident'
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
    expect(previewLeaving(redacted, broken).profiles).toBe(0)
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
    expect(text).toContain('http://h:80/a@v1')
  })
})

describe('the preview', () => {
  it('shows every text of a process that the file has', () => {
    const incident = makeIncident()
    const redacted = redactIncident(incident, none, nodeGzip)
    const texts = previewLeaving(redacted, incident).texts.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['boot-1', 'a-very-long-sec', '/docker/0123456789abcdef']))
  })
})

it.each(['\u200e=1', '\u061c=1', '\u00ad@x', '\t=1'])(
  'a cell can not hide what it begins with: %j',
  (text) => {
    expect(toCsvText(text)).toBe(`"\ufffd${text.slice(1)}"`)
  },
)
