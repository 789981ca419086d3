import { leastInText, type Secret } from './known-secrets'

/** Where one stands in a text, and what stands for it. */
interface Found {
  end: number
  /** null: a name under a domain, which has a token of its own. */
  token: string | null
}

const keyLength = 8

/**
 * Replaces the secrets of a text, the first and of those the longest one, whatever their case. No regular expression: of many or
 * of long arguments there is none.
 */
export function createSecretFinder(
  secrets: readonly Secret[],
  tokenOfName: (name: string) => string,
): (text: string) => string {
  // The longest first, as they come; short ones would fill the lists of all that begin alike.
  const long = groupByBeginning(secrets, keyLength, Number.POSITIVE_INFINITY)
  const short = groupByBeginning(secrets, leastInText, keyLength)
  const tiny = groupByBeginning(secrets, 1, leastInText)
  const domains = secrets.filter(({ isDomain }) => isDomain).map(({ text }) => text)
  const name = domains.length === 0 ? null : toNamePattern(domains)

  function findAt(folded: string, at: number): Found | null {
    const candidates = [
      ...(long.get(folded.slice(at, at + keyLength)) ?? []),
      ...(short.get(folded.slice(at, at + leastInText)) ?? []),
      ...(tiny.get(folded.charAt(at)) ?? []),
    ]
    const own = candidates.find(
      ({ text, isWord }) => folded.startsWith(text, at) && (!isWord || isAlone(folded, at, at + text.length)),
    )
    const literal = own === undefined ? null : { end: at + own.text.length, token: own.token }
    if (name === null) return literal
    name.lastIndex = at
    const under = name.exec(folded)
    if (under === null || name.lastIndex <= (literal?.end ?? 0)) return literal
    return { end: name.lastIndex, token: null }
  }

  return (text) => {
    if (secrets.length === 0) return text
    const folded = fold(text)
    let clean = ''
    let kept = 0
    for (let at = 0; at < folded.length; at++) {
      const found = findAt(folded, at)
      if (found === null) continue
      clean += text.slice(kept, at) + (found.token ?? tokenOfName(folded.slice(at, found.end)))
      kept = found.end
      at = kept - 1
    }
    return kept === 0 ? text : clean + text.slice(kept)
  }
}

function groupByBeginning(secrets: readonly Secret[], least: number, below: number): Map<string, Secret[]> {
  const groups = new Map<string, Secret[]>()
  for (const secret of secrets) {
    const text = fold(secret.text)
    if (text.length < least || text.length >= below) continue
    const key = text.slice(0, least)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ ...secret, text }])
    else group.push({ ...secret, text })
  }
  return groups
}

/** Small letters of the same length; those with more small forms than one get the usual one. */
function fold(text: string): string {
  return text.replaceAll(/[^\p{Ll}\P{L}]|[^\p{ASCII}]/gu, (letter) => {
    const upper = letter.toUpperCase()
    const lower = (upper.length === letter.length ? upper : letter).toLowerCase()
    return lower.length === letter.length ? lower : letter
  })
}

const isOfWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character)

function isAlone(text: string, start: number, end: number): boolean {
  return !isOfWord(text[start - 1]) && !isOfWord(text[end])
}

/** Of bounded length, so that no text takes longer than its length. */
function toNamePattern(domains: readonly string[]): RegExp {
  const texts = domains.map((text) => fold(text).replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
  return new RegExp(String.raw`(?<![\w-])(?:[\w-]{1,63}\.){0,8}(?:${texts.join('|')})(?![\p{L}\p{N}_])`, 'uy')
}
