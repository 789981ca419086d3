import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHostRow } from '#core/snapshot/sample-parts'
import { hostFactsOf, hostSampleAt } from '../../../test/support/recorded-samples'
import { createRecordingKeeper, type RecordingKeeper } from './recording-keeper'
import type { NoteItem, RowItem, Subject } from './recorder-types'

const mib = 1024 * 1024
const minuteMs = 60_000
const startMs = Math.floor(Date.now() / minuteMs) * minuteMs
const local: Subject = { targetSpec: 'local', process: null }
const query = { targetSpec: 'local', keys: [], fromMs: startMs, toMs: startMs + 24 * 60 * minuteMs }
let dir: string
let nowMs: number
let keeper: RecordingKeeper

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-retention-'))
  nowMs = startMs
  keeper = createRecordingKeeper({
    file: join(dir, 'recording.db'),
    onProblem: (problem) => expect(problem).toBeNull(),
    now: () => nowMs,
  })
})
afterEach(() => {
  keeper.answer('close', null)
  rmSync(dir, { recursive: true, force: true })
})

/** `hosts` at once, each a reading a second. */
function recordMinutes(from: number, to: number, hosts = 1): void {
  for (let minute = from; minute < to; minute++) {
    const rows: RowItem[] = []
    for (let second = 0; second < 60; second++)
      for (let host = 0; host < hosts; host++)
        rows.push({
          subject: host === 0 ? local : { targetSpec: `ssh:host-${host}`, process: null },
          stream: 'host',
          row: toHostRow(hostSampleAt(startMs + minute * minuteMs + second * 1000 + host)),
        })
    const atMs = startMs + minute * minuteMs
    const notes: NoteItem[] = [{ subject: local, kind: 'event', atMs, text: JSON.stringify({ atMs }) }]
    if (minute === 0)
      notes.push({ subject: local, kind: 'hostFacts', atMs, text: JSON.stringify(hostFactsOf('boot-1')) })
    keeper.add({ rows, notes, dropped: 0 })
    nowMs = atMs + minuteMs
    keeper.turn()
  }
}

describe('retention', () => {
  it('by age takes what is older, and leaves what still holds', () => {
    keeper.answer('setRetention', { maxAgeMs: 30 * minuteMs, maxBytes: 1024 * mib })
    recordMinutes(0, 60)
    nowMs += 60_000
    keeper.turn()
    const { hostStream, events, host } = keeper.answer('readIncident', query)
    const oldestMs = hostStream.atMs[0] ?? 0
    expect(nowMs - oldestMs).toBeGreaterThan(28 * minuteMs)
    expect(nowMs - oldestMs).toBeLessThanOrEqual(32 * minuteMs)
    expect(hostStream.atMs).toHaveLength((startMs + 60 * minuteMs - oldestMs) / 1000)
    expect(events.length).toBeLessThan(34)
    expect(host.bootId).toBe('boot-1')
    expect(keeper.answer('stats', null).oldestMs).toBe(oldestMs)
    const history = keeper.answer('history', {
      ...query,
      key: null,
      stream: 'host',
      columns: ['memFreeBytes'],
      buckets: 1440,
    })
    expect(history.atMs[0]).toBe(oldestMs)
    nowMs += 60 * minuteMs
    // Nothing comes any more: the last minute is packed some time later, and goes as well.
    for (let turn = 0; turn < 120; turn++) {
      nowMs += 1000
      keeper.turn()
    }
    expect(keeper.answer('readIncident', query).hostStream.atMs).toHaveLength(0)
  })

  it('takes all of a target that is gone, so that the next one has nothing of it', () => {
    keeper.answer('setRetention', { maxAgeMs: 30 * minuteMs, maxBytes: 1024 * mib })
    const old: Subject = { targetSpec: 'ssh:old', process: null }
    const text = JSON.stringify({ ...hostFactsOf('boot-of-old'), hostname: 'old' })
    recordMinutes(0, 1)
    const row = toHostRow(hostSampleAt(startMs))
    keeper.add({
      rows: [{ subject: old, stream: 'host', row }],
      notes: [{ subject: old, kind: 'hostFacts', atMs: startMs, text }],
      dropped: 0,
    })
    recordMinutes(1, 120)
    nowMs += 60_000
    keeper.turn()
    const targets = keeper.answer('listTargets', null).map(({ targetSpec }) => targetSpec)
    expect(targets).toEqual(['local'])
    const next: Subject = { targetSpec: 'ssh:new', process: null }
    keeper.add({
      rows: [{ subject: next, stream: 'host', row: { ...row, atMs: nowMs } }],
      notes: [],
      dropped: 0,
    })
    keeper.turn()
    expect(keeper.answer('readIncident', { ...query, targetSpec: 'ssh:new' }).host.hostname).toBeNull()
  })

  it('by size holds the files below it, and keeps the newest', () => {
    const maxBytes = 4 * mib
    keeper.answer('setRetention', { maxAgeMs: 7 * 86_400_000, maxBytes })
    let most = 0
    for (let minute = 0; minute < 100; minute += 4) {
      recordMinutes(minute, minute + 4, 40)
      nowMs += 20_000
      keeper.turn()
      most = Math.max(most, keeper.answer('stats', null).bytes)
    }
    // Of a usual bound the log's eight MiB are kept free; this one is smaller than that.
    expect(most).toBeLessThan(maxBytes + 8 * mib)
    expect(statSync(join(dir, 'recording.db')).size).toBeLessThan(maxBytes)
    const { hostStream } = keeper.answer('readIncident', query)
    expect(hostStream.atMs[0]).toBeGreaterThan(startMs)
    expect(hostStream.atMs.at(-1)).toBe(startMs + 100 * minuteMs - 1000)
    expect(hostStream.atMs.length).toBeGreaterThan(300)
  })
})
