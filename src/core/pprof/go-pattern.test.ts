import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { compileGoPattern } from './go-pattern'

const dir = mkdtempSync(join(tmpdir(), 'ballonet-pattern-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const program = `package main

import (
	"encoding/json"
	"os"
	"regexp"
)

func main() {
	var asked []struct{ Pattern string; Texts []string }
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	answers := [][]bool{}
	for _, each := range asked {
		compiled, err := regexp.Compile(each.Pattern)
		if err != nil {
			answers = append(answers, nil)
			continue
		}
		matches := []bool{}
		for _, text := range each.Texts {
			matches = append(matches, compiled.MatchString(text))
		}
		answers = append(answers, matches)
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
`

interface Question {
  Pattern: string
  Texts: string[]
}

/** What Go's own regexp says; null: it refuses the pattern. */
function askGo(questions: readonly Question[]): (boolean[] | null)[] {
  writeFileSync(join(dir, 'main.go'), program)
  const input = JSON.stringify(questions)
  const output = execFileSync('go', ['run', join(dir, 'main.go')], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(output) as (boolean[] | null)[]
}

function askOurs({ Pattern, Texts }: Question): boolean[] | null {
  try {
    const pattern = compileGoPattern(Pattern)
    return Texts.map((text) => pattern.test(text))
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid', hint: 'profile.badPattern' })
    return null
  }
}

const texts = [
  '',
  'main',
  'main.main',
  'runtime.mallocgc',
  'github.com/a/b.(*T).Do-fm',
  'main.Map[...].func1',
  'MAIN',
  'ab\ncd',
  'aaa',
  'a-z]{2}',
  'x*y+z?',
  'ünï 漢字 𝒳 K ſ',
  'foo_bar 123\t\\',
]

const patterns = [
  ...[
    'main',
    'MAIN',
    '(?i)main',
    '(?i:M)ain',
    'm(?i)AIN',
    '(?i)K',
    '(?i)ſ',
    '(?i)[k]',
    '(?i)[^s]',
    '(?-i)a',
    '(?i)Ü',
  ],
  ...[
    '^main$',
    '^',
    '$',
    '^$',
    '\\Amain\\z',
    '\\bmain\\b',
    '\\Bain',
    '(?m)^cd$',
    '^cd$',
    '(?m:b$)',
    '(?s)b.c',
    'b.c',
    '(?sm)^c.$',
  ],
  ...[
    'a*',
    'a+?',
    'a??b',
    'a{2}',
    'a{2,}',
    'a{4,}',
    'a{1,2}',
    'a{0}',
    'a{,2}',
    'a{',
    'a{x}',
    'a{1001}',
    'a{2,1}',
    '(a{500}){3}',
    '((a*)*)*',
    '(a|b|)*c',
  ],
  ...[
    'a**',
    'a*+',
    'a+*',
    'a{2}{3}',
    '*a',
    '+',
    '?',
    '{2}',
    '|',
    '(|a)',
    'a||b',
    '(',
    ')',
    '()',
    '(?:)',
    '(?',
    '(?P<n>a)',
    '(?P<n',
    '(?P=n)',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?i',
    '(?x)a',
    '(?-)',
    '(?i-)a',
    '(?U)a+',
  ],
  ...[
    '[a-c]',
    '[^a-c]',
    '[]a]',
    '[^]a]',
    '[a',
    '[z-a]',
    '[a-]',
    '[-a]',
    '[a\\-z]',
    '[\\d]',
    '[^\\D]',
    '[\\w.]+$',
    '[[:alpha:]]',
    '[[:^alpha:]]',
    '[[:foo:]]',
    '[[:word:][:punct:]]',
    '[a-\\d]',
    '[\\n]',
    '[\\x{6f22}]',
    '[漢-字]',
    '[[a]',
    '[a&&b]',
  ],
  ...[
    '\\d',
    '\\D',
    '\\s',
    '\\S',
    '\\w',
    '\\W',
    '\\.',
    '\\(\\*',
    '\\Q(*T)\\E',
    '\\Qa',
    '\\E',
    '\\Qab\\E*',
    '\\Q\\E*',
    '\\n',
    '\\t',
    '\\x61',
    '\\x{61}',
    '\\x',
    '\\x{110000}',
    '\\141',
    '\\08',
    '\\1',
    '\\12',
    '\\C',
    '\\Z',
    '\\e',
    '\\_',
    '\\-',
    '\\\\',
    '\\',
  ],
  ...[
    '\\pL',
    '\\PL',
    '\\p{Greek}',
    '\\p{Han}',
    '\\P{Han}',
    '\\p{^Han}',
    '\\p{Lu}',
    '\\p{Nope}',
    '\\pZ',
    '\\p{',
    '(?i)\\p{Lu}',
    '𝒳',
    '.',
    '^.{12}',
    '漢.',
  ],
  ...['main\\.(grow|odd)', 'func\\d+$', '(\\*T\\)|x)', 'Map\\[\\.\\.\\.\\]'],
]

describe('compileGoPattern', () => {
  it('takes, refuses and matches what Go does', { timeout: 60_000 }, () => {
    const questions = patterns.map((Pattern) => ({ Pattern, Texts: texts }))
    const answers = askGo(questions)
    const differing = questions.filter(
      (question, index) => JSON.stringify(askOurs(question)) !== JSON.stringify(answers[index]),
    )
    expect(differing.map(({ Pattern }) => Pattern)).toEqual([])
  })

  it('does so for patterns that nobody thought of', { timeout: 60_000 }, () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b',
        'm',
        '.',
        '^',
        '$',
        '|',
        '(',
        ')',
        '(?:',
        '(?i)',
        '[',
        ']',
        '[^',
        '-',
        '*',
        '+',
        '?',
        '{2}',
      ],
      ...[
        '{1,3}',
        '\\b',
        '\\w',
        '\\d',
        '\\',
        '\\Q',
        '\\E',
        '[[:alpha:]]',
        '1',
        '\n',
        '漢',
        '\\pL',
        '(?s:',
        '(?m)',
      ],
    )
    const pattern = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''))
    const text = fc.array(fc.constantFrom('a', 'b', 'm', '1', '.', '\n', 'A', '漢', '-', ' '), {
      maxLength: 6,
    })
    const question = fc.record({
      Pattern: pattern,
      Texts: fc.array(
        text.map((chars) => chars.join('')),
        { minLength: 4, maxLength: 8 },
      ),
    })
    const questions = fc.sample(question, 4000)
    const answers = askGo(questions)
    for (const [index, asked] of questions.entries()) {
      expect({ ...asked, answer: askOurs(asked) }).toEqual({ ...asked, answer: answers[index] })
    }
  })

  it('takes no exponential time', () => {
    const text = 'a'.repeat(5000)
    for (const pattern of ['(a+)+$b', '(a|a)*c', '(a*)*d', '(.*a){12}e']) {
      expect(compileGoPattern(pattern).test(text)).toBe(false)
    }
  })

  it('takes names of groups as Go 1.22 and newer do', () => {
    expect(compileGoPattern('(?<n>a)').test('cat')).toBe(true)
  })

  it('refuses what is too long, and stops what takes too long', { timeout: 60_000 }, () => {
    expect(() => compileGoPattern('a'.repeat(1001))).toThrow(AppError)
    expect(() => compileGoPattern('((a{50}){50}){50}')).toThrow(AppError)
    expect(() => compileGoPattern('('.repeat(300))).toThrow(AppError)
    const slow = compileGoPattern('(?:a?){1000}(?:a?){1000}(?:a?){1000}b')
    expect(() => slow.test('a'.repeat(1_000_000))).toThrow(AppError)
  })
})
