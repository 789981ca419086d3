import { execFile } from 'node:child_process'
import { chmod, mkdtemp, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GoBuildInfo } from './build-info'
import { toGoBuild } from './go-build'
import { readGoBuildInfo } from './read-build-info'

const run = promisify(execFile)
const buildTimeoutMs = 180_000
/** `go version -m` reads more; ours must stay cheap over a slow link. */
const maxReadBytes = 64 * 1024

const program = `package main

import (
\t"fmt"

\t"example.org/dep"
)

var note string

func main() { fmt.Println(dep.Name, note) }
`
const heavyProgram = `package main

import "net/http"

func main() { http.ListenAndServe("", nil) }
`

interface Build {
  name: string
  args?: string[]
  environment?: Record<string, string>
  package?: string
  strip?: string[]
  /** As sstrip leaves it: without the table of sections. */
  hasNoSections?: boolean
  expected?: object
}

const native = { CGO_ENABLED: '1' }
const builds: Build[] = [
  { name: 'plain', expected: { isStripped: false, buildMode: 'exe', vcsModified: false } },
  // The first one lies in the working copy as a file that Git does not know.
  { name: 'without cgo', environment: { CGO_ENABLED: '0' }, expected: { isCgo: false, vcsModified: true } },
  { name: 'with cgo', environment: native, expected: { isCgo: true } },
  { name: 'linked without symbols', args: ['-ldflags', '-s -w'], expected: { isStripped: true } },
  { name: 'linked without DWARF', args: ['-ldflags', '-w'], expected: { isStripped: false } },
  { name: 'stripped', strip: [], expected: { isStripped: true } },
  { name: 'stripped of debug info', strip: ['--strip-debug'], expected: { isStripped: false } },
  { name: 'without sections', hasNoSections: true, expected: { isStripped: true } },
  { name: 'pie without sections', args: ['-buildmode=pie'], hasNoSections: true },
  { name: 'trimpath', args: ['-trimpath'] },
  { name: 'without vcs', args: ['-buildvcs=false'], expected: { vcsRevision: null, vcsModified: null } },
  { name: 'pie', args: ['-buildmode=pie'], expected: { buildMode: 'pie' } },
  { name: 'pie, stripped', args: ['-buildmode=pie', '-ldflags', '-s'], expected: { isStripped: true } },
  { name: 'externally linked', args: ['-ldflags', '-linkmode=external'], environment: native },
  { name: 'race', args: ['-race'], environment: native },
  { name: 'race, stripped', args: ['-race', '-ldflags', '-s -w'], environment: native },
  {
    name: 'c-shared',
    args: ['-buildmode=c-shared'],
    environment: native,
    expected: { isStripped: false },
  },
  { name: 'quoted flags', args: ['-tags', 'a,b', '-ldflags', `-X "main.note=a b 中"`] },
  { name: 'much debug info', package: './heavy', args: ['-ldflags', '-compressdwarf=false'] },
  { name: '386', environment: { GOARCH: '386' }, expected: { arch: '386' } },
  { name: 'arm', environment: { GOARCH: 'arm' }, expected: { arch: 'arm' } },
  { name: 'arm64', environment: { GOARCH: 'arm64' }, expected: { arch: 'arm64' } },
  { name: 'ppc64, big-endian', environment: { GOARCH: 'ppc64' }, expected: { arch: 'ppc64' } },
  { name: 's390x, big-endian', environment: { GOARCH: 's390x' }, expected: { arch: 's390x' } },
  { name: 'mips, 32 bits and big-endian', environment: { GOARCH: 'mips' }, expected: { arch: 'mips' } },
]

