import { describe, expect, it } from 'vitest'
import type { Profile } from './profile'
import { toProfileGrowth } from './profile-growth'

const names = ['main.cache', 'main.handle', 'bytes.grow', 'main.main']

/** Samples of `[frames, in-use bytes]`, the leaf first; a frame may be several inlined ones. */
function profileOf(samples: [frames: (number | number[])[], bytes: number][], order = [0, 1, 2, 3]): Profile {
  const frames = [...new Set(samples.flatMap(([stack]) => stack.map((frame) => JSON.stringify(frame))))]
  const starts = [0]
  const stacks: number[] = []
  for (const [stack] of samples) {
    stacks.push(...stack.map((frame) => frames.indexOf(JSON.stringify(frame))))
    starts.push(stacks.length)
  }
  return {
    sampleTypes: [
      { type: 'alloc_space', unit: 'bytes' },
      { type: 'inuse_space', unit: 'bytes' },
    ],
    defaultSampleType: 1,
    functions: order.map((i) => ({ name: names[i]!, systemName: names[i]!, filename: '', startLine: 0 })),
    locations: frames.map((frame) => ({
      address: 0n,
      mappingIndex: -1,
      lines: [JSON.parse(frame) as number | number[]]
        .flat()
        .map((i) => ({ functionIndex: order.indexOf(i), line: 1 })),
    })),
    mappings: [],
    sampleCount: samples.length,
    stackStarts: Uint32Array.from(starts),
    stacks: Uint32Array.from(stacks),
    values: BigInt64Array.from(samples.flatMap(([, bytes]) => [999n, BigInt(bytes)])),
    labels: [],
    atMs: null,
    durationNanos: 0n,
    periodType: null,
    period: 0n,
    comments: [],
    dropFrames: '',
    keepFrames: '',
  }
}

const first = profileOf([
  [[0, 1, 3], 1000],
  [[2, 3], 500],
])

describe('toProfileGrowth', () => {
  it('names what grew, with its stack, however each profile numbers its functions', () => {
    const newest = profileOf(
      [
        [[0, 1, 3], 5000],
        [[0, 3], 1000],
        [[2, 3], 400],
      ],
      [3, 2, 1, 0],
    )
    expect(toProfileGrowth({ profile: first, atMs: 10 }, { profile: newest, atMs: 20 })).toEqual({
      fromAtMs: 10,
      toAtMs: 20,
      sampleType: 'inuse_space',
      totalDeltaBytes: 4900,
      top: [
        {
          name: 'main.cache',
          flatDeltaBytes: 5000,
          cumDeltaBytes: 5000,
          stack: ['main.cache', 'main.handle', 'main.main'],
        },
      ],
    })
  })

  it('counts an inlined leaf as the leaf, and recursion once', () => {
    const newest = profileOf([
      [[0, 1, 3], 1000],
      [[[2, 1], 1, 3], 800],
    ])
    const { top, totalDeltaBytes } = toProfileGrowth(
      { profile: first, atMs: 0 },
      { profile: newest, atMs: 1 },
    )
    expect(totalDeltaBytes).toBe(300)
    expect(top).toMatchObject([
      {
        name: 'bytes.grow',
        flatDeltaBytes: 300,
        stack: ['bytes.grow', 'main.handle', 'main.handle', 'main.main'],
      },
    ])
  })

  it('has nothing to name where nothing grew', () => {
    const shrunk = toProfileGrowth({ profile: first, atMs: 0 }, { profile: profileOf([]), atMs: 1 })
    expect(shrunk).toMatchObject({ totalDeltaBytes: -1500, top: [] })
  })

  it('refuses a profile of something else', () => {
    const cpu: Profile = { ...first, sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }] }
    expect(() => toProfileGrowth({ profile: cpu, atMs: 0 }, { profile: first, atMs: 1 })).toThrow(
      'inuse_space',
    )
  })
})
