import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { applyChangedLines } from './changed-lines'
import { createFrameDecoder } from './frame-decoder'
import { parseHello } from './hello'
import { parseHexBytes } from './hex-bytes'
import { parseLsLinks } from './ls-links'
import { createRecordDecoder, type CollectorRecord } from './record-decoder'
import { isKeepable, requestLines } from './requests'
import { createStatDelta } from './stat-delta'

const nonce = '0123456789abcdef01234567'
const encoder = new TextEncoder()
const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
const fromText = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Any bytes, or what looks like the protocol. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          nonce,
          '+ 1 3\n',
          'T 9999999\n',
          'W 5\n',
          'e 1 2 3\n',
          'again 2',
          '\n',
          ' 12\n',
          'S 1\n',
          'L 3 4\n0 a\n',
        ),
        fc.string({ maxLength: 9 }),
      ),
      { maxLength: 20 },
    )
    .map((parts) => encoder.encode(parts.join(''))),
)

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] as number)
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 })

function expectOnlyAppErrors(job: () => void): void {
  try {
    job()
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
  }
}

describe('frames and records of the collector', () => {
  it('come out as they went in, however they are cut', () => {
    const record = fc.oneof(
      fc.tuple(fc.constant('T'), fc.uint8Array({ minLength: 1, maxLength: 80 })),
      fc.tuple(fc.constant('W'), fc.uint8Array({ maxLength: 80 })),
    )
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), sizes, sizes, (records, frameSizes, chunkSizes) => {
        const row = Buffer.concat(
          records.flatMap(([kind, bytes]) => [encoder.encode(`${kind} ${bytes.length}\n`), bytes]),
        )
        const wire = Buffer.concat(
          cut(row, frameSizes).flatMap((part) => [encoder.encode(`${nonce} ${part.length}\n`), part]),
        )
        const got: [string, string][] = []
        const decoder = createRecordDecoder((one) => {
          if (one.kind === 'part') got.push(['T', toText(one.bytes)])
          if (one.kind === 'whole') got.push(['W', toText(one.bytes)])
        })
        const frames = createFrameDecoder(nonce, {
          onPayload: (bytes) => decoder.push(bytes),
          onAgain: () => undefined,
          onMissing: () => undefined,
        })
        for (const chunk of cut(wire, chunkSizes)) frames.push(chunk)
        expect(got).toEqual(records.map(([kind, bytes]) => [kind, toText(bytes)]))
      }),
    )
  })

  it('throw nothing but AppError, whatever the bytes', () => {
    fc.assert(
      fc.property(hostile, sizes, fc.boolean(), (bytes, chunkSizes, isFramed) => {
        const decoder = createRecordDecoder(() => undefined)
        const frames = createFrameDecoder(nonce, {
          onPayload: (part) => decoder.push(part),
          onAgain: () => decoder.reset(),
          onMissing: () => undefined,
        })
        expectOnlyAppErrors(() => {
          for (const chunk of cut(bytes, chunkSizes)) {
            if (isFramed) decoder.push(chunk)
            else frames.push(chunk)
          }
        })
      }),
      { numRuns: 500 },
    )
  })

  it('refuse another nonce, lengths that are too long and lines without an end', () => {
    const push = (text: string): void =>
      createFrameDecoder(nonce, {
        onPayload: () => undefined,
        onAgain: () => undefined,
        onMissing: () => undefined,
      }).push(encoder.encode(text))
    for (const text of [
      `${nonce.replace('0', '1')} 5\n`,
      `${nonce} 5 5\n`,
      `${nonce} -1\n`,
      `${nonce} again x\n`,
      'x'.repeat(500),
      '\n',
    ]) {
      expect(() => push(text)).toThrow(expect.objectContaining({ code: 'parse' }))
    }
    expect(() => push(`${nonce} 999999999\n`)).toThrow(expect.objectContaining({ code: 'too-large' }))
    const decoder = createRecordDecoder(() => undefined)
    expect(() => decoder.push(encoder.encode('W 99999999\n'))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it('give a clock that went back as 0', () => {
    const got: CollectorRecord[] = []
    createRecordDecoder((record) => got.push(record)).push(encoder.encode('A ok -3.5\ne 7 1.500 0,250\n'))
    expect(got).toEqual([
      { kind: 'answer', code: null, durationMs: 0 },
      { kind: 'end', sequence: 7, costMs: 1.5, cpuMs: 0.25 },
    ])
  })
})

describe('changed lines', () => {
  /** As awk does it in assets/collector.sh. */
  function toChanges(old: string, text: string): { count: number; changes: string } {
    const from = old.split('\n')
    const to = text.split('\n')
    let changes = ''
    let same = 0
    to.forEach((line, index) => {
      if (index < from.length && from[index] === line) same++
      else {
        changes += `${same} ${line}\n`
        same = 0
      }
    })
    return { count: to.length, changes }
  }
  const text = fc
    .array(fc.constantFrom('a', 'b 1', '', 'c c', '\xff'), { maxLength: 8 })
    .map((lines) => lines.join('\n'))

  it('make the new text of the old one', () => {
    fc.assert(
      fc.property(text, text, (old, wanted) => {
        const { count, changes } = toChanges(old, wanted)
        expect(toText(applyChangedLines(fromText(old), count, fromText(changes)))).toBe(wanted)
      }),
      { numRuns: 2000 },
    )
  })

  it('throw nothing but AppError, whatever they are', () => {
    fc.assert(
      fc.property(hostile, fc.nat(20), fc.oneof(hostile, text.map(fromText)), (old, count, changes) => {
        expectOnlyAppErrors(() => applyChangedLines(old, count, changes))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the stat table', () => {
  it('is what a map would be, in the order of the pids', () => {
    const change = fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 60 })),
    )
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 20 }), { maxLength: 12 }), (polls) => {
        const delta = createStatDelta()
        const model = new Map<number, string>()
        for (const changes of polls) {
          const touched = new Set<number>()
          for (const [pid, bytes] of changes) {
            const isRefused = touched.has(pid) || (bytes === null && !model.has(pid))
            if (isRefused) {
              expect(() => (bytes === null ? delta.remove(pid) : delta.set(pid, bytes))).toThrow(
                expect.objectContaining({ code: 'parse' }),
              )
              continue
            }
            touched.add(pid)
            if (bytes === null) {
              delta.remove(pid)
              model.delete(pid)
            } else {
              delta.set(pid, bytes)
              model.set(pid, toText(bytes))
            }
          }
          const frame = delta.frame(model.size)
          const rows = Array.from({ length: frame.count }, (_, row) => {
            const offset = frame.offsets[row] as number
            return [
              frame.pids[row],
              toText(frame.bytes.subarray(offset, offset + (frame.lengths[row] as number))),
            ]
          })
          expect(rows).toEqual([...model].sort(([a], [b]) => a - b))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('does not grow while texts change for ever, and moves nothing when nothing changes', () => {
    const delta = createStatDelta()
    for (let poll = 0; poll < 3000; poll++) {
      for (let pid = 1; pid <= 20; pid++) delta.set(pid, new Uint8Array(100 + ((poll * 37 + pid) % 300)))
      const frame = delta.frame(20)
      expect(frame.bytes.length).toBeLessThan(512 * 1024)
    }
    const before = delta.frame(20)
    const after = delta.frame(20)
    expect([after.pids, after.offsets, after.bytes.buffer]).toEqual([
      before.pids,
      before.offsets,
      before.bytes.buffer,
    ])
    expect(after.pids).toBe(before.pids)
  })

  it('refuses a stat that is none, and another count than the host has', () => {
    const delta = createStatDelta()
    expect(() => delta.set(1, new Uint8Array(5000))).toThrow(expect.objectContaining({ code: 'too-large' }))
    delta.set(1, new Uint8Array(5))
    expect(() => delta.frame(2)).toThrow(expect.objectContaining({ code: 'parse' }))
  })
})

describe('requests', () => {
  it('never hold a second line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (tail) => {
        for (const path of [tail, `/${tail}`]) {
          expectOnlyAppErrors(() => {
            const line = requestLines.file(10, true, path)
            expect(line).toBe(`f 10 1 ${path}`)
            expect(path).toMatch(/^\/[^\n\r\0]*$/)
          })
        }
      }),
    )
  })

  it('keep the text of the kernel, not what holds NUL bytes or walks memory', () => {
    for (const path of [
      '/proc/meminfo',
      '/proc/1/status',
      '/proc/1/oom_score',
      '/sys/fs/cgroup/memory.stat',
      '/proc/pressure/memory',
    ]) {
      expect(isKeepable(path, 1000)).toBe(true)
    }
    for (const path of [
      '/etc/passwd',
      '/proc/1/smaps_rollup',
      '/proc/1/cmdline',
      '/proc/1/environ',
      '/proc/1/exe',
      '/proc/1/task/2/smaps',
      '/proc/self/root/etc/passwd',
    ]) {
      expect(isKeepable(path, 1000)).toBe(false)
    }
    expect(isKeepable('/proc/meminfo', 64 * 1024 * 1024)).toBe(false)
  })
})

