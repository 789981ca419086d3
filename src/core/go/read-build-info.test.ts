import { execFile } from 'node:child_process'
import { open, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import type { ReadRange } from './elf'
import { readGoBuildInfo } from './read-build-info'
import { buildGoElf, readRangeOf } from '../../../test/support/go-elf'

const run = promisify(execFile)
const buildTimeoutMs = 180_000

describe('real executables', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ballonet-buildinfo-'))
    await writeFile(join(dir, 'go.mod'), 'module example.org/hello\n\ngo 1.19\n')
    await writeFile(join(dir, 'main.go'), 'package main\n\nfunc main() { println("hello") }\n')
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  async function build(name: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const path = join(dir, name)
    const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', ...environment }
    await run('go', ['build', ...args, '-o', path, '.'], { cwd: dir, env })
    return path
  }

  async function askGoVersion(path: string): Promise<string> {
    const { stdout } = await run('go', ['version', path])
    return stdout.trim().slice(stdout.lastIndexOf(': ') + 2)
  }

  async function readFileRanges(path: string, change?: (bytes: Uint8Array, offset: number) => void) {
    const file = await open(path)
    let readBytes = 0
    const readRange: ReadRange = async (offset, length) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
      readBytes += bytesRead
      const bytes = buffer.subarray(0, bytesRead)
      change?.(bytes, offset)
      return bytes
    }
    try {
      return { info: await readGoBuildInfo(readRange), readBytes, sizeBytes: (await file.stat()).size }
    } finally {
      await file.close()
    }
  }

  it(
    'falls back to the symbol where the build information is gone, as in Go 1.12',
    async () => {
      const path = await build('symbols', [])
      const { info, readBytes } = await readFileRanges(path, blankBuildInfo)
      expect(info).toMatchObject({
        isGo: true,
        version: await askGoVersion(path),
        module: null,
        isRace: null,
      })
      expect(readBytes).toBeLessThan(2 * 1024 * 1024)
    },
    buildTimeoutMs,
  )

  it(
    'says Go, version unknown, where the symbols are gone too',
    async () => {
      const path = await build('nothing', ['-ldflags', '-s -w'])
      const { info } = await readFileRanges(path, blankBuildInfo)
      expect(info).toMatchObject({ isGo: true, version: null, isRace: null })
    },
    buildTimeoutMs,
  )

  it.each(['/bin/true', '/bin/sh', process.execPath])('finds nothing of Go in %s', async (path) => {
    const { info, readBytes } = await readFileRanges(path)
    expect(info.isGo).toBe(false)
    expect(readBytes).toBeLessThan(2 * 1024 * 1024)
  })

  it('finds nothing of Go in a text', async () => {
    expect((await readFileRanges(join(dir, 'main.go'))).info.isGo).toBe(false)
  })
})

/** As if the linker had written none: both the section's name and the mark are overwritten. */
function blankBuildInfo(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const mark of [Buffer.from('.go.buildinfo\0'), Buffer.from('\xff Go buildinf:', 'latin1')]) {
    for (let at = buffer.indexOf(mark); at >= 0; at = buffer.indexOf(mark, at + 1))
      buffer.fill('x', at + 1, at + mark.length - 1)
  }
}

