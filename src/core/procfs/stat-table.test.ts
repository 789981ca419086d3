import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePidStat } from './pid-stat'
import { createStatTable, parseStatTable, toComm, type StatBytes } from './stat-table'

function toFrame(rows: readonly [number, string | Uint8Array][]): StatBytes {
  const texts = rows.map(([, text]) => (typeof text === 'string' ? new TextEncoder().encode(text) : text))
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0))
  const offsets = new Int32Array(rows.length)
  let used = 0
  texts.forEach((text, index) => {
    bytes.set(text, used)
    offsets[index] = used
    used += text.length
  })
  return {
    count: rows.length,
    bytes,
    pids: Int32Array.from(rows, ([pid]) => pid),
    offsets,
    lengths: Int32Array.from(texts, (text) => text.length),
  }
}

const tail =
  'S 1 42 42 0 -1 4194560 301 7 2 9 11 13 5 6 20 0 3 0 8412 52000000000 910 18446744073709551615 0 0 0'
const line = (pid: number, comm: string, rest = tail): string => `${pid} (${comm}) ${rest}\n`

describe('parseStatTable', () => {
  it('reads the fields of proc(5)', () => {
    const frame = toFrame([[42, line(42, 'java')]])
    const table = parseStatTable(frame)
    expect(table.count).toBe(1)
    expect([table.pid[0], table.ppid[0], String.fromCharCode(table.state[0] ?? 0)]).toEqual([42, 1, 'S'])
    expect([table.minorFaults[0], table.majorFaults[0], table.cpuTicks[0]]).toEqual([301, 2, 24])
    expect([table.threads[0], table.startTimeTicks[0], table.virtBytes[0]]).toEqual([3, 8412, 52_000_000_000])
    expect([table.rssPages[0], table.isKernelThread[0]]).toEqual([910, 0])
    expect(toComm(frame, table, 0)).toBe('java')
  })

  it.each([
    '',
    ' ',
    ')',
    ') R 1 2',
    'a\nb',
    '((()))',
    'tmux: server',
    ') S 0 0 0 0 0 0 0 0',
    '世界',
    '7 (x) S',
  ])('takes %j as a name', (comm) => {
    const frame = toFrame([[7, line(7, comm)]])
    const table = parseStatTable(frame)
    expect(table.count).toBe(1)
    expect(toComm(frame, table, 0)).toBe(comm)
    expect(table.ppid[0]).toBe(1)
  })

  it('knows threads of the kernel by their flag', () => {
    const table = parseStatTable(toFrame([[2, line(2, 'kthreadd', tail.replace('4194560', '2129984'))]]))
    expect(table.isKernelThread[0]).toBe(1)
  })

  it('leaves out rows that are cut, empty, or of another pid, and keeps the others', () => {
    const whole = line(3, 'ok')
    const frame = toFrame([
      [1, ''],
      [2, line(9, 'other')],
      [3, whole],
      [4, line(4, 'cut').slice(0, 60)],
      [5, '5 (no end S 1 1 1'],
      [6, line(6, 'last')],
    ])
    const table = parseStatTable(frame)
    expect(Array.from(table.pid.subarray(0, table.count))).toEqual([3, 6])
    expect(toComm(frame, table, 1)).toBe('last')
  })

  it('reuses a table that is large enough, and tells equal names by their hash', () => {
    const into = createStatTable(8)
    const frame = toFrame([
      [1, line(1, 'same')],
      [2, line(2, 'same')],
      [3, line(3, 'other')],
    ])
    const table = parseStatTable(frame, into)
    expect(table).toBe(into)
    expect(table.commHash[0]).toBe(table.commHash[1])
    expect(table.commHash[0]).not.toBe(table.commHash[2])
    expect(parseStatTable(toFrame([]), into).count).toBe(0)
  })

  it('never throws, whatever the bytes, and never reads over the end of a row', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (rows) => {
        const table = parseStatTable(toFrame(rows.map((bytes, index) => [index, bytes])))
        expect(table.count).toBeLessThanOrEqual(rows.length)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), fc.nat(400), (comm, cut) => {
        const text = line(1, comm.replaceAll('\0', ''))
        const frame = toFrame([
          [1, text.slice(0, cut)],
          [2, line(2, 'next')],
        ])
        expect(parseStatTable(frame).pid[parseStatTable(frame).count - 1]).toBe(2)
      }),
    )
  })

  it('agrees with the parser of one stat', () => {
    const count = fc.nat(2 ** 31 - 1)
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 15 }).map((name) => name.replaceAll('\0', '')),
        fc.array(count, { minLength: 49, maxLength: 49 }),
        fc.constantFrom('R', 'S', 'Z', 'I'),
        (comm, numbers, state) => {
          const text = `9 (${comm}) ${state} ${numbers.join(' ')}\n`
          const frame = toFrame([[9, text]])
          const table = parseStatTable(frame)
          const one = parsePidStat(text)
          expect(table.count).toBe(1)
          expect({
            pid: table.pid[0],
            comm: toComm(frame, table, 0),
            state: String.fromCharCode(table.state[0] ?? 0),
            ppid: table.ppid[0],
            isKernelThread: table.isKernelThread[0] === 1,
            minorFaults: table.minorFaults[0],
            majorFaults: table.majorFaults[0],
            threads: table.threads[0],
            startTimeTicks: table.startTimeTicks[0],
            vsizeBytes: table.virtBytes[0],
            rssPages: table.rssPages[0],
          }).toEqual({
            pid: one.pid,
            comm,
            state: one.state,
            ppid: one.ppid,
            isKernelThread: one.isKernelThread,
            minorFaults: one.minorFaults,
            majorFaults: one.majorFaults,
            threads: one.threads,
            startTimeTicks: one.startTimeTicks,
            vsizeBytes: one.vsizeBytes,
            rssPages: one.rssPages,
          })
          expect(table.cpuTicks[0]).toBe(one.utimeTicks + one.stimeTicks)
        },
      ),
    )
  })
})
