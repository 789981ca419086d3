import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openGoPprof, printTop, type TopOptions } from '../support/go-pprof'
import { encodeProfile, profileOfStacks } from '../support/profile-encoder'

const tool = openGoPprof()
afterAll(() => tool.dispose())

const name = fc.constantFrom(
  'main.a',
  'main.b',
  'main.c',
  'main.d',
  'lib/x.Do',
  'lib/x.Map[...]',
  'std::f<int>(x)',
  '',
)
const frame = fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 }))
const value = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 0n, max: 5000n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: -5000n, max: 5000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
)
const stack = fc.record({
  frames: fc.array(frame, { maxLength: 7 }),
  values: fc.tuple(value, value),
})
const unit = fc.constantFrom('count', 'bytes', 'kilobytes', 'nanoseconds', 'seconds', 'things')
const header = fc.record({
  durationNanos: fc.constantFrom(0, 1, 1500, 10_000_000_000, 7_300_000_000_000),
  timeNanos: fc.constantFrom(0, 1_700_000_000_000_000_000n, 951_868_799_999_999_999n, -62_000_000_000n),
  isUnpacked: fc.boolean(),
  defaultSampleType: fc.constantFrom('', 'one', 'none'),
  dropFrames: fc.constantFrom('', 'main\\.a', 'lib/.*', '.*'),
  keepFrames: fc.constantFrom('', '.*Do'),
})
const profile = fc.tuple(fc.array(stack, { maxLength: 14 }), header, unit).map(([stacks, rest, second]) =>
  encodeProfile(
    profileOfStacks(stacks, {
      ...rest,
      sampleTypes: [
        ['one', 'count'],
        ['two', second],
      ],
    }),
  ),
)
const options: fc.Arbitrary<TopOptions> = fc.record(
  {
    cum: fc.boolean(),
    nodeCount: fc.integer({ min: 1, max: 5 }),
    focus: fc.constantFrom('main', 'a$|b$', 'x\\.Do', '^$'),
    ignore: fc.constantFrom('main\\.c', 'f|Map', 'zzz'),
    hide: fc.constantFrom('main\\.b', 'lib'),
    show: fc.constantFrom('main\\.[ab]', 'src'),
    sampleIndex: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: [] },
)

describe('the table of any profile is the text of go tool pprof -top', () => {
  it('with any options', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(profile, options, async (bytes, all) => {
        expect(await printTop(bytes, all)).toBe(tool.top(bytes, all))
      }),
      { numRuns: 250 },
    )
  })

  it('with any base', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(profile, profile, options, fc.boolean(), async (bytes, other, all, isBase) => {
        const diff = { ...all, ...(isBase ? { base: other } : { diffBase: other }) }
        let expected: string
        try {
          expected = tool.top(bytes, diff)
        } catch {
          await expect(printTop(bytes, diff)).rejects.toMatchObject({ code: 'unsupported' })
          return
        }
        expect(await printTop(bytes, diff)).toBe(expected)
      }),
      { numRuns: 250 },
    )
  })
})