describe('executables of older toolchains', () => {
  const formats = [
    { is64: true, isLittleEndian: true },
    { is64: true, isLittleEndian: false },
    { is64: false, isLittleEndian: true },
    { is64: false, isLittleEndian: false },
  ]

  it.each(formats)('reads texts behind pointers, as Go 1.13 to 1.17 wrote them: %o', async (format) => {
    const elf = buildGoElf({
      ...format,
      buildInfo: 'pointers',
      version: 'go1.13.15',
      module: 'path\texample.org/old/cmd/x\nmod\texample.org/old\tv1.2.3\th1:x=',
    })
    expect(await readGoBuildInfo(readRangeOf(elf))).toEqual({
      isGo: true,
      version: 'go1.13.15',
      module: 'example.org/old',
      mainPackage: 'example.org/old/cmd/x',
      moduleVersion: 'v1.2.3',
      isRace: null,
      settings: {},
      arch: 'amd64',
      isStripped: true,
      kind: 'exe',
    })
  })

  it.each(formats)('reads the symbol of Go 1.12: %o', async (format) => {
    const elf = buildGoElf({ ...format, buildInfo: 'none', version: 'go1.12.17', hasSymbols: true })
    expect(await readGoBuildInfo(readRangeOf(elf))).toMatchObject({
      isGo: true,
      version: 'go1.12.17',
      module: null,
    })
  })

  it('reads the version text of a stripped Go 1.12', async () => {
    const elf = buildGoElf({ is64: true, isLittleEndian: true, buildInfo: 'none', version: 'go1.12.17' })
    expect(await readGoBuildInfo(readRangeOf(elf))).toMatchObject({ isGo: true, version: 'go1.12.17' })
  })

  it('does not guess between two version texts', async () => {
    const elf = buildGoElf({
      is64: true,
      isLittleEndian: true,
      buildInfo: 'none',
      version: 'go1.12.17 go1.11',
    })
    expect(await readGoBuildInfo(readRangeOf(elf))).toMatchObject({ isGo: true, version: null })
  })

  it('tells a race build of before Go 1.18 by its symbols, in whatever part of the table', async () => {
    const old = { is64: true, isLittleEndian: true, buildInfo: 'pointers', version: 'go1.16.3' } as const
    const filler = 400_000
    const read = (symbolNames: string[]) =>
      readGoBuildInfo(readRangeOf(buildGoElf({ ...old, hasSymbols: true, symbolNames })))
    expect(await read([])).toMatchObject({ isRace: null, isStripped: false })
    expect(await read(['__tsan_init'])).toMatchObject({ isRace: true })
    for (const cut of [filler - 8, filler - 3]) {
      const names = ['x'.repeat(cut), '__tsan_init']
      expect(await read(names)).toMatchObject({ isRace: true, version: 'go1.16.3' })
    }
  })
  it('keeps what it knows when the symbols can not be read', async () => {
    const old = { is64: true, isLittleEndian: true, version: 'go1.16.3', hasSymbols: true } as const
    const read = (buildInfo: 'pointers' | 'none') => {
      const elf = buildGoElf({ ...old, buildInfo, symbolNames: ['x'.repeat(20_000)] })
      return readGoBuildInfo((offset, length) =>
        length > 9000 && offset > 0
          ? Promise.reject(new AppError('timeout', 'slow'))
          : readRangeOf(elf)(offset, length),
      )
    }
    expect(await read('pointers')).toMatchObject({ version: 'go1.16.3', isRace: null })
    await expect(read('none')).rejects.toMatchObject({ code: 'timeout' })
  })
  it('finds the version symbol behind many others', async () => {
    const old = { is64: true, isLittleEndian: true, buildInfo: 'none', version: 'go1.12.1' } as const
    const symbolNames = Array.from({ length: 40_000 }, (_, i) => `main.f${i}`)
    const elf = buildGoElf({ ...old, hasSymbols: true, symbolNames })
    let asked = 0
    const info = await readGoBuildInfo((offset, length) => {
      asked = Math.max(asked, length)
      return readRangeOf(elf)(offset, length)
    })
    expect(info).toMatchObject({ version: 'go1.12.1', isStripped: false })
    expect(asked).toBeLessThan(512 * 1024)
  })
  it('does not say of a packed executable that it is not Go', async () => {
    const elf = buildGoElf({ is64: true, isLittleEndian: true, buildInfo: 'none', version: '' })
    const packed = elf.slice()
    // e_shoff, e_shnum and e_shstrndx, as UPX leaves them.
    packed.fill(0, 40, 48).fill(0, 60, 64)
    expect(await readGoBuildInfo(readRangeOf(packed))).toMatchObject({ isGo: false })
    packed.set(new TextEncoder().encode('UPX!'), 180)
    await expect(readGoBuildInfo(readRangeOf(packed))).rejects.toMatchObject({ code: 'parse' })
  })
  it('keeps a bounded number of settings', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `build\tKEY${i}=${'v'.repeat(20)}`)
    const module = ['path\tx', 'build\t__proto__=1', 'build\tlong=' + 'x'.repeat(9000), ...lines].join('\n')
    const elf = buildGoElf({
      is64: true,
      isLittleEndian: true,
      buildInfo: 'inline',
      version: 'go1.22',
      module,
    })
    const { settings } = await readGoBuildInfo(readRangeOf(elf))
    expect(Object.keys(settings)).toHaveLength(100)
    expect(Object.hasOwn(settings, '__proto__')).toBe(true)
    expect(settings['long']).toHaveLength(4096)
  })
  it('says version unknown where a C linker left the pointers to be relocated', async () => {
    const elf = buildGoElf({ is64: true, isLittleEndian: true, buildInfo: 'null-pointers', version: '' })
    expect(await readGoBuildInfo(readRangeOf(elf))).toMatchObject({ isGo: true, version: null })
  })
})

