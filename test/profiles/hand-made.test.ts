import { afterAll, describe, expect, it } from 'vitest'
import { encodeProfile, profileOfStacks, type ProfileParts } from '../support/profile-encoder'
import { openGoPprof, printTop, type TopOptions } from '../support/go-pprof'

const tool = openGoPprof()
afterAll(() => tool.dispose())

const space: ProfileParts['sampleTypes'] = [
  ['objects', 'count'],
  ['space', 'bytes'],
]
const heap = { sampleTypes: space, periodType: ['space', 'bytes'] as [string, string], period: 524288 }
const twice = (value: number | bigint): (number | bigint)[] => [1, value]

const optionSets: TopOptions[] = [
  {},
  { cum: true },
  { sampleIndex: 'objects' },
  { nodeCount: 2 },
  { nodeCount: 1, cum: true },
  { focus: 'main\\.' },
  { ignore: 'leaf|other' },
  { focus: 'main\\.(a|b)$', ignore: '(?i)LEAF', cum: true },
  { hide: 'main\\.a' },
  { show: 'main|service' },
  { focus: 'nothing at all' },
]

const tree = profileOfStacks(
  [
    { frames: ['main.leaf', 'main.a', 'main.main'], values: [3, 3000] },
    { frames: ['main.leaf', 'main.b', 'main.main'], values: [1, 1000] },
    { frames: ['main.a', 'main.a', 'main.a', 'main.main'], values: [7, 70] },
    { frames: ['main.tiny', 'main.main'], values: [1, 5] },
    { frames: ['main.other'], values: [2, 2000] },
  ],
  heap,
)

