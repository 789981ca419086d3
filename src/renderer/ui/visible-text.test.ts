import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toVisibleLines, toVisibleText } from './visible-text'

describe('toVisibleText', () => {
  it('leaves text alone that hides nothing', () => {
    for (const text of ['order-service', 'java -Xmx1g', '名前が長いプロセス', 'naïve', '😀', 'مرحبا'])
      expect(toVisibleText(text)).toBe(text)
  })

  it('shows control characters', () => {
    expect(toVisibleText('a\nb\tc\x1b[31m\0')).toBe('a\\nb\\tc\\x1b[31m\\x00')
  })

  it('shows what turns or hides the text around it', () => {
    expect(toVisibleText('sshd\u202edhss')).toBe('sshd\\u202edhss')
    expect(toVisibleText('a\u200bb\ufeffc\u2066d\u061ce')).toBe('a\\u200bb\\ufeffc\\u2066d\\u061ce')
  })

  it('keeps lines and columns where there are some', () => {
    expect(toVisibleLines('Name:\tapi\u202e\r\n\nUid:\t0\u001b[31m')).toBe(
      'Name:\tapi\\u202e\\r\n\nUid:\t0\\x1b[31m',
    )
  })

  it('shows half of a surrogate pair', () => {
    expect(toVisibleText('a\ud83db')).toBe('a\\ud83db')
  })

  it('gives text that it would not change again, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = toVisibleText(text)
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]/u)
        expect(toVisibleText(shown)).toBe(shown)
      }),
    )
  })
})