/** As the reader of a process allows. */
const maxReads = 96

describe('hostile executables', () => {
  const seeds = [
    buildGoElf({
      is64: true,
      isLittleEndian: true,
      buildInfo: 'inline',
      version: 'go1.22.1 X:loopvar',
      module: 'path\tx',
    }),
    buildGoElf({
      is64: true,
      isLittleEndian: true,
      buildInfo: 'pointers',
      version: 'go1.13',
      module: 'path\tx',
    }),
    buildGoElf({
      is64: false,
      isLittleEndian: false,
      buildInfo: 'none',
      version: 'go1.12',
      hasSymbols: true,
    }),
  ]

  it('reads the unchanged inline form', async () => {
    expect(await readGoBuildInfo(readRangeOf(seeds[0]!))).toMatchObject({
      version: 'go1.22.1 X:loopvar',
      module: 'x',
      isRace: null,
    })
  })

  it('never throws anything but AppError, and reads a bounded number of bytes', async () => {
    const changed = fc.record({
      seed: fc.constantFrom(...seeds),
      changes: fc.array(fc.tuple(fc.nat(4096), fc.integer({ min: 0, max: 255 })), { maxLength: 24 }),
      length: fc.option(fc.nat(4096)),
    })
    await fc.assert(
      fc.asyncProperty(changed, async ({ seed, changes, length }) => {
        const bytes = seed.slice(0, length ?? undefined)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        let asked = 0
        const readRange: ReadRange = (offset, count) => {
          expect(
            Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(count) && count >= 0,
          ).toBe(true)
          asked += count
          return readRangeOf(bytes)(offset, count)
        }
        try {
          await readGoBuildInfo(readRange)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
        expect(asked).toBeLessThan(48 * 1024 * 1024)
      }),
      { numRuns: 1500 },
    )
  })

  it('is bounded for a file without an end, whatever its tables say', async () => {
    const endless = fc.record({
      seed: fc.constantFrom(...seeds),
      changes: fc.array(fc.tuple(fc.nat(700), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      fill: fc.integer({ min: 0, max: 255 }),
    })
    await fc.assert(
      fc.asyncProperty(endless, async ({ seed, changes, fill }) => {
        const bytes = seed.slice()
        for (const [at, value] of changes) bytes[at] = value
        let asked = 0
        let reads = 0
        const readRange: ReadRange = (offset, count) => {
          reads++
          asked += count
          const answer = new Uint8Array(count).fill(fill)
          answer.set(bytes.subarray(offset, offset + count))
          return Promise.resolve(answer)
        }
        await readGoBuildInfo(readRange).catch((error: unknown) => expect(error).toBeInstanceOf(AppError))
        expect(asked).toBeLessThan(48 * 1024 * 1024)
        expect(reads).toBeLessThan(maxReads)
      }),
      { numRuns: 300 },
    )
  }, 60_000)
  it('never throws anything but AppError for any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, hasMagic) => {
        const whole = hasMagic ? Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, ...bytes) : bytes
        await readGoBuildInfo(readRangeOf(whole)).catch((error: unknown) =>
          expect(error).toBeInstanceOf(AppError),
        )
      }),
    )
  })
})
