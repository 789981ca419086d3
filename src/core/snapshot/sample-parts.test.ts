import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CgroupSample, GoSample, HostSample, ProcessSample, RollupSample } from '../metrics/samples'
import {
  createSampleJoiner,
  createSampleSplitter,
  fromHostRow,
  streamColumns,
  toHostRow,
} from './sample-parts'

const key = { pid: 808, startTimeTicks: 4242 }
const value = fc.option(fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true })), {
  nil: null,
})
const numbers = (columns: readonly string[]) =>
  fc.record(Object.fromEntries(columns.map((column) => [column, value])))
/** Readings come with later polls, or are repeated by them: of few moments, so that both happen. */
const moment = fc.integer({ min: 1, max: 3 })
const rollup = fc
  .tuple(moment, numbers(streamColumns.rollup))
  .map(([atMs, rest]) => ({ ...rest, atMs }) as unknown as RollupSample)
const go = fc
  .tuple(moment, fc.constantFrom('expvar', 'prometheus'), numbers(streamColumns.go))
  .map(([atMs, source, rest]) => ({ ...rest, atMs, source }) as unknown as GoSample)
const cgroup = fc
  .tuple(fc.constantFrom(1, 2), fc.string(), numbers(streamColumns.cgroup))
  .map(([version, path, rest]) => ({ ...rest, version, path }) as unknown as CgroupSample)
const sample = fc.record({
  numbers: numbers(streamColumns.process),
  comm: fc.string(),
  rollup: fc.option(rollup, { nil: null }),
  go: fc.option(go, { nil: null }),
  cgroup: fc.option(cgroup, { nil: null }),
  absent: fc.constantFrom({}, { smaps_rollup: 'permission-denied' as const }),
})

/** The same moment is the same reading. */
function toSamples(
  parts: readonly (typeof sample extends fc.Arbitrary<infer T> ? T : never)[],
): ProcessSample[] {
  const rollups = new Map<number, RollupSample>()
  const answers = new Map<string, GoSample>()
  let rollupAtMs = 0
  let goAtMs = 0
  return parts.map(({ numbers: own, rollup: walk, go: answer, ...rest }, index) => {
    if (walk !== null) {
      rollupAtMs = Math.max(rollupAtMs, walk.atMs)
      if (!rollups.has(rollupAtMs)) rollups.set(rollupAtMs, { ...walk, atMs: rollupAtMs })
    }
    if (answer !== null) {
      goAtMs = Math.max(goAtMs, answer.atMs)
      const id = `${goAtMs}`
      if (!answers.has(id)) answers.set(id, { ...answer, atMs: goAtMs })
    }
    const goNow = answer === null ? null : answers.get(`${goAtMs}`)!
    return {
      ...own,
      ...rest,
      atMs: 1000 + index,
      key,
      state: 'S',
      rollup: walk === null ? null : rollups.get(rollupAtMs)!,
      go: goNow,
      endpoint: {
        ...{
          phase: goNow === null ? 'none' : 'ok',
          url: null,
          isManual: false,
          source: goNow?.source ?? null,
        },
        ...{ costMs: goNow?.costMs ?? null, bytes: null, intervalMs: null, error: null },
      },
    } as unknown as ProcessSample
  })
}

describe('what is recorded of a sample', () => {
  it('gives the same samples again', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 8 }), (parts) => {
        const samples = toSamples(parts)
        const split = createSampleSplitter()
        const join = createSampleJoiner(key)
        expect(samples.map((each) => join(split(each)))).toEqual(samples)
      }),
    )
  })

  it('has each walk and each answer once, and the state when it changes', () => {
    const [first, second] = toSamples([
      ...Array.from({ length: 2 }, () => ({
        ...{ numbers: {}, comm: 'pay', absent: {}, cgroup: null },
        ...{ rollup: { atMs: 1 } as RollupSample, go: { atMs: 1, source: 'expvar' } as GoSample },
      })),
    ])
    const split = createSampleSplitter()
    expect(split(first!)).toMatchObject({ rollup: { atMs: 1 }, go: { atMs: 1 }, state: { comm: 'pay' } })
    expect(split(second!)).toMatchObject({ rollup: null, go: null, cgroup: null, state: null })
  })

  it('has every number of the host', () => {
    fc.assert(
      fc.property(numbers(streamColumns.host), (own) => {
        const host = { ...own, atMs: 5 } as unknown as HostSample
        expect(fromHostRow(toHostRow(host))).toEqual(host)
      }),
    )
  })
})
