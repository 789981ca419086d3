import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import LibsqlDatabase from 'libsql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hostSampleAt, processSampleAt } from '../../../test/support/recorded-samples'
import { createRecordingKeeper } from './recording-keeper'
import { schemaVersion } from './schema'

const fixtures = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'recordings')
const startMs = Date.UTC(2026, 10, 24, 12)
const seconds = 150
const versions = Array.from({ length: schemaVersion }, (_, index) => index + 1)
let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'ballonet-earlier-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('there is a file of each version, also of the newest one: it will be an earlier one', () => {
  expect(readdirSync(fixtures).sort()).toEqual(versions.map((version) => `v${version}.db.gz`))
})

it.each(versions)('a file that version %i has written is taken over with all that is in it', (version) => {
  const file = join(dir, `v${version}.db`)
  writeFileSync(file, gunzipSync(readFileSync(join(fixtures, `v${version}.db.gz`))))
  const problems: string[] = []
  const keeper = createRecordingKeeper({ file, onProblem: ({ kind }) => problems.push(kind) })
  try {
    const where = { targetSpec: 'local', fromMs: startMs, toMs: startMs + seconds * 1000 }
    const key = { pid: 808, startTimeTicks: 80_800 }
    const { hostStream, processes, host, events, marks } = keeper.answer('readIncident', {
      ...where,
      keys: [key],
    })
    expect(hostStream.columns['memAvailableBytes']).toEqual(
      Float64Array.from({ length: seconds }, (_, second) =>
        Number(hostSampleAt(startMs + second * 1000).memAvailableBytes),
      ),
    )
    expect(processes[0]?.streams.process.columns['rssBytes']).toEqual(
      Float64Array.from({ length: seconds }, (_, second) =>
        Number(processSampleAt(startMs + second * 1000, 808).rssBytes),
      ),
    )
    expect([host.bootId, processes[0]?.facts.comm]).toEqual(['boot-1', 'api'])
    expect(events.map(({ text }) => text)).toEqual(['event.target.connected'])
    expect(marks.map(({ text }) => text)).toEqual(['deployed build 1.12'])
    expect(keeper.answer('stats', null).retention.maxBytes).toBe(128 * 1024 * 1024)
    expect(problems).toEqual([])
  } finally {
    keeper.answer('close', null)
  }
  const db = new LibsqlDatabase(file)
  expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: schemaVersion })
  db.close()
})
