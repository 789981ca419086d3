import { describe, expect, it } from 'vitest'
import { addTallies, formatTally, isSuccess, tallyPlaywright, tallyVitest } from './tally.mjs'
import { parseTestArguments } from './test-arguments.mjs'

describe('the last line', () => {
  it('adds up', () =>
    expect(
      formatTally(
        addTallies([
          { passed: 1, failed: 0, skipped: [] },
          { passed: 2, failed: 3, skipped: ['x'] },
        ]),
      ),
    ).toBe('3 passed, 3 failed, 1 skipped'))
  it('names no skips when there are none', () =>
    expect(formatTally({ passed: 4, failed: 0, skipped: [] })).toBe('4 passed, 0 failed'))
  it('is no success when nothing passed', () => {
    expect(isSuccess({ passed: 0, failed: 0, skipped: [] })).toBe(false)
    expect(isSuccess({ passed: 1, failed: 1, skipped: [] })).toBe(false)
    expect(isSuccess({ passed: 1, failed: 0, skipped: [] })).toBe(true)
  })
})

describe('vitest', () => {
  const test = (status) => ({ status, fullName: `a ${status} test` })
  const report = (...files) => ({
    testResults: files.map(([status, ...tests]) => ({ status, assertionResults: tests.map(test) })),
  })
  it('counts', () =>
    expect(tallyVitest(report(['failed', 'passed', 'failed', 'skipped'], ['passed', 'passed']), 1)).toEqual({
      passed: 2,
      failed: 1,
      skipped: ['a skipped test (skipped)'],
    }))
  it('counts a file that could not be loaded', () =>
    expect(tallyVitest(report(['failed']), 1).failed).toBe(1))
  it('counts an unhandled error', () => expect(tallyVitest(report(['passed', 'passed']), 1).failed).toBe(1))
})

describe('Playwright', () => {
  const spec = (status, annotations = []) => ({ title: status, tests: [{ status, annotations }] })
  it('counts in nested suites, with the reasons of skips', () =>
    expect(
      tallyPlaywright(
        {
          suites: [
            {
              specs: [spec('expected')],
              suites: [
                { specs: [spec('unexpected'), spec('skipped', [{ type: 'skip', description: 'why' }])] },
              ],
            },
          ],
        },
        1,
      ),
    ).toEqual({ passed: 1, failed: 1, skipped: ['skipped: why'] }))
  it('counts errors outside of tests', () =>
    expect(tallyPlaywright({ suites: [], errors: [{ message: 'No tests found' }] }, 1).failed).toBe(1))
})

describe('arguments', () => {
  it.each([
    [[], { only: null, patterns: [] }],
    [['--only', 'unit', 'src/core'], { only: 'unit', patterns: ['src/core'] }],
    [['--only=lint'], { only: 'lint', patterns: [] }],
  ])('%j', (args, parsed) => expect(parseTestArguments(args)).toEqual(parsed))
  it.each([[['--only', 'nothing']], [['--only']], [['src/core']], [['--only=lint', 'src']]])(
    'refuses %j',
    (args) => expect(() => parseTestArguments(args)).toThrow(expect.objectContaining({ code: 'usage' })),
  )
})
