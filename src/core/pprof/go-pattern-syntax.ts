import { badPattern, isWithin, type Assertion, type PatternNode } from './go-pattern-node'
import { anyOf, foldCase, perlClasses, posixClasses, unicodeClass, type CharTest } from './go-pattern-classes'

type RepeatRange = Pick<PatternNode & { kind: 'repeat' }, 'min' | 'max' | 'isCounted'>

interface Flags {
  ignoresCase: boolean
  isMultiline: boolean
  dotTakesNewline: boolean
}

/** Longest pattern that is read. */
export const maxPatternLength = 1000
/** Go's own limit. */
const maxRepeat = 1000
const maxDepth = 200

/**
 * Reads a regular expression of Go (RE2 syntax; golang.org/s/re2syntax), all but `\C`. Look-around and back references
 * are not in that syntax. Throws AppError `invalid`.
 */
export function parseGoPattern(pattern: string): PatternNode {
  if (pattern.length > maxPatternLength) throw badPattern(`longer than ${maxPatternLength} characters`)
  return new PatternParser(pattern).parse()
}

class PatternParser {
  readonly #chars: readonly string[]
  #at = 0
  #depth = 0
  #flags: Flags = { ignoresCase: false, isMultiline: false, dotTakesNewline: false }

  constructor(pattern: string) {
    this.#chars = [...pattern]
  }

  parse(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#chars.length) throw badPattern('unexpected )')
    return node
  }

