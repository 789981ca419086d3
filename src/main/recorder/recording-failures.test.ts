import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import LibsqlDatabase from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHostRow } from '#core/snapshot/sample-parts'
import { hostFactsOf, hostSampleAt } from '../../../test/support/recorded-samples'
import { createRecordingKeeper, type RecordingKeeper } from './recording-keeper'
import type { RecorderProblem } from '#core/snapshot/history'
import type { RowItem, Subject } from './recorder-types'
import { migrations, schemaVersion } from './schema'

const subject: Subject = { targetSpec: 'local', process: null }
const startMs = Math.floor(Date.now() / 60_000 - 60) * 60_000
let dir: string
let file: string
let problems: RecorderProblem[]
let nowMs: number

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ballonet-recording-'))
  file = join(dir, 'recording.db')
  problems = []
  nowMs = startMs + 3_600_000
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const open = (): RecordingKeeper =>
  createRecordingKeeper({ file, onProblem: (problem) => problems.push(problem), now: () => nowMs })

const rowsOf = (from: number, to: number): RowItem[] =>
  Array.from({ length: to - from }, (_, index) => ({
    subject,
    stream: 'host',
    row: toHostRow(hostSampleAt(startMs + (from + index) * 1000)),
  }))

function record(keeper: RecordingKeeper, from: number, to: number): void {
  keeper.add({ rows: rowsOf(from, to), notes: [], dropped: 0 })
  nowMs += 1000
  keeper.turn()
}

/** The seconds that a new look at the file finds. */
function secondsOf(keeper: RecordingKeeper): number[] {
  const query = { targetSpec: 'local', keys: [], fromMs: startMs, toMs: startMs + 80_000_000 }
  const { hostStream } = keeper.answer('readIncident', query)
  return [...hostStream.atMs].map((at) => (at - startMs) / 1000)
}

const secondsTo = (end: number): number[] => Array.from({ length: end }, (_, second) => second)
const asideFiles = (): string[] => readdirSync(dir).filter((name) => /\.unreadable-[^/]*\d$/.test(name))

function closed(job: (keeper: RecordingKeeper) => void): void {
  const keeper = open()
  try {
    job(keeper)
  } finally {
    keeper.answer('close', null)
  }
}

function makeRecording(): void {
  closed((keeper) => record(keeper, 0, 150))
}

it('only its user reads the database, also one that an earlier version left readable', () => {
  const modes = (): number[] =>
    readdirSync(dir)
      // Nothing is ever in the lock.
      .filter((name) => !name.endsWith('-lock'))
      .map((name) => statSync(join(dir, name)).mode & 0o777)
  const first = open()
  record(first, 0, 3)
  expect(new Set(modes())).toEqual(new Set([0o600]))
  first.answer('close', null)
  chmodSync(file, 0o644)
  const second = open()
  record(second, 3, 6)
  expect(new Set(modes())).toEqual(new Set([0o600]))
  second.answer('close', null)
})

describe('what lies where the recording should be', () => {
  const cases: Record<string, () => void> = {
    'no database': () => writeFileSync(file, 'nothing of the kind\n'.repeat(1000)),
    'a beginning of garbage': () => {
      makeRecording()
      const bytes = readFileSync(file)
      bytes.fill(0xa5, 0, 4096)
      writeFileSync(file, bytes)
    },
    'a database without its end': () => {
      makeRecording()
      truncateSync(file, 3 * 4096 + 100)
    },
    'a directory': () => {
      mkdirSync(file)
      writeFileSync(join(file, 'kept'), 'kept')
    },
    'a pipe': () => execFileSync('mkfifo', [file]),
    'a recording of a later version': () => {
      makeRecording()
      const db = new LibsqlDatabase(file)
      db.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
      db.close()
    },
    "another program's database": () => {
      const db = new LibsqlDatabase(file)
      db.exec('CREATE TABLE cookies (name TEXT)')
      db.close()
    },
    'a recording without its tables': () => {
      makeRecording()
      const db = new LibsqlDatabase(file)
      db.exec('DROP TABLE minute_go')
      db.close()
    },
  }
  it.each(Object.keys(cases))('%s is set aside, and a new recording begins', (name) => {
    cases[name]?.()
    const before = statSync(file)
    closed((keeper) => {
      record(keeper, 0, 100)
      expect(secondsOf(keeper)).toEqual(secondsTo(100))
    })
    expect(problems.map(({ kind }) => kind)).toEqual(['set-aside'])
    const aside = asideFiles()
    expect(aside.map((found) => join(dir, found))).toEqual([problems[0]?.path])
    expect(statSync(problems[0]?.path ?? '')).toMatchObject({ ino: before.ino, size: before.size })
    problems = []
    closed((keeper) => expect(secondsOf(keeper)).toEqual(secondsTo(100)))
    expect(problems).toEqual([])
  })

  it('an empty file is a new recording', () => {
    writeFileSync(file, '')
    closed((keeper) => {
      record(keeper, 0, 3)
      expect(secondsOf(keeper)).toEqual([0, 1, 2])
    })
    expect(problems).toEqual([])
  })

  it.each(migrations.map((_, version) => version))('a recording of version %i is taken over', (version) => {
    const db = new LibsqlDatabase(file)
    for (const step of migrations.slice(0, version)) step(db)
    db.exec(`PRAGMA user_version = ${version}`)
    db.close()
    closed((keeper) => {
      record(keeper, 0, 70)
      expect(secondsOf(keeper)).toEqual(secondsTo(70))
    })
    expect(problems).toEqual([])
  })

  it('a broken page that is found later sets it aside, with what holds told to the new one', () => {
    closed((keeper) => {
      const text = JSON.stringify(hostFactsOf('boot-1'))
      keeper.add({ rows: [], notes: [{ subject, kind: 'hostFacts', atMs: startMs, text }], dropped: 0 })
      record(keeper, 0, 200)
      keeper.answer('close', null)
      const bytes = readFileSync(file)
      // Not the first page: that one is known by heart, and would be written again.
      for (let at = 4096; at < bytes.length; at += 4096) bytes.fill(0xff, at, at + 2000)
      writeFileSync(file, bytes)
      rmSync(`${file}-wal`, { force: true })
      for (let second = 200; second < 400; second += 20) record(keeper, second, second + 20)
      const query = { targetSpec: 'local', keys: [], fromMs: startMs, toMs: startMs + 400_000 }
      const { host, hostStream } = keeper.answer('readIncident', query)
      expect(host.bootId).toBe('boot-1')
      expect(hostStream.atMs.length).toBeGreaterThan(100)
    })
    expect(problems.map(({ kind }) => kind)).toContain('set-aside')
    expect(asideFiles()).toHaveLength(1)
  })
})

