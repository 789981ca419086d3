import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import { until } from '../../../test/support/go-service'
import { findCommand } from '../../../test/support/local-shell'
import { canRunSshServer, startSshServer, type SshServer } from '../../../test/support/ssh-server'
import { openLocalTarget } from '../targets/local-target'
import { readLocalHostFacts } from '../targets/local-host'
import { openTarget } from '../targets/open-target'
import { openShellTarget } from '../targets/shell/shell-target'
import { openSshLink } from '../targets/ssh/ssh-link'
import type { Target } from '../targets/target'
import { readGoFacts } from './go-facts'

const run = promisify(execFile)
/** The executable has about 1.8 MB. */
const maxReadBytes = 64 * 1024
const program = `package main

import (
\t"io"
\t"os"
)

func main() { io.Copy(io.Discard, os.Stdin) }
`

let dir: string
let binary: string
const cleanUps: (() => unknown)[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ballonet-gofacts-'))
  // The user that a test's ssh logs in as is another one.
  await chmod(dir, 0o755)
  await writeFile(join(dir, 'go.mod'), 'module example.org/waits\n\ngo 1.18\n')
  await writeFile(join(dir, 'main.go'), program)
  binary = join(dir, 'waits')
  await run('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd: dir })
}, 180_000)
afterAll(() => rm(dir, { recursive: true, force: true }))
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** Runs until the test ends; the key once it is the program of this name. */
async function start(command: readonly string[], comm: string): Promise<ProcessKey> {
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'ignore', 'ignore'] })
  cleanUps.push(() => end(child))
  await once(child, 'spawn')
  const pid = child.pid ?? -1
  await until(
    () => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
    (name) => name === comm,
  )
  return { pid, startTimeTicks: parsePidStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).startTimeTicks }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function opened(opening: Target | Promise<Target>): Promise<Target> {
  const target = await opening
  cleanUps.push(() => target.dispose())
  return target
}

/** The target itself, counting what it reads of executables. */
function counting(target: Target): { target: Target; count: { bytes: number; reads: number } } {
  const count = { bytes: 0, reads: 0 }
  const read: Target['read'] = async (requests, options) => {
    const results = await target.read(requests, options)
    for (const result of results) if (result.ok) count.bytes += result.value.bytes.length
    count.reads += requests.length
    return results
  }
  return {
    target: new Proxy(target, { get: (of, name) => (name === 'read' ? read : bind(of, name)) }),
    count,
  }
}

function bind(target: Target, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}

const expected = {
  isGo: true,
  goModule: 'example.org/waits',
  isRaceBuild: false,
  build: { mainPackage: 'example.org/waits', moduleVersion: '(devel)', isStripped: false, vcsRevision: null },
}

async function expectFacts(opening: Target | Promise<Target>, key: ProcessKey): Promise<void> {
  const { target, count } = counting(await opened(opening))
  expect(await readGoFacts(target, key)).toMatchObject(expected)
  expect(count.bytes).toBeGreaterThan(0)
  expect(count.bytes).toBeLessThan(maxReadBytes)
  expect(count.reads).toBeLessThan(10)
}

describe('the facts of a running executable', () => {
  const shells = ['dash', 'bash', 'busybox sh', 'ksh', 'zsh', 'yash', 'mksh'].filter(
    (shell) => findCommand(shell) !== null,
  )

  it.each(['local', ...shells.map((shell) => `exec:${shell}`)])('by ranges, through %s', async (spec) => {
    await expectFacts(openTarget(spec), await start([binary], 'waits'))
  })

  it.each(['local', 'exec:sh'])('after its file was deleted, through %s', async (spec) => {
    const copy = join(dir, 'deleted')
    await copyFile(binary, copy)
    await chmod(copy, 0o755)
    const key = await start([copy], 'deleted')
    await rm(copy)
    expect(readlinkSync(`/proc/${key.pid}/exe`)).toMatch(/ \(deleted\)$/)
    await expectFacts(openTarget(spec), key)
  })

  it('after another file took its place', async () => {
    const copy = join(dir, 'replaced')
    await copyFile(binary, copy)
    await chmod(copy, 0o755)
    const key = await start([copy], 'replaced')
    await rm(copy)
    await writeFile(copy, '#!/bin/sh\n')
    await expectFacts(openLocalTarget(), key)
  })

  const canUnshare = process.getuid?.() === 0 && findCommand('unshare') !== null
  it.runIf(canUnshare).each(['local', 'exec:sh'])(
    'in a mount namespace where nobody else sees the file, through %s',
    async (spec) => {
      const place = join(dir, `mount-${spec === 'local' ? 'a' : 'b'}`)
      const script = `mkdir ${place} && mount -t tmpfs none ${place} && cp ${binary} ${place}/inside && exec ${place}/inside`
      const key = await start(['unshare', '-m', '--propagation', 'private', 'sh', '-c', script], 'inside')
      expect(() => readFileSync(readlinkSync(`/proc/${key.pid}/exe`))).toThrow('ENOENT')
      await expectFacts(openTarget(spec), key)
    },
  )

  it('says of a C program that it is not Go, from little of it', async () => {
    const { target, count } = counting(await opened(openLocalTarget()))
    const key = { pid: process.pid, startTimeTicks: 0 }
    expect(await readGoFacts(target, key)).toMatchObject({ isGo: false, build: null })
    expect(count.bytes).toBeLessThan(256 * 1024)
  })

  it('gives an AppError as a value for a process that is gone', async () => {
    const target = await opened(openLocalTarget())
    expect(await readGoFacts(target, { pid: 4_194_304, startTimeTicks: 1 })).toMatchObject({ code: 'gone' })
  })
})

describe.runIf(canRunSshServer())('the facts of a running executable over ssh', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshServer()
    server.addHost('here', { User: 'root' })
  })
  afterAll(() => server.stop())

  it('come by ranges, and the kernel is probed as it is locally', async () => {
    const link = openSshLink('here', { configPath: server.clientConfigPath, hasTerminal: false })
    const target = await openShellTarget({ spec: 'ssh:here', label: 'here', isRemote: true, link })
    expect(target.host.kernelMemory).toEqual((await opened(openLocalTarget())).host.kernelMemory)
    await expectFacts(target, await start([binary], 'waits'))
  })
})

describe('what the kernel can do, as probed', () => {
  const here = readLocalHostFacts('/proc', '/sys')
  it('is what this kernel’s own files say', () => {
    const smaps = readFileSync('/proc/self/smaps', 'utf8')
    expect(here.kernelMemory).toMatchObject({
      madvFreeCounted: readFileSync('/proc/vmstat', 'utf8').includes('\npglazyfreed '),
      lazyFreeReported: smaps.includes('\nLazyFree:'),
    })
    expect(here.thpDefrag).toBe(
      /\[(.*)\]/.exec(readFileSync('/sys/kernel/mm/transparent_hugepage/defrag', 'utf8'))?.[1],
    )
  })
  it.each(
    ['dash', 'bash', 'busybox sh', 'ksh', 'zsh', 'yash', 'mksh'].filter(
      (shell) => findCommand(shell) !== null,
    ),
  )('is the same through %s', async (shell) => {
    const target = await opened(openTarget(`exec:${shell}`))
    expect(target.host.kernelMemory).toEqual(here.kernelMemory)
    expect(target.host.thpDefrag).toBe(here.thpDefrag)
  })
})