describe('texts of the host', () => {
  it('are taken apart without an error, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (text, items) => {
        parseLsLinks(text)
        parseHello(items)
        expectOnlyAppErrors(() => parseHexBytes(fromText(text)))
      }),
    )
  })

  it('give the links of a folder, once each, and only of numbers', () => {
    const line = (rest: string): string => `lrwx------ 1 0 0 64 Nov 23 19:44 ${rest}`
    const text = [
      'total 0',
      line('0 -> /dev/null'),
      line('12 -> socket:[345]'),
      line('12 -> socket:[9]'),
      line('x -> y'),
      'z',
      line('3 -> a -> b'),
    ].join('\n')
    expect(parseLsLinks(text)).toEqual({
      links: [
        ['0', '/dev/null'],
        ['12', 'socket:[345]'],
        ['3', 'a -> b'],
      ],
      isHidden: false,
    })
    expect(parseLsLinks(line('1')).isHidden).toBe(true)
    expect(parseLsLinks('total 0').isHidden).toBe(false)
  })

  it('give facts, and null for what is missing or makes no sense', () => {
    const hello = parseHello([
      'awk=mawk',
      'uid=1000',
      'page=65536',
      'ticks=x',
      'thp=always [madvise] never',
      'thpdefrag=always defer [defer+madvise] madvise never',
      'lazyfreed=1',
      'lazyfree=0',
      'swap=x',
      'rollup=1',
      'has=curl',
      'sudo=1',
      'hidepid=hidepid=2',
      'hidepid=2',
      'cgroup=v2',
      'arch=aarch64',
      '=',
      '',
    ])
    expect(hello).toMatchObject({
      awk: 'mawk',
      canSudo: true,
      host: {
        uid: 1000,
        pageSizeBytes: 65536,
        clockTicksPerSecond: 100,
        thpEnabled: 'madvise',
        thpDefrag: 'defer+madvise',
        kernelMemory: {
          madvFreeCounted: true,
          lazyFreeReported: false,
          smapsRollup: true,
          pressure: false,
          swapTotalBytes: null,
        },
        cgroupVersion: 2,
        arch: 'arm64',
        hostname: null,
      },
      tools: { curl: true, bash: false },
    })
    expect(parseHello([])).toMatchObject({ awk: null, user: null, canSudo: null, hidepid: null })
  })
})