describe('a power cut', () => {
  it('in the middle of a write of the log costs that write and no more', () => {
    const keeper = open()
    record(keeper, 0, 60)
    const sizes: number[] = [statSync(`${file}-wal`).size]
    for (let second = 60; second < 90; second++) {
      record(keeper, second, second + 1)
      sizes.push(statSync(`${file}-wal`).size)
    }
    const copyDir = join(dir, 'copy')
    mkdirSync(copyDir)
    copyFileSync(file, join(dir, 'main'))
    copyFileSync(`${file}-wal`, join(dir, 'log'))
    keeper.answer('close', null)
    const log = readFileSync(join(dir, 'log'))
    const original = file
    file = join(copyDir, 'recording.db')
    const first = sizes[0] ?? 0
    const step = Math.ceil((log.length - first) / 23)
    for (let cut = first; cut < log.length; cut += step) {
      for (const suffix of ['', '-wal']) rmSync(file + suffix, { force: true })
      copyFileSync(join(dir, 'main'), file)
      writeFileSync(`${file}-wal`, log.subarray(0, cut))
      const whole = sizes.filter((size) => size <= cut).length - 1
      closed((copy) => expect(secondsOf(copy)).toEqual(secondsTo(60 + whole)))
    }
    file = original
    expect(problems).toEqual([])
  })
})

/** Only root may mount. */
const maySkip = process.getuid?.() !== 0
if (maySkip) console.warn('NOT TESTED: full and read-only disks, for only root can mount one')

