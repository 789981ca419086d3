import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unquoteGoText } from './go-quote'

describe('unquoteGoText', () => {
  it.each([
    ['plain', 'plain'],
    ['""', ''],
    ['"', '"'],
    [String.raw`"-X \"main.x=a b\""`, '-X "main.x=a b"'],
    [String.raw`"a\tb\n\\\a\v"`, 'a\tb\n\\\x07\v'],
    [String.raw`"\xe4\xb8\xad\u6587\U0001f600"`, '中文😀'],
    ['`a "b" \\n`', 'a "b" \\n'],
    [String.raw`"\q"`, String.raw`"\q"`],
    [String.raw`"\x1"`, String.raw`"\x1"`],
    [String.raw`"\Uffffffff"`, String.raw`"\Uffffffff"`],
  ])('%s', (text, expected) => expect(unquoteGoText(text)).toBe(expected))

  it('takes back what JSON quotes, which Go quotes alike', () => {
    const clean = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(clean, (text) => {
        expect(unquoteGoText(JSON.stringify(text))).toBe(text)
      }),
    )
  })
  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void unquoteGoText(`"${text}"`)))
  })
})
