import { withoutSecretsOfUrls } from './secrets-of-url'

/** A text of a command line that may stand alone elsewhere. */
export interface ArgumentSecret {
  text: string
  /** A small part: letters and digits beside it make it another word. */
  isWord: boolean
}

/** Values that every other command line has, and every other text: they tell nothing. */
const ordinary = new Set(
  'true false yes off none null auto info debug warn error json text local localhost http https tcp'.split(
    ' ',
  ),
)

/**
 * Whole arguments, and what of them is a secret by itself: the value of `--name=value` and `-pVALUE`, passwords of addresses
 * and connection strings, values of queries, of JSON and of headers. Names of options are in any text.
 */
export function* secretsOfArgument(argument: string): Generator<ArgumentSecret> {
  for (const { text, isWord } of partsOf(argument))
    for (const form of formsOf(text)) if (!ordinary.has(form.toLowerCase())) yield { text: form, isWord }
}

function* partsOf(text: string): Generator<ArgumentSecret> {
  if (!/^-{1,2}[\w-]*$/.test(text)) yield { text, isWord: false }
  const value = /^-{0,2}[\w.-]+=(.+)$/s.exec(text)?.[1]
  if (value !== undefined) yield { text: value, isWord: false }
  // `-pS3cret`; a long option that is written with one dash has neither capitals nor digits.
  const glued = /^-[a-z](?=.*[A-Z\d])([\w.+/-]{4,})$/i.exec(text)?.[1]
  if (glued !== undefined && /[A-Z\d]/.test(glued)) yield { text: glued, isWord: false }
  for (const pattern of [...passwordsBeforeHost, ...valuesWithin])
    for (const [, found] of text.matchAll(pattern))
      if (found !== undefined) yield { text: found, isWord: true }
}

/** `scheme://user:password@`, and `user:password@` of a connection string. */
const passwordsBeforeHost = [/:\/\/[^/?#:@\s]*:([^/?#@\s]+)@/g, /(?<![^\s=,"'/])[^\s:@/="',]+:([^\s@/:]+)@/g]

const valuesWithin = [
  /[?&;,\s][\w.-]+=([^&;,\s"']+)/g,
  /"\s*:\s*"([^"\\]{2,})"/g,
  /\b(?:bearer|basic|token)\s+([^\s"',]+)/gi,
]

/** The same text as messages write it: quoted, in an address, and with its own addresses cut. */
function formsOf(text: string): Set<string> {
  return new Set([
    text,
    withoutSecretsOfUrls(text),
    JSON.stringify(text).slice(1, -1),
    decoded(text),
    encoded(text),
    encoded(text).replaceAll('%20', '+'),
  ])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    // Half of a pair, of which there is no code.
    return text
  }
}
