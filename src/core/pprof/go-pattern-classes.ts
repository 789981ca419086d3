/** Whether a code point is one of a class. */
export type CharTest = (code: number) => boolean

const between =
  (low: string, high: string): CharTest =>
  (code) =>
    code >= low.charCodeAt(0) && code <= high.charCodeAt(0)

export function anyOf(tests: readonly CharTest[]): CharTest {
  return (code) => tests.some((test) => test(code))
}

const not =
  (test: CharTest): CharTest =>
  (code) =>
    !test(code)

const digit = between('0', '9')
const lower = between('a', 'z')
const upper = between('A', 'Z')
const alpha = anyOf([lower, upper])
const alnum = anyOf([alpha, digit])
const space: CharTest = (code) => code === 32 || code === 9 || code === 10 || code === 12 || code === 13

/** What `\w` and `\b` take for a word: ASCII, as in Go. */
export const isWordCode: CharTest = anyOf([alnum, (code) => code === 95])

export const perlClasses: Partial<Record<string, CharTest>> = {
  d: digit,
  D: not(digit),
  s: space,
  S: not(space),
  w: isWordCode,
  W: not(isWordCode),
}

export const posixClasses: Partial<Record<string, CharTest>> = {
  alnum,
  alpha,
  ascii: (code) => code < 0x80,
  blank: (code) => code === 32 || code === 9,
  cntrl: (code) => code < 32 || code === 127,
  digit,
  graph: between('!', '~'),
  lower,
  print: between(' ', '~'),
  punct: (code) => code > 32 && code < 127 && !alnum(code),
  space: (code) => space(code) || code === 11,
  upper,
  word: isWordCode,
  xdigit: anyOf([digit, between('a', 'f'), between('A', 'F')]),
}

/** A general category or a script by its name; null: there is none. */
export function unicodeClass(name: string): CharTest | null {
  if (!/^\w{1,40}$/.test(name)) return null
  if (name === 'Any') return () => true
  try {
    const test = new RegExp(name.length <= 2 ? `^\\p{gc=${name}}$` : `^\\p{sc=${name}}$`, 'u')
    return (code) => test.test(String.fromCodePoint(code))
  } catch {
    return null
  }
}

/** Letters whose other case is not found by changing theirs: the Kelvin sign and the long s. */
const extraFolds: Partial<Record<string, string>> = { k: '\u212a', s: '\u017f' }

/** The same class whatever the case of a letter. */
export function foldCase(test: CharTest): CharTest {
  return (code) => {
    if (test(code)) return true
    const char = String.fromCodePoint(code)
    const low = char === '\u017f' ? 's' : char.toLowerCase()
    return [low, low.toUpperCase(), extraFolds[low] ?? low].some(
      (other) => [...other].length === 1 && test(other.codePointAt(0)!),
    )
  }
}
