import { AppError } from '#core/errors'

const mostUrlLength = 2048

/**
 * Where alerts are sent. Throws AppError `invalid`, which never repeats what was typed: the path of such an address is a secret,
 * and whoever has it may post.
 */
export function parseWebhookUrl(text: string): URL {
  const typed = text.trim()
  if (typed.length > mostUrlLength || !URL.canParse(typed)) throw refuse('urlInvalid')
  const url = new URL(typed)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('urlScheme')
  if (url.username !== '' || url.password !== '') throw refuse('urlAuth')
  url.hash = ''
  return url
}

function refuse(hint: string): AppError {
  return new AppError('invalid', `webhook: ${hint}`, { hint: `alert.webhook.${hint}` })
}
