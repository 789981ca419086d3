import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import { prepareReport } from '#core/report/prepare-report'
import { toReportHtml } from '#core/report/to-report-html'
import { cutIncident } from '#core/snapshot/cut-incident'
import type { Incident } from '#core/snapshot/incident'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import { previewLeaving } from '#core/snapshot/preview-leaving'
import { redactIncident } from '#core/snapshot/redact-incident'
import { defaultRedaction } from '#core/snapshot/redaction'
import { toSamplesCsv } from '#core/snapshot/samples-csv'
import { sampleAt, samplesOf } from '#core/snapshot/sample-at'
import {
  hostFactsOf,
  hostSampleAt,
  processFactsOf,
  processSampleAt,
} from '../../../test/support/recorded-samples'
import { unzip, zipOf } from '../../../test/support/snapshot-zip'
import { nodeGzip } from './node-gzip'
import { parseIncidentFile } from './read-incident-file'
import { writeIncident } from './write-incident'

const startMs = Date.UTC(2026, 2, 1, 12)
const pid = 808

function makeIncident(seconds: number, profileBytes = 0): Incident {
  const builder = createIncidentBuilder({
    label: 'ssh:ops@db-7.example.net:2222',
    host: hostFactsOf('boot-1'),
    fromMs: startMs,
  })
  builder.setFacts(processFactsOf(pid))
  for (let second = 0; second < seconds; second++) {
    builder.addHost(hostSampleAt(startMs + second * 1000))
    builder.addSample(processSampleAt(startMs + second * 1000, pid))
  }
  const { key, comm } = processFactsOf(pid)
  for (const [index, second] of [1, seconds - 1].entries()) {
    if (profileBytes === 0) break
    const bytes = gzipSync(randomBytes(profileBytes))
    const atMs = startMs + second * 1000
    builder.addProfile({
      info: {
        id: String(index),
        targetId: 'local',
        key,
        comm,
        atMs,
        sizeBytes: bytes.length,
        costMs: 12,
        url: 'http://127.0.0.1:6060/debug/pprof/heap',
      },
      bytes,
    })
  }
  builder.addReadings([{ atMs: startMs, path: '/proc/meminfo', text: 'MemTotal: 1 kB\n' }])
  return {
    ...builder.build(startMs + seconds * 1000),
    marks: [{ id: 'm1', atMs: startMs + 2000, text: 'deployed build 1.12 <script>alert(1)</script>\u202e' }],
    top: [{ atMs: startMs, rows: [{ key, comm, rssBytes: 1, cpuPercent: null }] }],
  }
}

const write = async (incident: Incident): Promise<Uint8Array> =>
  writeIncident(incident, {
    appVersion: '0.0.0',
    reportHtml: toReportHtml(await prepareReport(incident), { locale: 'en' }),
  })

describe('a snapshot', () => {
  it('is read as it was written', async () => {
    const incident = makeIncident(90, 1000)
    expect(await parseIncidentFile(await write(incident))).toEqual(incident)
  })

  it('of the same incident is the same file at any time', async () => {
    const incident = makeIncident(5)
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const files = []
      for (const day of [1, 2]) {
        vi.setSystemTime(startMs + day * 86_400_000)
        files.push(Buffer.from(await write(incident)))
      }
      expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('gives each sample again, the one of any moment among them', () => {
    const incident = makeIncident(30)
    const process = incident.processes[0]
    if (process === undefined) throw new Error('no process')
    const all = [...samplesOf(process)]
    expect(all).toHaveLength(30)
    for (const sample of all) expect(sampleAt(process, sample.atMs + 500)).toEqual(sample)
    expect(sampleAt(process, startMs - 1)).toBeNull()
    expect([...samplesOf(process, startMs + 5000, startMs + 7000)].map(({ atMs }) => atMs - startMs)).toEqual(
      [5000, 6000, 7000],
    )
  })

  it('is small: an hour with two profiles of 1 MB is under 3 MB', async () => {
    const bytes = await write(makeIncident(3600, 1_000_000))
    expect(bytes.length).toBeLessThan(3_000_000)
    const parts = unzip(bytes)
    expect(parts.get('samples.csv')?.toString().split('\r\n')).toHaveLength(3602)
    expect(parts.get('report.html')?.length).toBeLessThan(400_000)
  })

  it('holds a report that runs nothing and loads nothing', async () => {
    const html =
      unzip(await write(makeIncident(10)))
        .get('report.html')
        ?.toString() ?? ''
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|https?:\/\/(?!127)/i)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('\u202e')
    expect(html).toContain("default-src 'none'")
  })

  it('can be cut', () => {
    const incident = makeIncident(60)
    const key = { pid, startTimeTicks: 80_800 }
    const cut = cutIncident(incident, {
      keys: [key],
      profileIds: [],
      fromMs: startMs + 10_000,
      toMs: startMs + 20_000,
    })
    const process = cut.processes[0]
    expect(process?.streams.process.atMs).toHaveLength(11)
    expect(process === undefined ? [] : [...samplesOf(process)][0]?.rssBytes).toBe(
      processSampleAt(startMs + 10_000, pid).rssBytes,
    )
    expect(cut.marks).toEqual([])
  })

  it('is refused by each of its beginnings', async () => {
    const bytes = await write(makeIncident(3))
    for (let length = 0; length < bytes.length; length++)
      await expect(parseIncidentFile(bytes.subarray(0, length))).rejects.toBeInstanceOf(AppError)
  })

  it('is refused or the same with any byte of it changed', async () => {
    const incident = makeIncident(3)
    const bytes = await write(incident)
    for (let at = 0; at < bytes.length; at += 13) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const read = await parseIncidentFile(changed).catch((error: unknown) => error)
      if (!(read instanceof AppError)) expect(read).toEqual(incident)
    }
  })
})

