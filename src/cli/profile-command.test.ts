import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGoPprof } from '../../test/support/go-pprof'
import { startTestService, type TestService } from '../../test/support/go-service'
import { profileOfStacks, zipProfile } from '../../test/support/profile-encoder'
import type { Output } from './output'
import { runProfile } from './profile-command'

const tool = openGoPprof()
const dir = mkdtempSync(join(tmpdir(), 'ballonet-profile-'))
let service: TestService

beforeAll(async () => {
  service = await startTestService(['-scenario', 'madvfree', '-alloc-mib', '32', '-keep-mib', '8'])
}, 120_000)

afterAll(async () => {
  tool.dispose()
  rmSync(dir, { recursive: true, force: true })
  await service.end()
})

function keep(name: string, bytes: Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, bytes)
  return path
}

async function run(
  source: string | undefined,
  options: Record<string, string | boolean> = {},
): Promise<{ text: string; objects: Record<string, unknown>[]; errors: string[] }> {
  const lines: string[] = []
  const objects: Record<string, unknown>[] = []
  const errors: string[] = []
  const output: Output = {
    line: (text) => void lines.push(`${text}\n`),
    json: (value) => void objects.push(JSON.parse(JSON.stringify(value)) as Record<string, unknown>),
    error: (text) => void errors.push(text),
    isTerminal: false,
    drained: () => Promise.resolve(),
    isErrorTerminal: false,
  }
  const stop = new AbortController().signal
  const spec = typeof options['target'] === 'string' ? options['target'] : 'local'
  await runProfile(source, options, { spec, intervalMs: 1000, isElevated: false, output, stop })
  return { text: lines.join(''), objects, errors }
}

const stacks = profileOfStacks(
  [
    { frames: ['main.leaf', 'main.main'], values: [3, 3000] },
    { frames: ['main.b\u001b[31m', 'main.main'], values: [1, 2n ** 60n] },
  ],
  {
    sampleTypes: [
      ['objects', 'count'],
      ['space', 'bytes'],
    ],
  },
)

describe('ballonet profile', () => {
  it('prints the text of go tool pprof -top for a file and its options', async () => {
    const answer = await fetch(new URL('/debug/pprof/heap', service.url))
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const file = keep('heap.pb.gz', bytes)
    expect((await run(file)).text).toBe(tool.top(bytes))
    const all = await run(file, {
      cum: true,
      top: '3',
      'sample-index': 'alloc_space',
      focus: 'main',
      ignore: 'x y',
    })
    expect(all.text).toBe(
      tool.top(bytes, { cum: true, nodeCount: 3, sampleIndex: 'alloc_space', focus: 'main', ignore: 'x y' }),
    )
    expect(all.errors).toEqual(['ballonet: --ignore matched no samples'])
    expect((await run(file, { base: file })).text).toBe(tool.top(bytes, { base: bytes }))
    expect((await run(file, { 'diff-base': file })).text).toBe(tool.top(bytes, { diffBase: bytes }))
  })

  it('asks a service at a URL, without a path for its heap, also from a target', async () => {
    const { origin } = new URL(service.url)
    for (const [url, type] of [
      [origin, 'inuse_space'],
      [`${origin}/debug/pprof/heap?debug=1`, 'inuse_space'],
      [`${origin}/debug/pprof/allocs`, 'alloc_space'],
      [`${origin}/debug/pprof/goroutine`, 'goroutine'],
    ] as const) {
      expect((await run(url)).text).toContain(`Type: ${type}\n`)
    }
    const fromThere = await run(origin, { target: 'exec:sh' })
    expect(fromThere.text).toContain('Type: inuse_space\n')
  })

  it('never asks for a collection', async () => {
    const { origin } = new URL(service.url)
    await expect(run(`${origin}/debug/pprof/heap?gc=1`)).rejects.toMatchObject({
      code: 'invalid',
      hint: 'go.endpoint.urlGc',
    })
  })

  it('prints one object a line, with exact numbers', async () => {
    const file = keep('hand-made.pb.gz', zipProfile(stacks))
    const { objects } = await run(file, { json: true })
    expect(objects[0]).toMatchObject({
      file: '/srv/app/bin/service',
      sampleType: 'space',
      unit: 'bytes',
      total: String(2n ** 60n + 3000n),
    })
    expect(objects[1]).toMatchObject({ name: 'main.b\u001b[31m', flat: String(2n ** 60n) })
    expect(objects).toHaveLength(3)
  })

  it('gives no orders to the terminal', async () => {
    const { text } = await run(keep('colour.pb.gz', zipProfile(stacks)))
    expect(text).toContain('main.b\\u001b[31m')
    expect(text).not.toContain('\u001b')
  })

  it('tells wrong usage, text and what is no profile apart', async () => {
    const file = keep('good.pb.gz', zipProfile(stacks))
    const text = keep('heap.txt', new TextEncoder().encode('heap profile: 1: 2 [3: 4] @ heap/1048576\n'))
    await expect(run(undefined)).rejects.toMatchObject({ code: 'invalid' })
    await expect(run(file, { base: file, 'diff-base': file })).rejects.toMatchObject({ code: 'invalid' })
    await expect(run(file, { target: 'exec:sh' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(run(file, { 'sample-index': 'none' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(run(file, { focus: '(' })).rejects.toMatchObject({ hint: 'profile.badPattern' })
    await expect(run(text)).rejects.toMatchObject({ code: 'parse', hint: 'profile.isText' })
    await expect(run(join(dir, 'none'))).rejects.toMatchObject({ code: 'gone' })
  })
})
