import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeProfile } from '#core/pprof/decode-profile'
import { openGoPprof, printTop, type TopOptions } from '../support/go-pprof'

const tool = openGoPprof()
const dir = mkdtempSync(join(tmpdir(), 'ballonet-profiles-'))
/** Bytes between two samples of the heap: every one, many, Go's own, none. */
const rates = ['1', '4096', '524288', '0']

beforeAll(() => {
  const program = join(dir, 'program')
  execFileSync('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'go') })
  for (const rate of rates) {
    mkdirSync(join(dir, rate))
    execFileSync(program, [join(dir, rate), rate])
  }
}, 120_000)

afterAll(() => {
  tool.dispose()
  rmSync(dir, { recursive: true, force: true })
})

const read = (rate: string, name: string): Uint8Array => readFileSync(join(dir, rate, `${name}.pb.gz`))

const optionSets: TopOptions[] = [
  {},
  { cum: true },
  { nodeCount: 5 },
  { focus: 'main\\.grow' },
  { ignore: 'main\\.(fill|small)$', cum: true },
  { focus: '(?i)MAP|\\.func\\d+$', nodeCount: 3 },
  { hide: '^runtime\\.' },
  { show: 'main' },
]

describe('the table of a real profile is the text of go tool pprof -top', () => {
  for (const name of ['heap', 'allocs', 'goroutine', 'mutex', 'block', 'threadcreate', 'cpu']) {
    it(name, { timeout: 60_000 }, async () => {
      const isHeap = name === 'heap' || name === 'allocs'
      for (const rate of isHeap ? rates : ['4096']) {
        const bytes = read(rate, name)
        const { sampleTypes } = await decodeProfile(bytes)
        for (const { type } of sampleTypes) {
          for (const options of optionSets) {
            const all = { ...options, sampleIndex: type }
            expect(await printTop(bytes, all), `${rate} ${JSON.stringify(all)}`).toBe(tool.top(bytes, all))
          }
        }
        expect(await printTop(bytes)).toBe(tool.top(bytes))
      }
    })
  }

  it('differences of two runs', { timeout: 60_000 }, async () => {
    for (const [ours, theirs] of [
      ['heap', 'heap'],
      ['heap', 'allocs'],
      ['allocs', 'heap'],
    ] as const) {
      const bytes = read('4096', ours)
      const base = read('1', theirs)
      for (const options of optionSets.slice(0, 5)) {
        for (const diff of [{ base }, { diffBase: base }]) {
          const all = { ...options, ...diff }
          expect(await printTop(bytes, all), JSON.stringify(options)).toBe(tool.top(bytes, all))
        }
      }
    }
  })
})
