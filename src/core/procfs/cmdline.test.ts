import { expect, it } from 'vitest'
import { parsePidCmdline } from './cmdline'

const parse = (text: string, maxBytes?: number): string[] =>
  parsePidCmdline(new TextEncoder().encode(text), maxBytes)

it('splits the arguments at NULs', () => {
  expect(parse('java\0-Xmx1g\0a b\0')).toEqual(['java', '-Xmx1g', 'a b'])
  expect(parse('a\0\0b\0')).toEqual(['a', '', 'b'])
  expect(parse('')).toEqual([])
})

it('drops the tail that a program left when it wrote its own title', () => {
  expect(parse('nginx: worker process\0\0\0\0\0')).toEqual(['nginx: worker process'])
})

it('is cut at the maximum', () => {
  expect(parse(`a\0${'b'.repeat(9000)}\0`)).toEqual(['a', 'b'.repeat(4094)])
  expect(parse('abc\0def\0', 5)).toEqual(['abc', 'd'])
})
