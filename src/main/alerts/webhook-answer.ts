import type { WebhookPreset } from '#core/alerts/webhook-payload'
import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import type { PostAnswer } from './post-json'

/** Whether a message was taken. */
export interface Delivery {
  /** null: it was. */
  error: ErrorValue | null
  mayRetry: boolean
  retryAfterMs: number | null
}

/** Feishu's code for too many messages at once. */
const feishuBusy = 11232

/** Of an answer only its numbers are shown: its text is not ours. */
export function toDelivery({ status, text, retryAfterMs }: PostAnswer, preset: WebhookPreset): Delivery {
  const failed = (error: AppError, mayRetry: boolean): Delivery => ({
    error: toErrorValue(error),
    mayRetry,
    retryAfterMs,
  })
  if (status >= 200 && status < 300) {
    const code = readers[preset](text)
    if (code === 0) return { error: null, mayRetry: false, retryAfterMs: null }
    const options = { hint: 'alert.webhook.refused', params: { code: code ?? '?' } }
    return failed(new AppError('refused', `webhook: code ${code ?? '?'}`, options), code === feishuBusy)
  }
  const params = { status }
  if (status >= 300 && status < 400) {
    const options = { hint: 'alert.webhook.redirect', params }
    return failed(new AppError('refused', `webhook: redirects (${status})`, options), false)
  }
  const mayRetry = status >= 500 || status === 429 || status === 408
  const options = { hint: 'alert.webhook.status', params }
  return failed(new AppError('failed', `webhook: answered ${status}`, options), mayRetry)
}

/** What an answer of 200 says: 0 is well; null: that is no answer of such a receiver. */
const readers: Record<WebhookPreset, (text: string) => number | null> = {
  // Of any receiver, each of which has words of its own.
  json: () => 0,
  feishu: toFeishuCode,
  slack: (text) => (isSlackOk(text) ? 0 : null),
}

/** `ok`; receivers that take the same messages say so in JSON. A page of a proxy says neither. */
function isSlackOk(text: string): boolean {
  if (text.trim() === 'ok') return true
  try {
    const answer = JSON.parse(text) as { ok?: unknown; success?: unknown } | null
    return answer?.ok === true || answer?.success === true
  } catch {
    return false
  }
}

/** Feishu answers 200 also to what it does not take; 0 is well. null: that is no answer of a bot. */
function toFeishuCode(text: string): number | null {
  try {
    const answer = JSON.parse(text) as { code?: unknown; StatusCode?: unknown } | null
    const code = answer?.code ?? answer?.StatusCode
    return typeof code === 'number' && Number.isSafeInteger(code) ? code : null
  } catch {
    return null
  }
}