const cases: Record<string, ProfileParts> = {
  'a tree with a recursion and a dropped leaf': tree,
  'numbers one by one': { ...tree, isUnpacked: true },
  'no samples': { ...tree, samples: [] },
  'samples that are all zero': {
    ...tree,
    samples: tree.samples!.map((each) => ({ ...each, values: [0, 0] })),
  },
  'ties, told apart by name, then by cum': profileOfStacks(
    ['z', 'b', 'a', 'ä', '𝒳', '\uff21', 'aa', 'main.same'].flatMap((name) => [
      { frames: [name, `caller.${name}`], values: twice(100) },
      { frames: ['x', name], values: twice(10) },
    ]),
    heap,
  ),
  'inlined lines': profileOfStacks(
    [
      { frames: [['main.leaf', 'main.mid', 'main.outer'], 'main.main'], values: twice(900) },
      { frames: ['main.leaf', 'main.main'], values: twice(300) },
      { frames: [['main.leaf', 'main.mid'], ['main.mid', 'main.a'], 'main.main'], values: twice(60) },
      { frames: [['main.rare', 'main.main']], values: twice(1) },
      { frames: [['main.only', 'main.tiny', 'main.main']], values: twice(200) },
      {
        frames: [
          ['main.a', 'main.a', 'main.main'],
          ['main.a', 'main.b'],
        ],
        values: twice(150),
      },
    ],
    heap,
  ),
  'negative values, some of which cancel each other out': profileOfStacks(
    [
      { frames: ['main.leaf', 'main.main'], values: [5, 500] },
      { frames: ['main.leaf', 'main.main'], values: [-3, -200] },
      { frames: ['main.b', 'main.main'], values: [2, -900] },
      { frames: ['main.gone', 'main.main'], values: [2, 10] },
      { frames: ['main.gone', 'main.main'], values: [-2, -10] },
      { frames: ['main.leaf', 'main.back', 'main.main'], values: [1, 4] },
      { frames: [['main.leaf', 'main.back'], 'main.main'], values: [1, -4] },
    ],
    heap,
  ),
  'values near the end of 64 bits': profileOfStacks(
    [
      { frames: ['main.leaf', 'main.main'], values: twice(2n ** 62n - 12345n) },
      { frames: ['main.b', 'main.main'], values: twice(2n ** 61n + 1n) },
      { frames: ['main.a', 'main.main'], values: twice(2n ** 53n + 1n) },
    ],
    heap,
  ),
  'values that pass 64 bits': profileOfStacks(
    [
      { frames: ['main.leaf', 'main.main'], values: twice(2n ** 62n) },
      { frames: ['main.b', 'main.main'], values: twice(2n ** 62n + 5n) },
      { frames: ['main.b', 'main.main'], values: twice(2n ** 62n) },
      { frames: ['main.min'], values: twice(-(2n ** 63n)) },
    ],
    heap,
  ),
  'labels keep samples apart': profileOfStacks(
    [
      { frames: ['main.leaf', 'main.main'], values: twice(100), labels: [{ key: 'route', text: '/a' }] },
      { frames: ['main.leaf', 'main.main'], values: twice(-40), labels: [{ key: 'route', text: '/b' }] },
      { frames: ['main.leaf', 'main.main'], values: twice(-40), labels: [{ key: '__proto__', text: '/b' }] },
    ],
    heap,
  ),
  'frames without a function or a binary': {
    ...heap,
    mappings: [
      { id: 7, filename: '/usr/lib/libc.so.6', start: 0x100, limit: 0x900 },
      { id: 9, filename: '/opt/x/libc.so.6' },
      { id: 11 },
    ],
    functions: [
      { id: 5, name: 'main.a' },
      { id: 8, name: '', filename: 'x.go', startLine: 3 },
    ],
    locations: [
      { id: 1, mappingId: 7, address: 0x120 },
      { id: 2, mappingId: 9, address: 0x130 },
      { id: 3, mappingId: 11, address: 0x140 },
      { id: 4, mappingId: 99, address: 0x150 },
      { id: 5, address: 0x150 },
      { id: 6, functionIds: [8], mappingId: 7 },
      { id: 7, functionIds: [5], mappingId: 7 },
    ],
    samples: [1, 2, 3, 4, 5, 6].map((id) => ({ stack: [id, 7], values: [id, 10 * id] })),
  },
  'no mapping at all, ids far apart': {
    ...heap,
    functions: [{ id: 2n ** 63n + 5n, name: 'main.far' }],
    locations: [{ id: 2n ** 64n - 1n, functionIds: [2n ** 63n + 5n] }],
    samples: [{ stack: [2n ** 64n - 1n], values: [1, 2] }],
  },
  'the same name under several ids': {
    ...tree,
    functions: [
      { id: 1, name: 'main.same', filename: 'a.go' },
      { id: 2, name: 'main.same', filename: 'b.go', startLine: 9 },
      { id: 3, name: 'main.a' },
    ],
    locations: [
      { id: 1, functionIds: [1] },
      { id: 2, functionIds: [2] },
      { id: 3, functionIds: [3], isFolded: true },
    ],
    samples: [
      { stack: [1, 2], values: [1, 10] },
      { stack: [2, 3], values: [1, 30] },
      { stack: [3], values: [1, 5] },
    ],
  },
  'names that look like C++ or are generic': {
    ...profileOfStacks(
      [
        'std::vector<int>::push(int)',
        'main.Map[...]',
        'main.(*List[...]).Add',
        'main.(*Plain).Add',
        'a<b',
        'x>y<z',
        'ns::f(a(b)c)<d>',
        'java.Thing.<init>(X)',
      ].map((name, index) => ({ frames: [name, 'main.main'], values: twice(100 + index) })),
      heap,
    ),
  },
  'frames to drop and to keep': {
    ...profileOfStacks(
      [
        { frames: ['alloc.raw', 'alloc.New', 'main.a', 'main.main'], values: twice(100) },
        { frames: ['alloc.raw', 'alloc.Keep', 'main.a', 'main.main'], values: twice(50) },
        { frames: ['alloc.raw', 'alloc.New'], values: twice(25) },
        { frames: [['alloc.raw', 'alloc.New', 'main.b'], 'main.main'], values: twice(13) },
        { frames: [['main.b', 'alloc.New'], 'main.main'], values: twice(7) },
        { frames: ['alloc.New(int)', 'main.a'], values: twice(3) },
      ],
      heap,
    ),
    dropFrames: 'alloc\\..*',
    keepFrames: '.*Keep',
  },
  'a pattern to drop that is none': { ...tree, dropFrames: '(' },
  'a CPU profile': {
    ...profileOfStacks(
      [
        { frames: ['main.spin', 'main.main'], values: [812, 8_120_000_000] },
        { frames: ['runtime.gc'], values: [3, 30_000_000] },
      ],
      {
        sampleTypes: [
          ['samples', 'count'],
          ['cpu', 'nanoseconds'],
        ],
        periodType: ['cpu', 'nanoseconds'],
        period: 10_000_000,
        timeNanos: 1_700_000_000_123_456_789n,
        durationNanos: 10_201_000_000n,
        comments: ['a comment', '# none', 'a comment'],
      },
    ),
  },
  'a default that is not the last': { ...tree, defaultSampleType: 'objects', durationNanos: 5 },
  'a unit that nobody knows': profileOfStacks([{ frames: ['f'], values: [3, 125] }], {
    sampleTypes: [
      ['objects', 'apples'],
      ['space', 'Kilobytes'],
    ],
  }),
  'a label of the tool itself': profileOfStacks(
    [
      { frames: ['f'], values: twice(10), labels: [{ key: 'pprof::base', text: 'true' }] },
      { frames: ['g'], values: twice(30) },
    ],
    heap,
  ),
  'a program whose name is a URL': {
    ...tree,
    mappings: [{ id: 1, filename: 'http://host:80/debug/pprof/heap' }],
  },
  'a program named by slashes': { ...tree, mappings: [{ id: 1, filename: '//' }] },
  'shares that lie between two numbers': profileOfStacks(
    [1, 3, 5, 7, 10, 995, 12.5 * 8, 624].map((value, index) => ({
      frames: [`f${index}`],
      values: twice(value),
    })),
    heap,
  ),
}

