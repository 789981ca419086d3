import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { snapshotLimits } from '#core/snapshot/manifest'
import { unzip, zipOf } from '../../../test/support/snapshot-zip'
import { parseIncidentFile } from './read-incident-file'
import { writeIncident } from './write-incident'

const file = readFileSync(
  fileURLToPath(new URL('../../../test/fixtures/snapshots/v1.ballonet', import.meta.url)),
)
const folder = 'processes/808-80800/'
let parts: Map<string, Buffer>
beforeEach(() => (parts = unzip(file)))

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const open = async () => parseIncidentFile(await zipOf(parts))

describe('a part that is used for two things is refused, so that nothing is unpacked twice', () => {
  it('of profiles', async () => {
    const [own] = JSON.parse(String(parts.get('profiles.json'))) as { info: object; part: string }[]
    parts.set('profiles.json', json([own, { ...own, info: { ...own?.info, id: '2' } }]))
    await expect(open()).rejects.toMatchObject({ code: 'parse', hint: 'error.snapshot-damaged' })
  })

  it('of texts', async () => {
    parts.set('raw.json', json([1, 2].map((atMs) => ({ atMs, path: '/proc/meminfo', part: 'raw/1.txt' }))))
    await expect(open()).rejects.toMatchObject({ code: 'parse' })
  })

  it('of a profile that is another part as well', async () => {
    parts.set('report.html', gzipSync('x'))
    const [own] = JSON.parse(String(parts.get('profiles.json'))) as { part: string }[]
    parts.set('profiles.json', json([own, { ...own, part: folder + 'facts.json' }]))
    await expect(open()).rejects.toMatchObject({ code: 'parse' })
  })
})

it('a state of lists in lists is refused as any other that is none', async () => {
  const depth = 500_000
  const state = `${'['.repeat(depth)}${']'.repeat(depth)}`
  parts.set(`${folder}states.json`, Buffer.from(`[{"atMs":1,"state":${state}}]`))
  await expect(open()).rejects.toMatchObject({ code: 'parse', hint: 'error.snapshot-damaged' })
})

it('a sentence of more names than any has is refused', async () => {
  const event = { id: 1, atMs: 1, targetId: '', key: null, kind: 'alert', text: 'event.alert' }
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 1]))
  parts.set('events.json', json([{ ...event, params: many(32) }]))
  expect((await open()).events[0]?.params).toEqual(many(32))
  parts.set('events.json', json([{ ...event, params: many(33) }]))
  await expect(open()).rejects.toMatchObject({ code: 'parse' })
})

it('a series that is none tells the person as any other part does', async () => {
  parts.set('host/series.json', Buffer.from('{"atMs":[2,1],"columns":{}}'))
  await expect(open()).rejects.toMatchObject({ code: 'parse', hint: 'error.snapshot-damaged' })
})

describe('texts of /proc', () => {
  const count = Math.floor(snapshotLimits.allReadingBytes / snapshotLimits.readingBytes) + 1
  // Any byte that is no UTF-8 takes two in memory.
  const most = Buffer.alloc(snapshotLimits.readingBytes, 0xff)

  it('are refused when all of them are too much', async () => {
    const all = Array.from({ length: count }, (_, index) => `raw/${index + 1}.txt`)
    for (const name of all) parts.set(name, most)
    parts.set('raw.json', json(all.map((part) => ({ atMs: 1, path: '/proc/meminfo', part }))))
    const refused = await zipOf(parts)
    expect(refused.length).toBeLessThan(1_000_000)
    await expect(parseIncidentFile(refused)).rejects.toMatchObject({ code: 'too-large' })
  })

  it('are written as far as they are read again, the newest of them', async () => {
    const incident = await open()
    const text = 'x'.repeat(snapshotLimits.readingBytes + 1)
    incident.readings = Array.from({ length: count }, (_, index) => ({
      atMs: incident.fromMs + index,
      path: '/proc/meminfo',
      text,
    }))
    const written = await writeIncident(incident, { appVersion: '0.0.0', reportHtml: '' })
    const { readings } = await parseIncidentFile(written)
    expect(readings).toHaveLength(count - 1)
    expect(readings.at(-1)?.atMs).toBe(incident.fromMs + count - 1)
  })
})