  #peek(ahead = 0): string {
    return this.#chars[this.#at + ahead] ?? ''
  }

  #take(text: string): boolean {
    const chars = [...text]
    if (chars.some((char, index) => this.#peek(index) !== char)) return false
    this.#at += chars.length
    return true
  }

  #choice(): PatternNode {
    if (++this.#depth > maxDepth) throw badPattern('nested too deeply')
    const before = this.#flags
    const nodes = [this.#sequence()]
    while (this.#take('|')) nodes.push(this.#sequence())
    // Flags set inside a group end with it.
    this.#flags = before
    this.#depth--
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes }
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = []
    while (this.#peek() !== '' && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#take('\\Q')) nodes.push(...this.#quoted())
      else {
        const node = this.#atom()
        if (node !== null) nodes.push(node)
      }
      const last = nodes.pop()
      if (last !== undefined) nodes.push(this.#repeated(last))
    }
    return { kind: 'sequence', nodes }
  }

  #quoted(): PatternNode[] {
    const nodes: PatternNode[] = []
    while (this.#peek() !== '' && !this.#take('\\E')) nodes.push(this.#literal(this.#chars[this.#at++]!))
    return nodes
  }

  #repeated(node: PatternNode): PatternNode {
    const range = this.#repetition()
    if (range === null) return node
    if (this.#repetition() !== null) throw badPattern('nested repetition operator')
    const repeat = { kind: 'repeat' as const, node, ...range }
    if (!isWithin(repeat, maxRepeat)) throw badPattern('too many repetitions')
    return repeat
  }

  /** One repetition operator with its `?`; null: there is none. */
  #repetition(): RepeatRange | null {
    const range = this.#take('*')
      ? { min: 0, max: null, isCounted: false }
      : this.#take('+')
        ? { min: 1, max: null, isCounted: false }
        : this.#take('?')
          ? { min: 0, max: 1, isCounted: false }
          : this.#counts()
    // Lazy or greedy: the same texts match.
    if (range !== null) this.#take('?')
    return range
  }

  /** `{n}`, `{n,}`, `{n,m}`; anything else that begins with a brace is that brace. */
  #counts(): RepeatRange | null {
    const text = this.#chars.slice(this.#at, this.#at + 24).join('')
    const match = /^\{(\d+)(,(\d*))?\}/.exec(text)
    if (match === null) return null
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] === '' ? null : Number(match[3])
    if (min > maxRepeat || (max !== null && (max > maxRepeat || max < min))) {
      throw badPattern(`invalid repeat count ${match[0]}`)
    }
    this.#at += match[0].length
    return { min, max, isCounted: true }
  }

  #literal(char: string): PatternNode {
    const code = char.codePointAt(0)!
    const isCode: CharTest = (other) => other === code
    return { kind: 'char', test: this.#flags.ignoresCase ? foldCase(isCode) : isCode }
  }

  #class(test: CharTest): PatternNode {
    return { kind: 'char', test: this.#flags.ignoresCase ? foldCase(test) : test }
  }

  /** null: flags, which are no part of a text. */
  #atom(): PatternNode | null {
    const char = this.#chars[this.#at++]!
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'char', test: this.#bracket() }
      case '.':
        return { kind: 'char', test: this.#flags.dotTakesNewline ? () => true : (code) => code !== 10 }
      case '^':
        return { kind: 'assert', what: this.#flags.isMultiline ? 'lineStart' : 'textStart' }
      case '$':
        return { kind: 'assert', what: this.#flags.isMultiline ? 'lineEnd' : 'textEnd' }
      case '*':
      case '+':
      case '?':
        throw badPattern(`missing argument to ${char}`)
      case '\\':
        return this.#escape()
      default: {
        this.#at--
        if (this.#counts() !== null) throw badPattern('missing argument to {}')
        this.#at++
        return this.#literal(char)
      }
    }
  }

  #group(): PatternNode | null {
    const before = this.#flags
    if (this.#take('?')) {
      if (this.#take('P<') || (this.#peek() === '<' && !/[=!]/.test(this.#peek(1)) && this.#take('<'))) {
        let name = ''
        while (this.#peek() !== '' && this.#peek() !== '>') name += this.#chars[this.#at++]!
        if (!this.#take('>') || !/^\w+$/.test(name)) throw badPattern('bad name of a group')
      } else if (this.#readFlags() === ')') return null
    }
    const node = this.#choice()
    if (!this.#take(')')) throw badPattern('missing )')
    this.#flags = before
    return node
  }

  /** `i`, `m`, `s`, `U` and `-` up to `:` or `)`. With `:` the flags go with the group that follows. */
  #readFlags(): ':' | ')' {
    const flags = { ...this.#flags }
    let isOn = true
    let isComplete = true
    for (;;) {
      const char = this.#chars[this.#at++] ?? ''
      const ends = char === ')' || char === ':'
      if (ends && !isComplete) throw badPattern('missing flag after -')
      isComplete = char !== '-'
      if (char === '-' && isOn) isOn = false
      else if (char === 'i') flags.ignoresCase = isOn
      else if (char === 'm') flags.isMultiline = isOn
      else if (char === 's') flags.dotTakesNewline = isOn
      else if (char === ')') {
        this.#flags = flags
        return ')'
      } else if (char === ':') {
        this.#flags = flags
        return ':'
      } else if (char !== 'U') throw badPattern(`(?${char} is not supported`)
    }
  }

  #escape(): PatternNode {
    const char = this.#peek()
    const assertions: Partial<Record<string, Assertion>> = {
      A: 'textStart',
      z: 'textEnd',
      b: 'wordEdge',
      B: 'noWordEdge',
    }
    const what = assertions[char]
    if (what !== undefined) {
      this.#at++
      return { kind: 'assert', what }
    }
    const test = this.#escapedClass()
    return test === null ? this.#literal(String.fromCodePoint(this.#escapedCode())) : this.#class(test)
  }

  /** `\d`, `\pL`, `\p{Greek}` and the like, after the backslash; null: none of them. */
  #escapedClass(): CharTest | null {
    const char = this.#peek()
    const perl = perlClasses[char]
    if (perl !== undefined) {
      this.#at++
      return perl
    }
    if (char !== 'p' && char !== 'P') return null
    this.#at++
    let name = this.#chars[this.#at++] ?? ''
    if (name === '{') {
      const end = this.#chars.indexOf('}', this.#at)
      if (end === -1) throw badPattern('missing } of a Unicode class')
      name = this.#chars.slice(this.#at, end).join('')
      this.#at = end + 1
    }
    const isNegated = (char === 'P') !== name.startsWith('^')
    const test = unicodeClass(name.replace(/^\^/, ''))
    if (test === null) throw badPattern(`unknown Unicode class ${name.slice(0, 20)}`)
    return isNegated ? (code) => !test(code) : test
  }

  #escapedCode(): number {
    const char = this.#chars[this.#at++] ?? ''
    const controls: Record<string, number> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 }
    if (char === '') throw badPattern('trailing backslash')
    if (Object.hasOwn(controls, char)) return controls[char]!
    if (char === 'x') return this.#hexCode()
    if (char === '0' || (/[1-7]/.test(char) && /[0-7]/.test(this.#peek()))) {
      let digits = char
      while (digits.length < 3 && /[0-7]/.test(this.#peek())) digits += this.#chars[this.#at++]!
      return parseInt(digits, 8)
    }
    if (/[a-z\d]/i.test(char) || char.codePointAt(0)! >= 0x80) throw badPattern(`\\${char} is not supported`)
    return char.codePointAt(0)!
  }

  #hexCode(): number {
    const text = this.#chars.slice(this.#at, this.#at + 12).join('')
    const match = /^(?:([\da-f]{2})|\{([\da-f]{1,8})\})/i.exec(text)
    const code = match === null ? -1 : parseInt(match[1] ?? match[2]!, 16)
    if (match === null || code > 0x10ffff) throw badPattern('invalid \\x escape')
    this.#at += match[0].length
    return code
  }

  /** What stands between brackets; the first one is taken. */
  #bracket(): CharTest {
    const isNegated = this.#take('^')
    const tests: CharTest[] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      if (this.#peek() === '') throw badPattern('missing ]')
      tests.push(this.#bracketItem())
    }
    this.#at++
    const some = anyOf(tests)
    const folded = this.#flags.ignoresCase ? foldCase(some) : some
    return isNegated ? (code) => !folded(code) : folded
  }

  #bracketItem(): CharTest {
    const posix = /^\[:(\^?)(\w+):\]/.exec(this.#chars.slice(this.#at, this.#at + 16).join(''))
    if (posix !== null) {
      const test = posixClasses[posix[2]!]
      if (test === undefined) throw badPattern(`invalid class ${posix[0]}`)
      this.#at += posix[0].length
      return posix[1] === '^' ? (code) => !test(code) : test
    }
    if (this.#peek() === '\\') {
      this.#at++
      const test = this.#escapedClass()
      if (test !== null) return test
      this.#at--
    }
    const low = this.#bracketCode()
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '') return (code) => code === low
    this.#at++
    const high = this.#bracketCode()
    if (high < low) throw badPattern('invalid range in brackets')
    return (code) => code >= low && code <= high
  }

  #bracketCode(): number {
    if (this.#take('\\')) return this.#escapedCode()
    const char = this.#chars[this.#at++]
    if (char === undefined) throw badPattern('missing ]')
    return char.codePointAt(0)!
  }
}
