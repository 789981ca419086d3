import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { samplesOf } from '#core/snapshot/sample-at'
import { verdictAt } from '#core/snapshot/verdict-at'
import { parseIncidentFile } from './read-incident-file'

/** Written by the first version of the format. It is never made again: a reader takes every version up to its own. */
const file = fileURLToPath(new URL('../../../test/fixtures/snapshots/v1.ballonet', import.meta.url))

it('a file of version 1 is read with the numbers that it was written with', async () => {
  const incident = await parseIncidentFile(readFileSync(file))
  expect(incident).toMatchObject({
    label: 'ssh:db-7',
    host: { hostname: 'db-7', kernelRelease: '6.1.0-18-amd64' },
    marks: [{ text: 'deployed build 1.12' }],
  })
  expect(incident.toMs - incident.fromMs).toBe(20_000)
  const [process] = incident.processes
  expect(process?.facts).toMatchObject({ comm: 'api', cmdline: ['/srv/service-808', '‹redacted›'] })
  const samples = [...samplesOf(process!)]
  expect(samples).toHaveLength(20)
  expect(samples[7]).toMatchObject({
    rssBytes: 448114688,
    rollup: { lazyFreeBytes: 12578816 },
    go: { heapInuseBytes: 282398720 },
  })
  expect(incident.profiles.map(({ info, bytes }) => [info.url, bytes.length])).toEqual([
    ['http://127.0.0.1:6060/debug/pprof/heap', 212],
  ])
  expect(incident.readings).toEqual([
    { atMs: incident.fromMs, path: '/proc/meminfo', text: 'MemTotal: 1 kB\n' },
  ])
  const source = {
    process: process!,
    hostFacts: incident.host,
    hostStream: incident.hostStream,
    growth: null,
  }
  expect(verdictAt(source, incident.toMs)?.main).toBe('madvFree')
})