let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ballonet-goversion-'))
  for (const folder of ['dep', 'heavy']) await mkdir(join(dir, folder))
  const replace = 'require example.org/dep v1.0.0\n\nreplace example.org/dep => ./dep\n'
  await writeFile(join(dir, 'go.mod'), `module example.org/hello\n\ngo 1.18\n\n${replace}`)
  await writeFile(join(dir, 'dep', 'go.mod'), 'module example.org/dep\n\ngo 1.18\n')
  await writeFile(join(dir, 'dep', 'dep.go'), 'package dep\n\nconst Name = "dep"\n')
  await writeFile(join(dir, 'main.go'), program)
  await writeFile(join(dir, 'heavy', 'main.go'), heavyProgram)
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: dir })
  await git('init', '-q')
  await git('add', '-A')
  await git('commit', '-q', '-m', 'x')
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function build({
  name,
  args = [],
  environment = {},
  package: path = '.',
  strip,
}: Build): Promise<string> {
  const out = join(dir, name.replaceAll(/\W/g, '-'))
  const env = { ...process.env, GOFLAGS: '', GOPROXY: 'off', GOWORK: 'off', ...environment }
  await run('go', ['build', ...args, '-o', out, path], { cwd: dir, env })
  // go version passes over what can't be run, such as a library.
  await chmod(out, 0o755)
  if (strip !== undefined) await run('strip', [...strip, out])
  return out
}

/** Zeroes e_shoff, e_shentsize, e_shnum and e_shstrndx of a 64-bit file. */
async function dropSections(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(new Uint8Array(8), 0, 8, 40)
  await file.write(new Uint8Array(6), 0, 6, 58)
  await file.close()
}

/** Every line of `go version -m` that is about the executable itself. */
async function askGo(path: string) {
  const { stdout } = await run('go', ['version', '-m', path])
  const [first = '', ...lines] = stdout.trimEnd().split('\n')
  const fields = lines.map((line) => line.slice(1).split('\t'))
  const of = (kind: string) => fields.find(([name]) => name === kind)
  const settings = fields
    .filter(([kind]) => kind === 'build')
    .map(([, text = '']) => {
      const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(text) ?? []
      return [key, value.startsWith('"') ? (JSON.parse(value) as string) : value]
    })
  return {
    version: first.slice(first.lastIndexOf(': ') + 2),
    mainPackage: of('path')?.[1],
    module: of('mod')?.[1],
    moduleVersion: of('mod')?.[2],
    settings: Object.fromEntries(settings) as Record<string, string>,
  }
}

async function hasSymbolTable(path: string): Promise<boolean> {
  const { stdout } = await run('readelf', ['--sections', '--wide', path], { maxBuffer: 1 << 24 })
  return / SYMTAB /.test(stdout)
}

async function readByRanges(
  path: string,
): Promise<{ info: GoBuildInfo; readBytes: number; sizeBytes: number }> {
  const file = await open(path)
  let readBytes = 0
  try {
    const info = await readGoBuildInfo(async (offset, length) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset)
      readBytes += bytesRead
      return buffer.subarray(0, bytesRead)
    })
    return { info, readBytes, sizeBytes: (await file.stat()).size }
  } finally {
    await file.close()
  }
}

describe('go version -m says the same of a build', () => {
  it.each(builds)(
    '$name',
    async (made) => {
      const path = await build(made)
      const { settings, ...expected } = await askGo(path)
      if (made.hasNoSections === true) await dropSections(path)
      const { info, readBytes, sizeBytes } = await readByRanges(path)
      expect(info).toMatchObject({ isGo: true, ...expected })
      expect(info.settings).toEqual(settings)
      expect(info.isRace).toBe(settings['-race'] === 'true')
      expect(info.isRace).toBe(made.name.startsWith('race'))
      expect(info.isStripped).toBe(!(await hasSymbolTable(path)))
      expect(info.arch).toBe(settings['GOARCH'])
      const facts = toGoBuild(info)
      expect(facts).toMatchObject({
        vcsRevision: settings['vcs.revision'] ?? null,
        vcsTime: settings['vcs.time'] ?? null,
        isCgo: settings['CGO_ENABLED'] === '1',
        ...made.expected,
      })
      expect(readBytes).toBeLessThan(Math.min(maxReadBytes, sizeBytes))
    },
    buildTimeoutMs,
  )
})
