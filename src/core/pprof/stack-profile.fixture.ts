import { baseLabel } from './diff'
import type { Profile } from './profile'

export interface FixtureStack {
  /** Function names from the start of the program down to the leaf. */
  stack: readonly string[]
  value: number | bigint
  isBase?: boolean
}

/** A profile of one sample type from stacks that are written down by name; each function is a location. */
export function createStackProfile(samples: readonly FixtureStack[], unit = 'bytes'): Profile {
  const names = [...new Set(samples.flatMap(({ stack }) => stack))]
  const indices = new Map(names.map((name, index) => [name, index]))
  const stackStarts = new Uint32Array(samples.length + 1)
  for (const [index, { stack }] of samples.entries())
    stackStarts[index + 1] = stackStarts[index]! + stack.length
  const labels = samples.map(({ isBase }) =>
    isBase === true ? { text: { [baseLabel]: ['true'] }, numbers: {} } : null,
  )
  return {
    sampleTypes: [{ type: 'inuse_space', unit }],
    defaultSampleType: 0,
    functions: names.map((name) => ({ name, systemName: name, filename: '', startLine: 0 })),
    locations: names.map((_, functionIndex) => ({
      address: BigInt(functionIndex),
      mappingIndex: -1,
      lines: [{ functionIndex, line: 0 }],
    })),
    mappings: [],
    sampleCount: samples.length,
    stackStarts,
    stacks: Uint32Array.from(
      samples.flatMap(({ stack }) => [...stack].reverse().map((name) => indices.get(name)!)),
    ),
    values: BigInt64Array.from(samples, ({ value }) => BigInt(value)),
    labels: labels.some((each) => each !== null) ? labels : [],
    atMs: null,
    durationNanos: 0n,
    periodType: null,
    period: 0n,
    comments: [],
    dropFrames: '',
    keepFrames: '',
  }
}

/** Different stacks of a service: a few ways in, ever more branches down to `depth`. The same for the same numbers. */
export function createManyStacks(count: number, depth: number, functionCount = 2000): FixtureStack[] {
  let seed = 1
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  return Array.from({ length: count }, () => ({
    stack: Array.from(
      { length: depth },
      (_, level) => `pkg${level}.f${next(Math.min(functionCount / depth, 2 + level * 4))}`,
    ),
    value: 1 + next(100_000),
  }))
}
