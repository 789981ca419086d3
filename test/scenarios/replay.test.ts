import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '#core/verdict/verdict'
import { describe, expect, it } from 'vitest'
import { judge, toSummary } from './judge'
import { readRecording, recordingsDir } from './recording'
import { scenarios } from './scenarios'
import { stretch } from './stretch'

/** A quarter of an hour: long enough to be certain of what grows. */
const times = 15
/** What is told by growth, and so by time. */
const growing: readonly string[] = ['leak', 'goroutine-leak', 'cgo-growth', 'mmap-growth']

function certainIds({ findings }: Verdict): string[] {
  return findings.filter(({ level }) => level === 'certain').map(({ id }) => id)
}

function levelOfMain(verdict: Verdict): string | undefined {
  return verdict.findings.find(({ id }) => id === verdict.main)?.level
}

describe('recorded scenarios', () => {
  it('are all there, and small', () => {
    const files = readdirSync(recordingsDir)
    expect(files.sort()).toEqual(scenarios.map(({ name }) => `${name}.json`).sort())
    for (const file of files) expect(statSync(join(recordingsDir, file)).size, file).toBeLessThan(30_000)
  })

  describe.each(scenarios)('$name', ({ name, finding }) => {
    const run = readRecording(name)
    const slow = stretch(run, times)
    const others = (verdict: Verdict): string[] => certainIds(verdict).filter((id) => id !== finding)

    it('is named after a minute, and after a quarter of an hour of the same', () => {
      for (const verdict of [judge(run), judge(slow)])
        expect(verdict.main, JSON.stringify(toSummary(verdict))).toBe(finding)
    })

    it('is never called something else for certain, whenever one looks', () => {
      for (let count = 1; count <= run.samples.length; count++) {
        expect(others(judge(run, { count })), `after ${count} samples`).toEqual([])
        expect(others(judge(slow, { count })), `after ${count} slow samples`).toEqual([])
      }
    })

    it('is not certain of heap growth after a minute: a cache that warms up looks the same', () => {
      expect(certainIds(judge(run))).not.toContain('heapGrowth')
    })

    if (growing.includes(name))
      it('is certain after a quarter of an hour', () => {
        expect(levelOfMain(judge(slow))).toBe('certain')
      })

    it('has evidence, each number with its age and source, and says what to do', () => {
      const verdict = judge(run)
      const main = verdict.findings[0]!
      expect(main.id).toBe(verdict.main)
      expect(main.evidence.length).toBeGreaterThan(0)
      for (const { value, ageMs, source, unit } of main.evidence) {
        expect(source).toBeTruthy()
        if (unit !== 'text' && value !== null) expect(ageMs).toBeGreaterThanOrEqual(0)
      }
      expect(main.next.length).toBeGreaterThan(0)
    })
  })

  describe.each(['leak', 'sawtooth', 'long-tooth', 'warming-cache', 'healthy', 'madvfree-busy'])(
    '%s',
    (name) => {
      it('is told by its floor, wherever in a tooth the watch began and ended', () => {
        const run = readRecording(name)
        // A cache that is filled within the first seconds does grow.
        const firsts = name === 'warming-cache' ? [6, 9, 13, 17, 22, 27] : [0, 3, 7, 12, 18, 23, 27]
        for (const from of firsts) {
          for (let to = from + 27; to <= run.samples.length; to += 2) {
            const part = { ...run, samples: run.samples.slice(from, to), hosts: run.hosts.slice(from, to) }
            const growth = judge(part).findings.find(({ id }) => id === 'heapGrowth')
            const isHeld = growth?.level === 'possible' || growth?.level === 'likely'
            expect(isHeld, `${from} to ${to}: ${growth?.text} ${growth?.level}`).toBe(name === 'leak')
          }
        }
      })
    },
  )
})
