import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#core/errors'
import { procParsers, type ProcParser } from '../../../test/fixtures/proc-parsers'
import { readProcTrees } from '../../../test/fixtures/proc-trees'
import { parseNetTcp } from './net-tcp'
import { parsePidSmapsRollup } from './pid-smaps-rollup'
import { parsePidStat } from './pid-stat'
import { parsePidStatus } from './pid-status'

const trees = readProcTrees()

/** Real texts of one parser's file, a few kinds of each, small enough to be parsed some hundred times. */
function samplesOf(parser: ProcParser): Uint8Array[] {
  const all = trees.flatMap((tree) =>
    tree.paths.filter((path) => parser.pattern.test(path)).map((path) => tree.read(path)),
  )
  const small = all.filter((bytes) => bytes.length > 0 && bytes.length <= 64 * 1024)
  return small.length > 0 ? small : [new TextEncoder().encode('root:x:0:0:root:/root:/bin/sh\n')]
}

/** Runs a parser: only AppErrors of the two expected codes may come out, and no number that is none. */
function check(parser: ProcParser, bytes: Uint8Array): void {
  let value: object
  try {
    value = parser.parse(bytes)
  } catch (error) {
    if (error instanceof AppError && (error.code === 'parse' || error.code === 'too-large')) {
      expect(error.message.length).toBeLessThan(400)
      expect(error.message).not.toMatch(/[^\x20-\x7e…]/)
      return
    }
    throw error
  }
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === 'number' && !Number.isFinite(field)) throw new Error(`${key} is ${field}`)
  }
}

type Mutation =
  | { kind: 'delete' | 'duplicate' | 'cut'; at: number }
  | { kind: 'flip'; at: number; mask: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('delete' as const, 'duplicate' as const, 'cut' as const), at }),
  fc.record({ kind: fc.constant('flip' as const), at, mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.uint8Array({ maxLength: 24 }) }),
)

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  if (bytes.length === 0) return bytes
  const offset = Math.floor(change.at * bytes.length)
  switch (change.kind) {
    case 'cut':
      return bytes.slice(0, offset)
    case 'flip':
      return bytes.map((byte, index) => (index === offset ? byte ^ change.mask : byte))
    case 'insert':
      return join(bytes.subarray(0, offset), change.bytes, bytes.subarray(offset))
    default: {
      const start = bytes.lastIndexOf(10, offset - 1) + 1
      const newline = bytes.indexOf(10, offset)
      const end = newline < 0 ? bytes.length : newline + 1
      const line = bytes.subarray(start, end)
      const kept = change.kind === 'delete' ? [] : [line, line]
      return join(bytes.subarray(0, start), ...kept, bytes.subarray(end))
    }
  }
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

describe.each([...procParsers])('parser of $name', (parser) => {
  const samples = samplesOf(parser)

  it('throws nothing but its own errors on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => check(parser, bytes)))
    const encoder = new TextEncoder()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) =>
        check(parser, encoder.encode(text)),
      ),
    )
  })

  it('throws nothing but its own errors on damaged real files', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        (bytes, changes) => check(parser, changes.reduce(mutate, bytes)),
      ),
      { numRuns: 150 },
    )
  })

  it('ends on a megabyte that is made to be slow', { timeout: 60_000 }, () => {
    const encoder = new TextEncoder()
    const million = 1024 * 1024
    for (const unit of [
      ' ',
      '\n',
      '0',
      '(',
      ')',
      ': ',
      '-',
      '\\',
      '[',
      '\0',
      'a:',
      'Max ',
      '\t\n',
      '0 ',
      '\ud800',
      '_',
    ]) {
      check(parser, encoder.encode(unit.repeat(million / unit.length)))
    }
    const sample = samples[0]!
    check(parser, encoder.encode(new TextDecoder().decode(sample).repeat(Math.ceil(million / sample.length))))
    for (const run of [' ', '0', 'a', '\t'])
      check(parser, stretch(sample, encoder.encode(run.repeat(million))))
  })

  /** The run put before the last character of the first line, and before each blank in turn. */
  function stretch(bytes: Uint8Array, run: Uint8Array): Uint8Array {
    const blank = bytes.indexOf(32)
    const place = blank < 0 ? bytes.length - 1 : blank
    return join(bytes.subarray(0, place), run, bytes.subarray(place))
  }
})

it('refuses what no kernel writes so long', { timeout: 60_000 }, () => {
  const long = new Uint8Array(64 * 1024 * 1024 + 1).fill(0x61)
  for (const parser of procParsers.filter((each) => each.name !== 'cmdline')) {
    expect(() => parser.parse(long), parser.name).toThrow(expect.objectContaining({ code: 'too-large' }))
  }
})

describe('what goes in comes out', () => {
  /** A name of at most 15 characters, as a program may set it. */
  const comm = fc.string({ unit: fc.constantFrom(...'ab() \n\t\\R1:é\u0001'), maxLength: 15 })

  it('stat: any name and numbers', () => {
    const number = fc.nat()
    fc.assert(
      fc.property(comm, number, number, fc.integer(), (name, rssPages, startTimeTicks, priority) => {
        const zeros = (count: number): string => '0 '.repeat(count)
        const text = `7 (${name}) S ${zeros(14)}${priority} 0 1 0 ${startTimeTicks} 4096 ${rssPages} ${zeros(28)}`
        expect(parsePidStat(text.trimEnd() + '\n')).toMatchObject({
          pid: 7,
          comm: name,
          priority,
          startTimeTicks,
          rssPages,
        })
      }),
    )
  })

  it('status: any name, as the kernel escapes it', () => {
    fc.assert(
      fc.property(comm, (name) => {
        const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
        expect(parsePidStatus(`Name:\t${escaped}\nState:\tS (sleeping)\n`).name).toBe(name)
      }),
    )
  })

  it('smaps_rollup: unknown lines are kept, whatever they are called', () => {
    const header = '00400000-00500000 ---p 00000000 00:00 0                          [rollup]\n'
    const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'NewField', 'other', 'rssBytes')
    fc.assert(
      fc.property(names, fc.nat(), (name, kb) => {
        const totals = parsePidSmapsRollup(`${header}Rss: 12 kB\n${name}: ${kb} kB\n`)
        expect(totals.rssBytes).toBe(12 * 1024)
        expect(Object.entries(totals.other)).toEqual([[name, `${kb} kB`]])
      }),
    )
  })

  it('net/tcp: any IPv4 address and port, on hosts of either byte order', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.integer({ min: 0, max: 65535 }),
        fc.boolean(),
        (address, port, isBigEndian) => {
          const bytes = address
            .split('.')
            .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
          const words = (isBigEndian ? bytes : bytes.reverse()).join('')
          const hexPort = port.toString(16).padStart(4, '0').toUpperCase()
          const text = `   0: ${words}:${hexPort} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17 1\n`
          const plain = address.split('.').map(Number).join('.')
          expect(parseNetTcp(text, { isBigEndian })).toMatchObject([
            { localAddress: plain, localPort: port, isListening: true, inode: 17 },
          ])
        },
      ),
    )
  })
})