describe('a hostile file', () => {
  let parts: Map<string, Buffer>
  beforeEach(async () => {
    parts = unzip(await write(makeIncident(5)))
  })

  /** Names of a zip file that its own library refuses to write: the bytes of an innocent one are replaced. */
  async function named(name: string): Promise<Buffer> {
    const innocent = 'x'.repeat(name.length)
    const file = await zipOf(new Map([...parts, [innocent, Buffer.from('x')]]))
    return Buffer.from(file.toString('latin1').replaceAll(innocent, name), 'latin1')
  }

  it.each([
    '../../../../etc/cron.d/x',
    '/etc/passwd-of-us',
    'C:\\windows\\system',
    '..\\..\\evil-name',
    'a/../../b-evil',
    'Upper/Case.json',
  ])('with the name %j is refused', async (name) => {
    const error: unknown = await parseIncidentFile(await named(name)).catch((each: unknown) => each)
    expect(error).toMatchObject({ code: 'parse', hint: 'error.snapshot-damaged' })
    // It is foreign.
    expect(String(error)).not.toContain(name)
  })

  it('of a later version says so', async () => {
    const file = await zipOf(parts, (own) => ({ ...own, version: 7, unknown: true }))
    await expect(parseIncidentFile(file)).rejects.toMatchObject({
      code: 'unsupported',
      hint: 'error.snapshot-newer',
      params: { version: 7, known: 1 },
    })
  })

  it('with a wrong hash, a missing part or one too many is refused', async () => {
    const wrong = await zipOf(parts, (own) => {
      const [first, ...rest] = own['parts'] as { sha256: string }[]
      return { ...own, parts: [{ ...first, sha256: '0'.repeat(64) }, ...rest] }
    })
    const missing = await zipOf(new Map([...parts].filter(([name]) => name !== 'events.json')))
    const surplus = await zipOf(parts, (own) => ({ ...own, parts: (own['parts'] as unknown[]).slice(1) }))
    for (const file of [wrong, missing, surplus])
      await expect(parseIncidentFile(file)).rejects.toMatchObject({ code: 'parse' })
  })

  it('with more entries than a snapshot has is refused before they are looked at', async () => {
    const file = await zipOf(parts)
    const end = file.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
    file.writeUInt16LE(60_000, end + 8)
    file.writeUInt16LE(60_000, end + 10)
    await expect(parseIncidentFile(file)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('that unpacks to more than a part may be is refused, whatever it claims', async () => {
    const bomb = await zipOf(new Map([...parts, ['samples.csv', Buffer.alloc(130 * 2 ** 20)]]))
    await expect(parseIncidentFile(bomb)).rejects.toBeInstanceOf(AppError)
    // The same with a small claim in its directory.
    const liar = await zipOf(new Map([...parts, ['samples.csv', Buffer.alloc(50 * 2 ** 20)]]), (own) => ({
      ...own,
      parts: (own['parts'] as { name: string; bytes: number }[]).map((part) =>
        part.name === 'samples.csv' ? { ...part, bytes: 10 } : part,
      ),
    }))
    await expect(parseIncidentFile(liar)).rejects.toBeInstanceOf(AppError)
  })

  it.each([
    ['host/facts.json', '{"hostname":7}'],
    ['host/facts.json', '[]'],
    ['events.json', '[{"id":1}]'],
    ['host/series.json', '{"atMs":[2,1],"columns":{}}'],
    ['host/series.json', '{"atMs":[1],"columns":{"memTotalBytes":[1,2]}}'],
    ['host/series.json', '{"atMs":[1],"columns":{"memTotalBytes":[1e999]}}'],
    ['marks.json', '[{"id":"x","atMs":1,"text":""}]'],
    ['marks.json', `[${'['.repeat(5000)}`],
  ])('with %s of %s is refused', async (name, text) => {
    const file = await zipOf(new Map([...parts, [name, Buffer.from(text)]]))
    await expect(parseIncidentFile(file)).rejects.toMatchObject({ code: 'parse' })
  })

  it('can put no formula into the CSV', async () => {
    const incident = makeIncident(2)
    const process = incident.processes[0]
    if (process === undefined) throw new Error('no process')
    const evil = { ...process, facts: { ...process.facts, comm: '=cmd|" /C calc"!A0' } }
    const csv =
      unzip(await write({ ...incident, processes: [evil] }))
        .get('samples.csv')
        ?.toString() ?? ''
    expect(csv).toContain(`,"'=cmd|"" /C calc""!A0",`)
  })
})

describe('redaction', () => {
  it('leaves no planted secret in any part, by any way it came', async () => {
    const incident = makeIncident(5)
    const process = incident.processes[0]
    if (process === undefined) throw new Error('no process')
    const secrets = [
      'hunter2!(x',
      'db-7.example.net',
      'db-7',
      'ops',
      'alice',
      '/srv/secret-app/bin',
      'tok+en.9',
      'PGPASSWORD',
    ]
    const planted: Incident = {
      ...incident,
      host: { ...incident.host, hostname: 'db-7' },
      processes: [
        {
          ...process,
          facts: {
            ...process.facts,
            cmdline: ['/srv/secret-app/bin/api', '--password=hunter2!(x', '--token', 'tok+en.9'],
            user: 'alice',
            exePath: '/srv/secret-app/bin/api',
            cgroupPath: '/user.slice/alice.slice',
            goEnvironment: { GODEBUG: 'madvdontneed=0', PGPASSWORD: 'hunter2!(x' },
          },
          states: process.states.map(({ atMs, state }) => ({
            atMs,
            state: {
              ...state,
              endpoint: {
                ...state.endpoint,
                url: 'http://alice:hunter2!(x@DB-7.example.net:6060/debug?key=tok+en.9',
                error: {
                  code: 'failed',
                  message: 'hunter2!(x refused by db-7 for alice in /srv/secret-app/bin/api',
                },
              },
            },
          })),
        },
      ],
      marks: [
        { id: 'm', atMs: startMs, text: 'alice restarted /srv/secret-app/bin/api on db-7 with tok+en.9' },
      ],
      readings: [
        { atMs: startMs, path: '/proc/808/cmdline', text: 'hunter2!(x' },
        { atMs: startMs, path: '/proc/808/environ', text: 'PGPASSWORD=hunter2!(x' },
        {
          atMs: startMs,
          path: '/proc/808/cgroup',
          text: '0::/user.slice/alice.slice /srv/secret-app/bin/api\n',
        },
      ],
    }
    const all = { arguments: true, hostNames: true, userNames: true, paths: true }
    const redacted = redactIncident(planted, all, nodeGzip)
    for (const [name, bytes] of unzip(await write(redacted))) {
      const text = bytes.toString().toLowerCase()
      for (const secret of secrets) expect(text, `${secret} in ${name}`).not.toContain(secret.toLowerCase())
    }
    expect(redacted.processes[0]?.facts.goEnvironment).toEqual({ GODEBUG: 'madvdontneed=0' })
    expect(await parseIncidentFile(await write(redacted))).toEqual(redacted)
  })

  it('takes arguments out by itself, and shows what is left', () => {
    const incident = makeIncident(2)
    const process = incident.processes[0]
    if (process === undefined) throw new Error('no process')
    const planted = {
      ...incident,
      processes: [{ ...process, facts: { ...process.facts, cmdline: ['api', '--key=s3cr3t'] } }],
    }
    const redacted = redactIncident(planted, defaultRedaction, nodeGzip)
    expect(redacted.processes[0]?.facts.cmdline).toEqual(['api', '‹redacted›'])
    const { texts } = previewLeaving(redacted, planted, nodeGzip)
    expect(texts).toContainEqual({ kind: 'arguments', pid, text: '‹redacted›', isRedacted: true })
    expect(texts).toContainEqual({ kind: 'program', pid, text: 'api', isRedacted: false })
    expect(JSON.stringify(texts)).not.toContain('s3cr3t')
  })
})

it('what is longer than a file may hold is cut, and opens', async () => {
  const incident = makeIncident(3)
  const process = incident.processes[0]
  if (process === undefined) throw new Error('no process')
  const { facts, states } = process
  const reading = { atMs: startMs, path: '/proc/meminfo', text: 'MemFree: 1 kB' }
  const long: Incident = {
    ...incident,
    label: `exec:${'l'.repeat(9000)}`,
    processes: [
      {
        ...process,
        facts: { ...facts, comm: 'c'.repeat(500), cmdline: ['java', '-cp', 'x'.repeat(60_000)] },
        states: states.map((each) => ({ ...each, state: { ...each.state, comm: 'c'.repeat(500) } })),
      },
    ],
    events: [
      {
        id: 1,
        atMs: startMs,
        targetId: 'local',
        key: null,
        kind: 'target',
        text: 'event.target',
        params: { why: 'w'.repeat(5000) },
      },
    ],
    readings: Array.from({ length: 2500 }, (_, index) => ({ ...reading, atMs: startMs + index })),
  }
  const read = await parseIncidentFile(await write(long))
  expect(read.processes[0]?.facts.cmdline?.map(({ length }) => length)).toEqual([4, 3, 4096])
  expect(read.events[0]?.params['why']).toHaveLength(1000)
  expect(read.readings).toHaveLength(2000)
  expect(read.readings.at(-1)?.atMs).toBe(startMs + 2499)
  expect(long.processes[0]?.facts.cmdline?.[2]).toHaveLength(60_000)
})

it('a small file of more numbers than are held is refused', async () => {
  const parts = unzip(await write(makeIncident(2)))
  const times = Array.from({ length: 100_000 }, (_, index) => startMs + index).join()
  const series = Buffer.from(`{"atMs":[${times}],"columns":{}}`)
  const keys = Array.from({ length: 20 }, (_, index) => ({ pid: index + 1, startTimeTicks: 1 }))
  for (const key of keys)
    for (const name of ['facts', 'states', 'verdict', 'proof', 'process', 'rollup', 'go', 'cgroup']) {
      const own = parts.get(`processes/${pid}-80800/${name}.json`) ?? Buffer.from('')
      const isSeries = ['process', 'rollup', 'go', 'cgroup'].includes(name)
      parts.set(`processes/${key.pid}-1/${name}.json`, isSeries ? series : own)
    }
  const file = await zipOf(parts, (own) => ({
    ...own,
    processes: [...(own['processes'] as unknown[]), ...keys.map((key) => ({ key, comm: 'x' }))],
  }))
  await expect(parseIncidentFile(file)).rejects.toMatchObject({ code: 'too-large' })
})

it.each([
  ['events.json', '[],'],
  ['host/series.json', '0,'],
])('a %s that holds more than memory does is refused before it is parsed', async (name, item) => {
  const parts = unzip(await write(makeIncident(2)))
  const bomb = Buffer.from(`[${item.repeat(3_100_000)}0]`)
  const file = await zipOf(new Map([...parts, [name, bomb]]))
  expect(file.length).toBeLessThan(100_000)
  await expect(parseIncidentFile(file)).rejects.toMatchObject({ code: 'too-large' })
})

describe('of many processes for a long time', () => {
  /** Days of the same numbers: all processes share their columns. */
  function makeLong(processes: number, rows: number): Incident {
    const incident = makeIncident(1)
    const [one] = incident.processes
    const atMs = Float64Array.from({ length: rows }, (_, row) => startMs + row * 500)
    const zeros = new Float64Array(rows)
    const long = ({ columns }: Incident['hostStream']) => ({
      atMs,
      columns: Object.fromEntries(Object.keys(columns).map((name) => [name, zeros])),
    })
    const { process, rollup, go, cgroup } = one!.streams
    const streams = { process: long(process), rollup: long(rollup), go: long(go), cgroup: long(cgroup) }
    return {
      ...incident,
      toMs: startMs + rows * 500,
      processes: Array.from({ length: processes }, (_, index) => ({
        ...one!,
        key: { pid: index + 1, startTimeTicks: 1 },
        streams,
      })),
    }
  }
  const writeOnly = (incident: Incident) => writeIncident(incident, { appVersion: '0', reportHtml: '' })

  it('no file is made that no reader takes', async () => {
    const refused = { code: 'too-large', hint: 'error.snapshot-too-much' }
    await expect(writeOnly(makeLong(1, 100_001))).rejects.toMatchObject(refused)
    await expect(writeOnly(makeLong(32, 90_000))).rejects.toMatchObject(refused)
  })

  it('the table for spreadsheets has every second poll, and the last part of each process', () => {
    const linesOf = (incident: Incident): string[] => toSamplesCsv(incident).trimEnd().split('\r\n')
    expect(linesOf(makeLong(5, 90_000))).toHaveLength(1 + 5 * 90_000)
    const lines = linesOf(makeLong(6, 90_000))
    expect(lines).toHaveLength(1 + 6 * 45_000)
    expect(lines.at(-1)).toContain(new Date(startMs + 89_998 * 500).toISOString())
  })
})
