import { describe, expect, it } from 'vitest'
import { encodeProfile, profileOfStacks } from '../../../test/support/profile-encoder'
import {
  hostFactsOf,
  hostSampleAt,
  processFactsOf,
  processSampleAt,
} from '../../../test/support/recorded-samples'
import type { ProfileInfo } from '../ipc/contract'
import type { ProcessKey } from '../process-key'
import type { Incident } from '../snapshot/incident'
import { createIncidentBuilder } from '../snapshot/incident-builder'
import { prepareReport } from './prepare-report'
import { toReportHtml } from './to-report-html'
import { toTerminalReport } from './to-terminal-report'

const startMs = Date.UTC(2026, 2, 1, 12)
const pid = 808
const mib = 1024 * 1024

/** Of stacks written from the leaf out: `fill main`. */
const heap = (bytesOf: Record<string, number>): Uint8Array =>
  encodeProfile(
    profileOfStacks(
      Object.entries(bytesOf).map(([stack, bytes]) => ({ frames: stack.split(' '), values: [bytes] })),
      { sampleTypes: [['inuse_space', 'bytes']] },
    ),
  )

function toInfo(second: number, key: ProcessKey, comm: string, bytes: Uint8Array): ProfileInfo {
  const atMs = startMs + second * 1000
  return {
    id: String(second),
    targetId: 'local',
    key,
    comm,
    atMs,
    sizeBytes: bytes.length,
    costMs: 1,
    url: '',
  }
}

/** Ten seconds; `profiles` by the second at which they were fetched, in any order. */
function makeIncident(profiles: [second: number, bytes: Uint8Array][], goneSecond = 10): Incident {
  const builder = createIncidentBuilder({ label: 'local', host: hostFactsOf('boot-1'), fromMs: startMs })
  builder.setFacts(processFactsOf(pid))
  for (let second = 0; second < 10; second++) {
    builder.addHost(hostSampleAt(startMs + second * 1000))
    const gone = { rssBytes: null, rollup: null, absent: { status: 'gone', smaps_rollup: 'gone' } } as const
    const overrides = second < goneSecond ? {} : gone
    builder.addSample(processSampleAt(startMs + second * 1000, pid, overrides))
  }
  const { key, comm } = processFactsOf(pid)
  for (const [second, bytes] of profiles) {
    const info = {
      id: String(second),
      targetId: 'local',
      key,
      comm,
      sizeBytes: bytes.length,
      costMs: 1,
      url: '',
    }
    builder.addProfile({ info: { ...info, atMs: startMs + second * 1000 }, bytes })
  }
  return builder.build(startMs + 10_000)
}

describe('a report', () => {
  const first = heap({ 'fill main': 10 * mib, 'cache main': 30 * mib })
  const newest = heap({ 'fill main': 70 * mib, 'cache main': 30 * mib })

  it('tells the functions of the newest heap profile and what grew since the first, whatever their order', async () => {
    const report = await prepareReport(
      makeIncident([
        [9, newest],
        [5, heap({ main: mib })],
        [1, first],
      ]),
    )
    const [process] = report.processes
    expect(process?.heap).toEqual({
      atMs: startMs + 9000,
      table: {
        totalBytes: 100 * mib,
        rowCount: 3,
        rows: [
          { name: 'fill', flatBytes: 70 * mib, cumBytes: 70 * mib },
          { name: 'cache', flatBytes: 30 * mib, cumBytes: 30 * mib },
          { name: 'main', flatBytes: 0, cumBytes: 100 * mib },
        ],
      },
    })
    expect(process?.growth).toMatchObject({ fromAtMs: startMs + 1000, totalDeltaBytes: 60 * mib })
    const html = toReportHtml(report, { locale: 'en' })
    expect(html).toMatch(/<bdi>fill<\/bdi><\/td><td class="n">70.0\u00a0%<\/td><td class="n">70.0\u00a0MiB/)
    expect(html).toContain('Grew most since')
    const text = toTerminalReport(report, { locale: 'en', width: 80, hasBlocks: true }).join('\n')
    expect(text).toMatch(/70\.0 MiB +70\.0 MiB {2}fill/)
    expect(text).toMatch(/60\.0 MiB +60\.0 MiB {2}fill/)
  })

  it('says so where a profile can not be read, and goes on', async () => {
    const report = await prepareReport(
      makeIncident([
        [1, first],
        [9, newest.subarray(0, 40)],
      ]),
    )
    expect(report.processes[0]).toMatchObject({ heap: { table: null }, growth: null })
    expect(toReportHtml(report, { locale: 'en' })).toContain('can not be read')
    const time = encodeProfile(profileOfStacks([], { sampleTypes: [['cpu', 'nanoseconds']] }))
    expect((await prepareReport(makeIncident([[1, time]]))).processes[0]?.heap?.table).toBeNull()
  })

  it('splits the last RSS that was read into bands that add up to it, also of a process that has ended', async () => {
    const { accounting } = (await prepareReport(makeIncident([], 7))).processes[0]!
    const { rollup } = processSampleAt(startMs + 6000, pid)
    expect(accounting?.rssBytes).toBe(rollup?.rssBytes)
    expect(accounting?.bands.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)).toBe(rollup?.rssBytes)
    const html = toReportHtml(await prepareReport(makeIncident([], 7)), { locale: 'en' })
    expect(html).toContain('Where RSS goes')
    expect(html).toMatch(/b-lazyFree/)
  })

  it('computes a kept verdict again with the profiles that had been fetched by then', async () => {
    const seconds = 720
    const builder = createIncidentBuilder({ label: 'local', host: hostFactsOf('boot-1'), fromMs: startMs })
    builder.setFacts(processFactsOf(pid))
    for (let second = 0; second < seconds; second++) {
      const atMs = startMs + second * 1000
      const sample = processSampleAt(atMs, pid)
      const heapInuseBytes = (100 + Math.floor(second / 20) * 20) * mib
      const rssAnonBytes = heapInuseBytes + 50 * mib
      const go = { ...sample.go!, atMs, heapInuseBytes, numGc: Math.floor(second / 20) }
      builder.addSample({ ...sample, rssAnonBytes, rssBytes: rssAnonBytes + 12 * mib, go })
    }
    const { key, comm } = processFactsOf(pid)
    // The heap grew, and the profiles say that it did not.
    for (const [second, bytes] of [
      [1, newest],
      [700, first],
    ] as const)
      builder.addProfile({ info: toInfo(second, key, comm, bytes), bytes })
    const incident = builder.build(startMs + seconds * 1000)
    const levelOf = async (of: Incident) =>
      (await prepareReport(of)).processes[0]?.endVerdict?.findings.find(({ id }) => id === 'heapGrowth')
        ?.level
    expect([await levelOf(incident), await levelOf({ ...incident, profiles: [] })]).toEqual([
      'likely',
      'certain',
    ])
    const { endVerdict } = (await prepareReport(incident)).processes[0]!
    const kept = { ...incident, processes: [{ ...incident.processes[0]!, verdict: endVerdict }] }
    expect((await prepareReport(kept)).processes[0]?.again).toBeNull()
    const lost = await prepareReport({ ...kept, profiles: [] })
    expect(lost.processes[0]?.again?.difference.findings).toEqual([
      { id: 'heapGrowth', stored: 'likely', computed: 'certain' },
    ])
    expect(toReportHtml(lost, { locale: 'en' })).toContain('Computed again now')
  })
})
