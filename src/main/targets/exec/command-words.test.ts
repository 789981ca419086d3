import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitCommandWords } from './command-words'

describe('splitCommandWords', () => {
  it.each([
    ['docker exec -i c sh', ['docker', 'exec', '-i', 'c', 'sh']],
    ['  a\t b  ', ['a', 'b']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`a '' ""x`, ['a', '', 'x']],
    [`--x='a "b"'"it's"`, [`--x=a "b"it's`]],
    [`"a\\"b\\\\c\\$d\\n"`, ['a"b\\c$d\\n']],
    ['$HOME `id` * ~ ; | && # {a,b} $(x)', ['$HOME', '`id`', '*', '~', ';', '|', '&&', '#', '{a,b}', '$(x)']],
    [`'a\\b'`, ['a\\b']],
    ["名 'é'", ['名', 'é']],
  ])('%j', (command, words) => {
    expect(splitCommandWords(command)).toEqual(words)
  })

  it.each(['', '  ', `'a`, `"a`, `a "b\\"`, 'a\\', `'' a`, `a 'b' "`])('refuses %j', (command) => {
    expect(() => splitCommandWords(command)).toThrow(expect.objectContaining({ code: 'invalid' }))
  })

  it('gives back any words that were quoted', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (first, rest) => {
        const words = [first, ...rest]
        const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
        expect(splitCommandWords(line)).toEqual(words)
      }),
    )
  })

  it('splits as sh does, where nothing is to be expanded', () => {
    const part = fc.constantFrom('a', 'b', ' ', '  ', "'", '"', '\\', 'x y')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const line = parts.join('')
        let words: string[]
        try {
          words = splitCommandWords(`cmd ${line}`).slice(1)
        } catch {
          return
        }
        const printed = execFileSync('sh', ['-c', `for w in "$@"; do :; done; printf '%s\\n' ${line} ""`])
        expect(printed.toString()).toBe([...words, ''].map((word) => `${word}\n`).join(''))
      }),
      { numRuns: 60 },
    )
  })
})
