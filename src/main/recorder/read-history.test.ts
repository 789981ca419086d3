import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { History } from '#core/snapshot/history'
import { streamColumns, type StreamRow } from '#core/snapshot/sample-parts'
import { createRecordingKeeper, type RecordingKeeper } from './recording-keeper'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const lengthMs = 13 * hourMs
const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 14 * hourMs
const columns = [...streamColumns.rollup]
/** How often a column is not reported: one hardly ever is. */
const absence = columns.map((_, index) => (index === 3 ? 0.995 : 0.3))
const key = { pid: 7, startTimeTicks: 700 }
let dir: string
let keeper: RecordingKeeper
let readings: StreamRow[]
let seed = 20

function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-history-'))
  let nowMs = startMs
  keeper = createRecordingKeeper({
    file: join(dir, 'recording.db'),
    onProblem: (problem) => expect(problem).toBeNull(),
    now: () => nowMs,
  })
  readings = []
  for (let atMs = startMs; atMs < startMs + lengthMs; atMs += 500 + Math.floor(random() * 3000)) {
    if (random() < 0.02) atMs += random() * 400_000
    atMs = Math.floor(atMs)
    const values = absence.map((share, index) => {
      if (random() < share) return null
      if (index % 3 === 0) return Math.floor(random() * 1e6) * 4096
      return index % 3 === 1 ? Math.round(random() * 1e5) / 100 : Math.floor((random() - 0.5) * 1e9)
    })
    readings.push({ atMs, values })
  }
  const subject = { targetSpec: 'local', process: { ...key, bootId: 'boot-1', comm: 'service' } }
  for (let at = 0; at < readings.length; at += 300) {
    const rows = readings.slice(at, at + 300).map((row) => ({ subject, stream: 'rollup' as const, row }))
    nowMs = rows.at(-1)?.row.atMs ?? nowMs
    keeper.add({ rows, notes: [], dropped: 0 })
    keeper.turn()
  }
})
afterAll(() => {
  keeper.answer('close', null)
  rmSync(dir, { recursive: true, force: true })
})

/** From all readings, one by one. */
function compute(fromMs: number, toMs: number, bucketMs: number): History {
  const groups = new Map<number, StreamRow[]>()
  for (const row of readings) {
    if (row.atMs < fromMs || row.atMs > toMs) continue
    const bucket = Math.floor((row.atMs - fromMs) / bucketMs)
    groups.set(bucket, [...(groups.get(bucket) ?? []), row])
  }
  const order = [...groups.keys()].sort((a, b) => a - b)
  const partOf = (index: number, pick: (values: number[]) => number | undefined): (number | null)[] =>
    order.map((bucket) => {
      const values = (groups.get(bucket) ?? []).map((row) => row.values[index] ?? null)
      return pick(values.filter((value) => value !== null)) ?? null
    })
  const least = (values: number[]): number | undefined => values.toSorted((a, b) => a - b)[0]
  const most = (values: number[]): number | undefined => values.toSorted((a, b) => b - a)[0]
  return {
    bucketMs,
    atMs: order.map((bucket) => fromMs + bucket * bucketMs),
    columns: Object.fromEntries(
      columns.map((name, index) => [
        name,
        { min: partOf(index, least), max: partOf(index, most), last: partOf(index, (all) => all.at(-1)) },
      ]),
    ),
  }
}

describe('a history', () => {
  it('is what all readings give, in buckets of any length', () => {
    for (let round = 0; round < 40; round++) {
      const fromMs = startMs + Math.floor(random() * 12 * hourMs)
      const toMs = fromMs + minuteMs + Math.floor(random() * (round % 2 === 0 ? 2 : 12) * hourMs)
      const buckets = 1 + Math.floor(random() * 1500)
      const query = { targetSpec: 'local', key, stream: 'rollup', columns, fromMs, toMs, buckets } as const
      const history = keeper.answer('history', query)
      const isFine = history.bucketMs % minuteMs !== 0
      // Whole minutes begin and end with one.
      const wholeFrom = Math.floor(fromMs / minuteMs) * minuteMs
      const wholeTo = (Math.floor(toMs / minuteMs) + 1) * minuteMs - 1
      const wanted = compute(isFine ? fromMs : wholeFrom, isFine ? toMs : wholeTo, history.bucketMs)
      expect(history).toEqual(wanted)
    }
  })
})
