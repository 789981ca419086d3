import { expect, it } from 'vitest'
import { AppError } from '../errors'
import { parseFailure, refuseLarge } from './parse-failure'

it('names file and line, and shows foreign text cut and escaped', () => {
  const error = parseFailure(
    { file: 'meminfo', line: 3, text: `a\u001b[31m"\\é\u202e${'x'.repeat(500)}` },
    'expected kB',
  )
  expect(error).toBeInstanceOf(AppError)
  expect(error.code).toBe('parse')
  expect(error.message).toBe(
    `meminfo line 3: expected kB: "a\\u001b[31m\\"\\\\\\u00e9\\u202e${'x'.repeat(38)}…"`,
  )
  expect(error.params).toEqual({ file: 'meminfo', line: 3 })
})

it('refuses only what is longer than the maximum', () => {
  expect(() => refuseLarge('smaps', 10, 10)).not.toThrow()
  expect(() => refuseLarge('smaps', 11, 10)).toThrow(expect.objectContaining({ code: 'too-large' }))
})
