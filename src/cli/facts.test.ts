import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { goSource } from '#main/profiling/go-source'
import { createSampler } from '#main/sampling/create-sampler'
import { openLocalTarget } from '#main/targets/local-target'
import { until } from '../../test/support/go-service'
import type { Output } from './output'
import { runPs } from './ps-command'
import type { ProcessRecord } from './record'
import { runWatch } from './watch-command'

const run = promisify(execFile)
const program = `package main

import (
\t"io"
\t"os"
)

func main() { io.Copy(io.Discard, os.Stdin) }
`

let dir: string
const cleanUps: (() => unknown)[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ballonet-clifacts-'))
  await writeFile(join(dir, 'go.mod'), 'module example.org/racy\n\ngo 1.18\n')
  await writeFile(join(dir, 'main.go'), program)
  const env = { ...process.env, CGO_ENABLED: '1' }
  for (const args of [
    ['-o', 'calm'],
    ['-race', '-o', 'racy'],
  ])
    await run('go', ['build', '-buildvcs=false', ...args, '.'], { cwd: dir, env })
}, 180_000)
afterAll(() => rm(dir, { recursive: true, force: true }))
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function createTestOutput() {
  const told = { lines: [] as string[], records: [] as ProcessRecord[], errors: [] as string[] }
  const output: Output = {
    line: (text) => void told.lines.push(text),
    json: (value) => void told.records.push(value as ProcessRecord),
    error: (text) => void told.errors.push(text),
    isTerminal: false,
    drained: () => Promise.resolve(),
    isErrorTerminal: false,
  }
  return { ...told, output }
}

async function start(name: string, env: Record<string, string> = {}): Promise<number> {
  const child = spawn(join(dir, name), [], { stdio: ['pipe', 'ignore', 'ignore'], env })
  cleanUps.push(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  await once(child, 'spawn')
  const pid = child.pid ?? -1
  await until(
    () => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
    (comm) => comm === name,
  )
  return pid
}

async function openSampler() {
  const target = openLocalTarget()
  const sampler = await createSampler(target, goSource)
  cleanUps.push(async () => {
    await sampler.dispose()
    await target.dispose()
  })
  return { target, sampler }
}

async function watch(pid: number, isJson: boolean) {
  const { target, sampler } = await openSampler()
  const told = createTestOutput()
  const options = { pid, pprofUrl: null, count: 1, isJson, allowsLongRead: true }
  await runWatch(target, sampler, options, told.output, new AbortController().signal)
  return told
}

describe('ballonet watch', () => {
  it('gives the facts of the process with each line of --json', async () => {
    const pid = await start('calm', { GODEBUG: 'madvdontneed=0', GOMEMLIMIT: '64MiB', SECRET: 'x' })
    const { records, errors } = await watch(pid, true)
    expect(records).toMatchObject([
      {
        pid,
        isGo: true,
        goModule: 'example.org/racy',
        isRaceBuild: false,
        goMadvise: 'free',
        goMadviseWhy: 'GODEBUG=madvdontneed=0 makes the runtime use MADV_FREE.',
        goEnvironment: { GODEBUG: 'madvdontneed=0', GOMEMLIMIT: '64MiB' },
        goMemLimitBytes: 64 * 2 ** 20,
        goBuild: { mainPackage: 'example.org/racy', isCgo: true, isStripped: false, vcsRevision: null },
      },
    ])
    expect(JSON.stringify(records)).not.toContain('SECRET')
    expect(errors).toEqual([])
  })

  it('tells a race build at once, and a person why it uses its madvise', async () => {
    const { errors, lines } = await watch(await start('racy'), false)
    expect(errors[0]).toMatch(/race build.*ten times/)
    expect(errors[1]).toMatch(/returns memory with MADV_DONTNEED, the default since Go 1\.16\.$/)
    expect(lines.some((line) => line.startsWith('TIME '))).toBe(true)
  })
})

describe('ballonet ps', () => {
  it('marks a race build', async () => {
    const pids = [await start('racy'), await start('calm')]
    const { sampler } = await openSampler()
    const [json, text] = [createTestOutput(), createTestOutput()]
    await runPs(sampler, json.output, true)
    const find = (pid: number | undefined) => json.records.find((record) => record.pid === pid)
    expect(find(pids[0])).toMatchObject({ isGo: true, isRaceBuild: true, goModule: 'example.org/racy' })
    expect(find(pids[1])).toMatchObject({ isGo: true, isRaceBuild: false, goMadvise: null })
    expect(find(process.pid)).toMatchObject({ isGo: false, isRaceBuild: null })
    await runPs(sampler, text.output, false)
    expect(text.lines.find((line) => line.endsWith(' racy'))).toMatch(/ go1\.\S+ -race +racy$/)
  }, 60_000)
})
