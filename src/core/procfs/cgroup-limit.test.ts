import { expect, it } from 'vitest'
import { parseCgroupLimit } from './cgroup-limit'

it.each([
  ['max\n', null],
  ['268435456\n', 268435456],
  ['0\n', 0],
  ['9223372036854771712\n', null],
  ['9223372036854710272\n', null],
  ['9223372036854775807\n', null],
  ['18446744073709551615\n', null],
  ['8796093018112\n', null],
  ['8796093022208\n', 8796093022208],
])('%j', (text, limit) => {
  expect(parseCgroupLimit(text)).toBe(limit)
})

it.each(['', 'none', '-1', '1k', 'max max'])('refuses %j', (text) => {
  expect(() => parseCgroupLimit(text)).toThrow(expect.objectContaining({ code: 'parse' }))
})
