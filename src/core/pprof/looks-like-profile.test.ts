import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { looksLikeProfile } from './looks-like-profile'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
/** sample_type, a sample, a mapping with its id, a string, time_nanos. */
const profile = Uint8Array.from([
  ...[0x0a, 4, 0x08, 1, 0x10, 2],
  ...[0x12, 3, 0x0a, 1, 5],
  ...[0x1a, 2, 0x08, 1],
  ...[0x32, 2, 0x68, 0x69],
  ...[0x48, 0x80, 0x80, 0x01],
])

describe('looksLikeProfile', () => {
  it('takes a profile, cut anywhere', () => {
    for (let length = 1; length <= profile.length; length++)
      expect(looksLikeProfile(profile.subarray(0, length)), `${length}`).toBe(true)
  })

  it.each([
    '',
    '<!doctype html>',
    '\n\n<html>',
    '{"memstats":{}}',
    'heap profile: 1: 2 [3: 4] @ heap/1048576\n',
    '# HELP go_goroutines\n',
    '404 page not found\n',
    'goroutine 1 [running]:\n',
    '--- heapz 1 ---\n',
    'PK\x03\x04',
    '\x7fELF\x02\x01\x01',
    '\0\0\0\0',
  ])('refuses %j', (text) => expect(looksLikeProfile(bytesOf(text))).toBe(false))

  it('says yes or no to whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof looksLikeProfile(bytes)).toBe('boolean')
      }),
    )
  })
})