describe.skipIf(maySkip)('a disk', () => {
  function mount(options: string): string {
    const place = join(dir, 'disk')
    mkdirSync(place)
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place], { stdio: 'pipe' })
    return place
  }

  const roomOf = (disk: string): number =>
    Number(execFileSync('df', ['--output=avail', '-B1', disk]).toString().trim().split('\n')[1])

  it('that is full stops the recording, told once; it goes on when there is room', () => {
    const disk = mount('size=3m')
    file = join(disk, 'recording.db')
    const keeper = open()
    try {
      record(keeper, 0, 130)
      const filler = join(disk, 'filler')
      writeFileSync(filler, Buffer.alloc(roomOf(disk) - 64 * 1024))
      let second = 130
      while (problems.length === 0 && second < 40_000) record(keeper, second, (second += 50))
      const fullAt = second
      for (let turn = 0; turn < 40; turn++) record(keeper, second, (second += 1000))
      expect(problems.map(({ kind }) => kind)).toEqual(['full'])
      const { dropped } = keeper.answer('stats', null)
      expect(dropped).toBeGreaterThan(0)
      rmSync(filler)
      // What waits needs more room than this disk has unpacked: it is a small one.
      nowMs += 5000
      execFileSync('mount', ['-o', 'remount,size=40m', disk])
      record(keeper, second, (second += 50))
      expect(problems.map(({ kind }) => kind)).toEqual(['full', 'resumed'])
      const seconds = new Set(secondsOf(keeper))
      const isThere = (from: number, to: number): boolean =>
        Array.from({ length: to - from }, (_, index) => from + index).every((one) => seconds.has(one))
      expect(isThere(0, fullAt - 100)).toBe(true)
      expect(isThere(second - 30_000, second)).toBe(true)
      expect(second - seconds.size).toBe(keeper.answer('stats', null).dropped)
      keeper.answer('close', null)
      closed((again) => expect(secondsOf(again)).toHaveLength(seconds.size))
    } finally {
      keeper.answer('close', null)
      execFileSync('umount', ['-l', disk])
    }
  })

  it('that is full is made room on by keeping less', () => {
    const disk = mount('size=40m')
    file = join(disk, 'recording.db')
    const keeper = open()
    try {
      record(keeper, 0, 50)
      expect(readdirSync(disk)).toContain('recording.db-reserve')
      writeFileSync(join(disk, 'filler'), Buffer.alloc(roomOf(disk) - 2 * 1024 * 1024))
      let second = 50
      while (problems.length === 0 && second < 70_000) record(keeper, second, (second += 500))
      expect(problems.map(({ kind }) => kind)).toEqual(['full'])
      nowMs = startMs + second * 1000
      keeper.answer('setRetention', { maxAgeMs: 3_600_000, maxBytes: 1024 ** 3 })
      for (let turn = 0; turn < 20; turn++) record(keeper, second, (second += 1))
      expect(problems.at(-1)?.kind).toBe('resumed')
      const seconds = secondsOf(keeper)
      expect(seconds.at(-1)).toBe(second - 1)
      expect(seconds[0]).toBeGreaterThan(second - 3800)
      expect(keeper.answer('stats', null).retention.maxAgeMs).toBe(3_600_000)
    } finally {
      keeper.answer('close', null)
      execFileSync('umount', ['-l', disk])
    }
  })

  it.each(['full', 'read-only'] as const)(
    'that is %s from the start is used as soon as it can be',
    (kind) => {
      const disk = mount('size=1m')
      const filler = join(disk, 'filler')
      file = join(disk, 'recording.db')
      try {
        if (kind === 'full') writeFileSync(filler, Buffer.alloc(roomOf(disk)))
        else execFileSync('mount', ['-o', 'remount,ro', disk])
        closed((keeper) => {
          for (let second = 0; second < 10; second++) record(keeper, second, second + 1)
          expect(problems.map((problem) => problem.kind)).toEqual([kind])
          if (kind === 'full') rmSync(filler)
          else execFileSync('mount', ['-o', 'remount,rw', disk])
          nowMs += 5000
          record(keeper, 10, 11)
          expect(secondsOf(keeper)).toEqual(secondsTo(11))
          expect(problems.map((problem) => problem.kind)).toEqual([kind, 'resumed'])
        })
      } finally {
        execFileSync('umount', ['-l', disk])
      }
    },
  )
})

describe('two programs', () => {
  it('do not write one recording; the second one goes on when the first has ended', () => {
    const first = open()
    record(first, 0, 10)
    closed((second) => {
      for (let turn = 0; turn < 4; turn++) record(second, 10 + turn, 11 + turn)
      expect(problems.map(({ kind }) => kind)).toEqual(['busy'])
      expect(secondsOf(first)).toEqual(secondsTo(10))
      first.answer('close', null)
      nowMs += 5000
      second.turn()
      expect(secondsOf(second)).toEqual(secondsTo(14))
    })
    expect(asideFiles()).toEqual([])
  })
})

describe('a clock', () => {
  it('that is set back a year stops nothing for a year', () => {
    closed((keeper) => {
      const db = new LibsqlDatabase(`${file}-lock`)
      db.exec('BEGIN EXCLUSIVE')
      record(keeper, 0, 10)
      expect(problems.map(({ kind }) => kind)).toEqual(['busy'])
      db.close()
      nowMs -= 365 * 86_400_000
      record(keeper, 10, 11)
      expect(secondsOf(keeper)).toEqual(secondsTo(11))
    })
  })

  it('that was ahead for a while does not keep what is too old', () => {
    closed((keeper) => {
      const yearMs = 365 * 86_400_000
      const ahead = rowsOf(0, 70).map(({ row, ...rest }) => ({
        ...rest,
        row: { ...row, atMs: row.atMs + yearMs },
      }))
      keeper.add({ rows: ahead, notes: [], dropped: 0 })
      keeper.turn()
      record(keeper, 0, 200)
      keeper.answer('setRetention', { maxAgeMs: 3_600_000, maxBytes: 1024 ** 3 })
      nowMs = startMs + 2 * 3_600_000
      keeper.turn()
      expect(secondsOf(keeper)[0]).toBe(180)
    })
  })
})

it('a recording that somebody deletes begins anew, with what holds', () => {
  closed((keeper) => {
    const text = JSON.stringify(hostFactsOf('boot-1'))
    keeper.add({ rows: [], notes: [{ subject, kind: 'hostFacts', atMs: startMs, text }], dropped: 0 })
    record(keeper, 0, 10)
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    record(keeper, 10, 20)
  })
  closed((keeper) => {
    expect(secondsOf(keeper)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    const query = { targetSpec: 'local', keys: [], fromMs: startMs, toMs: startMs + 20_000 }
    expect(keeper.answer('readIncident', query).host.bootId).toBe('boot-1')
  })
})
