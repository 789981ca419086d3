import { describe, expect, it } from 'vitest'
import { toVerdict } from '#core/verdict/to-verdict'
import { GiB, toInput } from '#core/verdict/verdict.fixture'
import type { Output } from './output'
import { createVerdictTeller, toVerdictLines, toVerdictRecord } from './verdict-record'

const verdict = toVerdict(
  toInput({
    seconds: 40,
    scene: () => ({
      sample: { rssBytes: 2 * GiB },
      rollup: { rssBytes: 2 * GiB, anonymousBytes: 1.9 * GiB, lazyFreeBytes: 1.6 * GiB },
      go: { heapReleasedBytes: 1.7 * GiB, heapIdleBytes: 1.72 * GiB, sysBytes: 2.05 * GiB },
    }),
    facts: { madvise: 'free', goVersion: 'go1.12.17' },
  }),
)

describe('the verdict on the command line', () => {
  it('is one object with sentences, numbers and ages', () => {
    const record = toVerdictRecord(verdict)!
    expect(record).toMatchObject({
      main: 'madvFree',
      level: 'certain',
      sentence:
        '1.60 GiB of RSS 2.00 GiB (80.0 %) is LazyFree: the Go runtime has freed it with MADV_FREE, and the kernel takes it back when it needs it.',
    })
    expect(record.findings[0]!.evidence[0]).toEqual({
      name: 'LazyFree',
      value: 1.6 * GiB,
      unit: 'bytes',
      ageMs: 0,
      source: 'smaps_rollup',
    })
    expect(record.findings[0]!.next[0]).toMatch(/^A balloon settles it/)
    expect(JSON.parse(JSON.stringify(record))).toEqual(record)
    expect(toVerdictRecord(null)).toBeNull()
  })

  it('is told in words once, until it is another one', () => {
    const lines: string[] = []
    const output: Output = {
      line: (text) => void lines.push(text),
      json: () => undefined,
      error: () => undefined,
      isTerminal: false,
      drained: () => Promise.resolve(),
      isErrorTerminal: false,
    }
    const tell = createVerdictTeller(output)
    tell(null)
    tell(verdict)
    tell({ ...verdict, atMs: verdict.atMs + 3000 })
    expect(lines).toEqual(toVerdictLines(verdict))
    expect(lines[0]).toMatch(/^Certain: 1\.60 GiB of RSS/)
    expect(lines[1]).toMatch(/^ {2}A balloon settles it/)
  })

  it('can give no order to a terminal', () => {
    const [main, ...rest] = verdict.findings
    const evil = {
      ...verdict,
      findings: [{ ...main!, params: { ...main!.params, rssBytes: '\u001b[2J' } }, ...rest],
    }
    expect(toVerdictLines(evil).join('')).not.toContain('\u001b')
  })
})
