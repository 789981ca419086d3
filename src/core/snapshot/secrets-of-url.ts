export const urlLike = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]+/gi

/** With characters that a password in an address should not have; what follows a host's colon is a port. */
const passwordInUrl = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#:@]*:(?!\d{1,5}(?:[/?#]|$)).*@/is

/** Without user, password, query and fragment. */
export function withoutSecretsOfUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(passwordInUrl, '$1')
    .replace(/[?#].*$/s, '')
}

export const withoutSecretsOfUrls = (text: string): string => text.replaceAll(urlLike, withoutSecretsOfUrl)
