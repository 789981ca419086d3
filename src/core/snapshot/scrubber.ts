import { localHosts, type Secret, type Tokens } from './known-secrets'
import type { RedactionChoice } from './redaction'
import { createSecretFinder } from './secret-finder'
import { urlLike, withoutSecretsOfUrls } from './secrets-of-url'

const nameInPath = String.raw`[^\s"'<>|:;,()[\]{}/]`
/**
 * A path of two or more names, absolute or from `.`, `..` or `~`; also right behind `-I`. /proc and /sys are the kernel's: the
 * same everywhere.
 */
const filePath = new RegExp(
  String.raw`(?:(?<![\w./-])(?:~|\.{1,2})?|(?<=(?<![\w-])-[A-Za-z]))/+(?!(?:proc|sys|dev)/)${nameInPath}+/(?:${nameInPath}|/)*`,
  'g',
)
const homeName = /(\/(?:home|Users)\/)([^/\s"']+)/g
/** `name@host`; `module@v1.2` and `getty@tty1` of a folder are none. */
const nameAtHost = /(?<![\w.@/+-])[\w.+-]{1,64}(?=@(?!v\d)[\w[])/g
const hostOfUrl = /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)(?:\[[^\]\s]+\]|[^:/?#\s"'<>,]+)/gi
const ipAddress = new RegExp(
  [
    String.raw`(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])`,
    String.raw`(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])`,
    // Names of C++ are written alike; an address has a digit before long.
    String.raw`(?<![\w:.])(?=[a-f:]{0,8}\d)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5}::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5}(?![\w:])`,
  ].join('|'),
  'gi',
)

/** Takes secrets out of any text. Linear in its length, whatever the secrets look like. */
export function createScrubber(
  secrets: readonly Secret[],
  choice: RedactionChoice,
  tokens: Tokens,
): (text: string) => string {
  const withoutSecrets = createSecretFinder(secrets, (name) => tokens.of('host', name))
  const toHost = (found: string): string =>
    localHosts.has(found.toLowerCase()) || isToken.test(found) || found.startsWith('127.')
      ? found
      : tokens.of('host', found)

  return (text) => {
    let clean = withoutSecretsOfUrls(text)
    if (choice.paths) clean = clean.replaceAll(urlLike, (url) => tokens.of('path', url))
    clean = withoutSecrets(clean)
    if (choice.hostNames) clean = clean.replaceAll(hostOfUrl, toHost).replaceAll(ipAddress, toHost)
    if (choice.userNames)
      clean = clean
        .replaceAll(homeName, (_, folder: string, name: string) =>
          isToken.test(name) ? folder + name : folder + tokens.of('user', name),
        )
        .replaceAll(nameAtHost, (name) =>
          isToken.test(name) || name === 'root' ? name : tokens.of('user', name),
        )
    if (choice.paths) clean = clean.replaceAll(filePath, (found) => tokens.of('path', found))
    return clean
  }
}

const isToken = /^(?:host|user|path)-\d+$/
