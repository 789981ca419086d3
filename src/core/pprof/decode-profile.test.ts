import { deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesField,
  encodeProfile,
  numberField,
  profileOfStacks,
  varint,
  zipProfile,
  type ProfileParts,
} from '../../../test/support/profile-encoder'
import { AppError } from '../errors'
import { aggregate } from './aggregate'
import { decodeProfile } from './decode-profile'
import { prepareProfile } from './prepare-profile'
import type { Profile } from './profile'
import { toTopReport } from './top-report'

const parts = profileOfStacks(
  [
    {
      frames: [['inner', 'outer'], 'main'],
      values: [1, 2n ** 62n + 3n],
      labels: [{ key: '__proto__', text: 'x' }],
    },
    { frames: ['main'], values: [-(2n ** 63n), -1] },
  ],
  {
    sampleTypes: [
      ['objects', 'count'],
      ['space', 'bytes'],
    ],
    periodType: ['space', 'bytes'],
    period: 512,
    timeNanos: 1_700_000_000_123_456_789n,
    comments: ['one', 'two', 'three'],
    dropFrames: 'drop',
  },
)

async function errorOf(bytes: Uint8Array, options?: { maxBytes?: number }): Promise<AppError> {
  const error = await decodeProfile(bytes, options).then(
    () => new Error('it was decoded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

/** All that is made of a profile on its way to the screen. */
function use(profile: Profile): void {
  const shown = prepareProfile(profile)
  if (shown.sampleTypes.length === 0) return
  toTopReport(shown, aggregate(shown, { filters: { focus: 'a', hide: 'b' } }), String)
}

/** Whatever the bytes: a profile, or an AppError with a code of reading. */
async function expectAnswer(bytes: Uint8Array): Promise<void> {
  try {
    use(await decodeProfile(bytes, { maxBytes: 2 ** 22 }))
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect(['parse', 'too-large']).toContain((error as AppError).code)
  }
}

describe('decodeProfile', () => {
  it('keeps 64-bit values, inlined lines and labels exactly', async () => {
    const profile = await decodeProfile(zipProfile(parts))
    expect([...profile.values]).toEqual([1n, 2n ** 62n + 3n, -(2n ** 63n), -1n])
    const [first] = profile.stacks
    expect(
      profile.locations[first!]!.lines.map(({ functionIndex }) => profile.functions[functionIndex]!.name),
    ).toEqual(['inner', 'outer'])
    expect(Object.entries(profile.labels[0]!.text)).toEqual([['__proto__', ['x']]])
    expect(profile.labels[1]).toBeNull()
    expect([...profile.stackStarts]).toEqual([0, 2, 3])
    expect(profile).toMatchObject({
      atMs: 1_700_000_000_123,
      comments: ['one', 'two', 'three'],
      dropFrames: 'drop',
      period: 512n,
      periodType: { type: 'space', unit: 'bytes' },
      defaultSampleType: 1,
      mappings: [{ startAddress: 0x1000n, filename: '/srv/app/bin/service', buildId: 'abc123' }],
    })
  })

  it('reads gzip and raw, packed and single numbers alike', async () => {
    const packed = await decodeProfile(encodeProfile(parts))
    for (const bytes of [zipProfile(parts), encodeProfile({ ...parts, isUnpacked: true })]) {
      expect(await decodeProfile(bytes)).toEqual(packed)
    }
  })

  it('passes over fields that it does not know, in every message', async () => {
    const known = encodeProfile(parts)
    const unknown = [
      ...numberField(15, 1),
      ...numberField(400, 7),
      ...bytesField(77, [1, 2, 3]),
      ...varint((99 << 3) | 1),
      ...[1, 2, 3, 4, 5, 6, 7, 8],
      ...varint((98 << 3) | 5),
      ...[1, 2, 3, 4],
    ]
    const line = bytesField(4, [...numberField(1, 1), ...unknown])
    const withMore = Uint8Array.from([
      ...known,
      ...unknown,
      ...bytesField(5, [...numberField(1, 900), ...unknown, ...numberField(2, 1)]),
      // A tag that takes more bytes than it needs.
      ...bytesField(4, [0x88, 0x80, 0x00, ...varint(901), ...unknown, ...line]),
    ])
    const profile = await decodeProfile(withMore)
    expect(profile.functions).toHaveLength(4)
    expect(profile.locations.at(-1)!.lines).toEqual([{ functionIndex: 0, line: 0 }])
  })

  it.each<[string, ProfileParts | Uint8Array]>([
    ['a location that is not there', { ...parts, locations: [] }],
    ['a function that is not there', { ...parts, functions: [] }],
    ['a location twice', { ...parts, locations: [...parts.locations!, parts.locations![0]!] }],
    ['a function with id 0', { ...parts, functions: [...parts.functions!, { id: 0, name: 'zero' }] }],
    ['a mapping twice', { ...parts, mappings: [{ id: 2 }, { id: 2 }] }],
    ['too few values', { ...parts, samples: [{ stack: [1], values: [1] }] }],
    ['too many values', { ...parts, samples: [{ stack: [1], values: [1, 2, 3] }] }],
    ['samples without types', { sampleTypes: [], samples: [{ stack: [], values: [] }] }],
    ['a string that is not there', Uint8Array.from([...encodeProfile(parts), ...numberField(7, 5000)])],
    ['a string below 0', Uint8Array.from([...encodeProfile(parts), ...numberField(7, -1)])],
    ['a first string that says something', Uint8Array.from(bytesField(6, [65]))],
    ['two profiles in one', Uint8Array.from([...encodeProfile(parts), ...encodeProfile(parts)])],
    ['a length past the end', Uint8Array.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a length of 2^63', Uint8Array.from([0x12, ...varint(2n ** 63n)])],
    ['a number that never ends', Uint8Array.from([0x48, ...new Array<number>(2000).fill(0x80)])],
    ['a group', Uint8Array.from([0x0b])],
    ['nothing', new Uint8Array(0)],
    ['nothing, zipped', new Uint8Array(gzipSync(''))],
    ['a header of gzip alone', Uint8Array.from([0x1f, 0x8b])],
  ])('refuses %s', async (_, broken) => {
    const bytes = broken instanceof Uint8Array ? broken : encodeProfile(broken)
    expect(await errorOf(bytes)).toMatchObject({ code: 'parse', hint: 'profile.broken' })
  })

  it('says what text is', async () => {
    const text = new TextEncoder().encode('heap profile: 3: 4 [5: 6] @ heap/1048576\n')
    expect(await errorOf(text)).toMatchObject({ code: 'parse', hint: 'profile.isText' })
  })

  it('stops a bomb at the limit, without holding it', async () => {
    const bomb = gzipSync(new Uint8Array(2 ** 26))
    expect(bomb.length).toBeLessThan(2 ** 17)
    const before = process.memoryUsage().arrayBuffers
    expect(await errorOf(bomb, { maxBytes: 2 ** 20 })).toMatchObject({ code: 'too-large' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 23)
  })

  it.each<[string, () => Uint8Array]>([
    ['millions of empty functions', () => new Uint8Array(2 ** 24).map((_, at) => (at % 2 === 0 ? 0x2a : 0))],
    [
      'a location of a million empty lines',
      () =>
        Uint8Array.from([
          ...varint((4 << 3) | 2),
          ...varint(2 ** 21),
          ...new Uint8Array(2 ** 21).map((_, at) => (at % 2 ? 0 : 0x22)),
        ]),
    ],
    [
      'a sample of a hundred thousand labels',
      () => {
        const labels = new Uint8Array(200_000).map((_, at) => (at % 2 ? 0 : 0x1a))
        return Uint8Array.from([
          ...encodeProfile(parts),
          ...varint((2 << 3) | 2),
          ...varint(labels.length),
          ...labels,
        ])
      },
    ],
  ])('refuses %s before they fill the memory', async (_, make) => {
    expect(await errorOf(new Uint8Array(gzipSync(make())))).toMatchObject({
      code: 'too-large',
      hint: 'profile.tooLarge',
    })
  })

  it('does not believe what the trailer says of the length', async () => {
    const raw = encodeProfile(parts)
    const lying = Uint8Array.from([
      ...[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3],
      ...deflateRawSync(raw),
      ...[0, 0, 0, 0],
      ...[0xff, 0xff, 0xff, 0xff],
    ])
    expect(await errorOf(lying)).toMatchObject({ code: 'parse' })
  })

  it('refuses a profile that is cut anywhere', { timeout: 60_000 }, async () => {
    const zipped = zipProfile(parts)
    for (let length = 0; length < zipped.length; length++) {
      expect((await errorOf(zipped.subarray(0, length))).code).toBe('parse')
    }
    const raw = encodeProfile(parts)
    for (let length = 0; length < raw.length; length++) await expectAnswer(raw.subarray(0, length))
  })

  it('throws nothing but AppError, whatever the bytes', { timeout: 60_000 }, async () => {
    const raw = encodeProfile(parts)
    const damaged = fc
      .array(fc.tuple(fc.nat(raw.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = raw.slice()
        for (const [at, byte] of changes) bytes[at] = byte
        return bytes
      })
    const any = fc.uint8Array({ maxLength: 300 })
    const zipped = any.map((bytes) => Uint8Array.from([0x1f, 0x8b, 8, 0, ...bytes]))
    await fc.assert(fc.asyncProperty(fc.oneof(damaged, any, zipped), expectAnswer), { numRuns: 3000 })
  })
})