describe('the table of a hand-made profile is the text of go tool pprof -top', () => {
  for (const [name, parts] of Object.entries(cases)) {
    it(name, { timeout: 60_000 }, async () => {
      const bytes = encodeProfile(parts)
      for (const options of optionSets) {
        if (options.sampleIndex !== undefined && parts.sampleTypes[0]![0] !== 'objects') continue
        expect(await printTop(bytes, options), JSON.stringify(options)).toBe(tool.top(bytes, options))
      }
    })
  }
})

const diffOptionSets: TopOptions[] = [
  {},
  { cum: true, nodeCount: 2 },
  { sampleIndex: 'objects', focus: 'main\\.(a|new)' },
]

describe('differences are the text of go tool pprof with -base and -diff_base', () => {
  const inKilobytes: ProfileParts = {
    ...tree,
    sampleTypes: [
      ['object', 'count'],
      ['space', 'kilobytes'],
    ],
    periodType: ['space', 'kilobytes'],
  }
  const bases: Record<string, ProfileParts> = {
    'of itself': tree,
    'of other stacks': profileOfStacks(
      [
        { frames: ['main.leaf', 'main.a', 'main.main'], values: [2, 2999] },
        { frames: ['main.new', 'main.main'], values: [5, 800] },
        { frames: ['main.other'], values: [2, 2000] },
      ],
      { ...heap, timeNanos: 1_600_000_000_000_000_000n, comments: ['base'], defaultSampleType: 'objects' },
    ),
    'of a program loaded elsewhere': {
      ...tree,
      mappings: [{ id: 1, start: 0x501000, limit: 0x509000, filename: '/else/service', buildId: 'abc123' }],
      locations: tree.locations!.map((each) => ({ ...each, address: Number(each.address) + 0x500000 })),
    },
    'without a mapping': { ...tree, mappings: [] },
    'without samples': { ...tree, samples: [] },
    'of values that a float cannot hold': {
      ...tree,
      samples: tree.samples!.map((each) => ({ ...each, values: [2n ** 60n + 1n, 2n ** 62n - 1n] })),
    },
    'in another unit': { ...inKilobytes, sampleTypes: [['objects', 'count'], inKilobytes.sampleTypes[1]!] },
  }
  for (const [name, base] of Object.entries(bases)) {
    it(name, { timeout: 60_000 }, async () => {
      const ours = encodeProfile({ ...tree, timeNanos: 1_700_000_000_000_000_000n })
      const theirs = encodeProfile(base)
      for (const options of diffOptionSets) {
        for (const diff of [{ base: theirs }, { diffBase: theirs }]) {
          const all = { ...options, ...diff }
          const what = `${JSON.stringify(options)} ${Object.keys(diff).join()}`
          expect(await printTop(ours, all), what).toBe(tool.top(ours, all))
          const reversed = { ...options, ...('base' in diff ? { base: ours } : { diffBase: ours }) }
          expect(await printTop(theirs, reversed), `${what}, reversed`).toBe(tool.top(theirs, reversed))
        }
      }
    })
  }

  it('refuses what the tool refuses', async () => {
    const ours = encodeProfile(tree)
    const others: ProfileParts[] = [
      inKilobytes,
      { ...tree, sampleTypes: [space[0]!], samples: [] },
      { ...tree, periodType: ['cpu', 'nanoseconds'] },
      { ...tree, sampleTypes: [space[1]!, space[0]!] },
    ]
    for (const other of others) {
      const base = encodeProfile(other)
      expect(() => tool.top(ours, { base })).toThrow()
      await expect(printTop(ours, { base })).rejects.toMatchObject({ code: 'unsupported' })
    }
  })
})
