import { redactedText, type Secret, type Tokens } from './known-secrets'
import type { RedactionChoice } from './redaction'

/** An absolute path of two or more names. /proc and /sys are the kernel's: the same everywhere. */
const absolutePath = /(?<![\w./:-])\/(?!proc\/|sys\/|dev\/)[^\s"'<>|:;,()[\]{}]+\/[^\s"'<>|:;,()[\]{}]*/g
const homeName = /(\/(?:home|Users)\/)([^/\s"']+)/g
const urlLike = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]+/gi

/** With characters that a password in an address should not have; what follows a host's colon is a port. */
const passwordInUrl = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#:@]*:(?!\d{1,5}(?:[/?#]|$)).*@/is

/** Takes secrets out of any text. Linear in its length, whatever the secrets look like. */
export function createScrubber(
  secrets: readonly Secret[],
  choice: RedactionChoice,
  tokens: Tokens,
): (text: string) => string {
  const tokenOf = new Map(secrets.map(({ text, token }) => [text.toLowerCase(), token]))
  const pattern = secrets.length === 0 ? null : new RegExp(secrets.map(toPattern).join('|'), 'giu')
  return (text) => {
    let clean = text.replaceAll(urlLike, withoutSecretsOfUrl)
    if (pattern !== null)
      // Some letters have more small forms than one, of which only one is known.
      clean = clean.replaceAll(pattern, (found) => tokenOf.get(found.toLowerCase()) ?? redactedText)
    if (choice.userNames)
      clean = clean.replaceAll(homeName, (_, folder: string, name: string) =>
        /^user-\d+$/.test(name) ? folder + name : folder + tokens.of('user', name),
      )
    if (choice.paths) clean = clean.replaceAll(absolutePath, (found) => tokens.of('path', found))
    return clean
  }
}

/** Without user, password, query and fragment. */
export function withoutSecretsOfUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(passwordInUrl, '$1')
    .replace(/[?#].*$/s, '')
}

function toPattern({ text, isWord }: Secret): string {
  const escaped = text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
  return isWord ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped
}
