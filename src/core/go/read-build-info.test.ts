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

  /** What `go version -m` says, as the fields that are compared. */
  async function askGo(
    path: string,
  ): Promise<{ version: string; module: string; settings: Record<string, string> }> {
    const { stdout } = await run('go', ['version', '-m', path])
    const [first = '', ...lines] = stdout.split('\n')
    const fields = lines.map((line) => line.trim().split('\t'))
    const settings = fields.filter(([kind]) => kind === 'build').map(([, text = '']) => text.split(/=(.*)/s))
    return {
      version: first.slice(first.lastIndexOf(': ') + 2),
      module: fields.find(([kind]) => kind === 'mod')?.[1] ?? '',
      settings: Object.fromEntries(settings.map(([key = '', value = '']) => [key, value])),
    }
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

  it.each([
    { name: 'plain', args: [] },
    { name: 'stripped', args: ['-ldflags', '-s -w'] },
    { name: 'trimpath', args: ['-trimpath'] },
    { name: 'pie', args: ['-buildmode=pie'] },
    {
      name: 'externally linked',
      args: ['-ldflags', '-linkmode=external'],
      environment: { CGO_ENABLED: '1' },
    },
    { name: '32 bits', args: [], environment: { GOARCH: '386' } },
    { name: 'arm64', args: [], environment: { GOARCH: 'arm64' } },
    { name: 'big-endian', args: [], environment: { GOARCH: 's390x' } },
    { name: 'tags with blanks', args: ['-ldflags', '-X "main.x=a b"'] },
  ])(
    'says what go version -m says: $name',
    async ({ name, args, environment }) => {
      const path = await build(name.replaceAll(' ', '-'), args, environment)
      const { info, readBytes, sizeBytes } = await readFileRanges(path)
      const expected = await askGo(path)
      expect(info).toMatchObject({
        isGo: true,
        version: expected.version,
        module: expected.module,
        isRace: false,
      })
      expect(info.settings['GOARCH']).toBe(expected.settings['GOARCH'])
      expect(info.settings['-compiler']).toBe('gc')
      expect(readBytes).toBeLessThan(Math.min(64 * 1024, sizeBytes / 4))
    },
    buildTimeoutMs,
  )

  it(
    'tells a race build',
    async () => {
      const path = await build('race', ['-race'], { CGO_ENABLED: '1' })
      const { info } = await readFileRanges(path)
      expect(info.isRace).toBe(true)
      expect((await askGo(path)).settings['-race']).toBe('true')
    },
    buildTimeoutMs,
  )

  it(
    'falls back to the symbol where the build information is gone, as in Go 1.12',
    async () => {
      const path = await build('symbols', [])
      const { info, readBytes } = await readFileRanges(path, blankBuildInfo)
      expect(info).toMatchObject({
        isGo: true,
        version: (await askGo(path)).version,
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
      module: 'mod\texample.org/old\tv1.2.3',
    })
    expect(await readGoBuildInfo(readRangeOf(elf))).toEqual({
      isGo: true,
      version: 'go1.13.15',
      module: 'example.org/old',
      isRace: null,
      settings: {},
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

  it('says version unknown where a C linker left the pointers to be relocated', async () => {
    const elf = buildGoElf({ is64: true, isLittleEndian: true, buildInfo: 'null-pointers', version: '' })
    expect(await readGoBuildInfo(readRangeOf(elf))).toMatchObject({ isGo: true, version: null })
  })
})

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
