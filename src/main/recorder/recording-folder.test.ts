import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHostRow } from '#core/snapshot/sample-parts'
import type { RecorderProblem } from '#core/snapshot/history'
import { hostSampleAt } from '../../../test/support/recorded-samples'
import { createRecordingKeeper, type RecordingKeeper } from './recording-keeper'
import type { RowItem } from './recorder-types'

const startMs = Math.floor(Date.now() / 60_000 - 60) * 60_000
let dir: string
let folder: string
let problems: RecorderProblem[]
let nowMs: number

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-folder-'))
  folder = join(dir, 'recordings')
  problems = []
  nowMs = startMs
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const open = (): RecordingKeeper =>
  createRecordingKeeper({
    file: join(folder, 'recording.db'),
    onProblem: (problem) => problems.push(problem),
    now: () => nowMs,
  })

function record(keeper: RecordingKeeper, from: number, to: number): void {
  const rows = Array.from({ length: to - from }, (_, index): RowItem => {
    const row = toHostRow(hostSampleAt(startMs + (from + index) * 1000))
    return { subject: { targetSpec: 'local', process: null }, stream: 'host', row }
  })
  keeper.add({ rows, notes: [], dropped: 0 })
  nowMs += 2000
  keeper.turn()
}

function secondsOf(keeper: RecordingKeeper): number[] {
  const query = { targetSpec: 'local', keys: [], fromMs: startMs, toMs: startMs + 3_600_000 }
  return [...keeper.answer('readIncident', query).hostStream.atMs].map((at) => (at - startMs) / 1000)
}

const kinds = (): string[] => problems.map(({ kind }) => kind)

describe('the folder of a recording', () => {
  it('that becomes a file stops it, told once; it goes on when the folder can be made again', () => {
    const keeper = open()
    try {
      record(keeper, 0, 10)
      rmSync(folder, { recursive: true })
      writeFileSync(folder, 'a file')
      for (let second = 10; second < 40; second += 10) record(keeper, second, second + 10)
      expect(kinds()).toEqual(['failed'])
      rmSync(folder)
      record(keeper, 40, 42)
      expect(secondsOf(keeper)).toEqual(Array.from({ length: 32 }, (_, index) => index + 10))
      expect(kinds()).toEqual(['failed', 'resumed'])
    } finally {
      keeper.answer('close', null)
    }
  })

  it('that is deleted is made again, and is still only one program’s', () => {
    const first = open()
    const second = open()
    try {
      record(first, 0, 10)
      rmSync(folder, { recursive: true })
      record(first, 10, 20)
      expect(readdirSync(folder)).toContain('recording.db-lock')
      record(second, 0, 5)
      expect(kinds()).toEqual(['busy'])
      expect(secondsOf(first)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    } finally {
      first.answer('close', null)
      second.answer('close', null)
    }
  })
})
