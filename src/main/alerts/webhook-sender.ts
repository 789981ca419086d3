import { setTimeout as wait } from 'node:timers/promises'
import type { AlertMessage } from '#core/alerts/alert-message'
import { toWebhookBody, type WebhookPreset } from '#core/alerts/webhook-payload'
import { AppError, ok, toErrorValue, type Result } from '#core/errors'
import { fromErrorValue } from '#core/ipc/rpc'
import { nextRetryDelayMs } from '#core/targets/back-off'
import type { Locale } from '#core/text/catalogue'
import { signForFeishu } from './feishu-signature'
import { postJson, type PostLimits } from './post-json'
import { toDelivery } from './webhook-answer'
import { parseWebhookUrl } from './webhook-url'

export interface WebhookSenderOptions {
  url: string
  preset: WebhookPreset
  /** Of a Feishu bot that checks signatures; null: it does not. */
  secret: string | null
  locale: Locale
  /** What became of a message, after all attempts, or when it was dropped. */
  onOutcome?: (message: AlertMessage, outcome: Result<{ attempts: number }>) => void
  limits?: PostLimits
  /** How long to wait before the next attempt; tests do not wait. */
  delayMs?: (attempt: number) => number
}

/** Posts alerts one after the other. Must be disposed. */
export interface WebhookSender {
  /** `https://host:port`: all of the address that may be shown, for its path is a secret. */
  readonly origin: string
  readonly pending: number
  /** Never waits and never throws. When too many wait the oldest is dropped. */
  send(message: AlertMessage): void
  /** One attempt, now; rejects with why it was not taken. */
  sendOnce(message: AlertMessage): Promise<void>
  /** What still waits is given up. Resolves when nothing runs any more. */
  dispose(): Promise<void>
}

const mostPending = 50
const mostAttempts = 5
const mostRetryAfterMs = 60_000
const usualLimits: PostLimits = { totalMs: 10_000, maxBytes: 64 * 1024 }

/** Throws AppError `invalid` for an address that can't be one. */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { preset, secret, locale, limits = usualLimits } = options
  const delayMs = options.delayMs ?? ((attempt) => nextRetryDelayMs(attempt, Math.random()))
  const url = parseWebhookUrl(options.url)
  const abort = new AbortController()
  const queue: AlertMessage[] = []
  let running: Promise<void> | null = null

  async function post(message: AlertMessage): Promise<ReturnType<typeof toDelivery>> {
    const isSigned = preset === 'feishu' && secret !== null
    try {
      const body = toWebhookBody(message, preset, locale, isSigned ? signForFeishu(secret, Date.now()) : null)
      return toDelivery(await postJson(url, body, limits, abort.signal), preset)
    } catch (error) {
      // It may have been taken all the same: whoever wants each message once tells them apart by their id.
      const isWorthMore =
        error instanceof AppError && (error.code === 'timeout' || error.code === 'unreachable')
      return { error: toErrorValue(error), mayRetry: isWorthMore, retryAfterMs: null }
    }
  }

  async function deliver(message: AlertMessage): Promise<Result<{ attempts: number }>> {
    for (let attempt = 1; ; attempt++) {
      const { error, mayRetry, retryAfterMs } = await post(message)
      if (error === null) return ok({ attempts: attempt })
      if (!mayRetry || attempt === mostAttempts || abort.signal.aborted) return { ok: false, error }
      const leastMs = Math.min(retryAfterMs ?? 0, mostRetryAfterMs)
      const waited = wait(Math.max(leastMs, delayMs(attempt - 1)), true, { signal: abort.signal })
      if (!(await waited.catch(() => false))) return { ok: false, error }
    }
  }

  async function run(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = await deliver(next)
      if (abort.signal.aborted) return
      options.onOutcome?.(next, outcome)
    }
  }

  return {
    origin: url.origin,
    get pending() {
      return queue.length + (running === null ? 0 : 1)
    },
    send(message) {
      if (abort.signal.aborted) return
      queue.push(message)
      const dropped = queue.length > mostPending ? queue.shift() : undefined
      if (dropped !== undefined) options.onOutcome?.(dropped, { ok: false, error: toErrorValue(tooMany()) })
      running ??= run().finally(() => (running = null))
    },
    async sendOnce(message) {
      const { error } = await post(message)
      if (error !== null) throw fromErrorValue(error)
    },
    async dispose() {
      queue.length = 0
      abort.abort()
      await running
    },
  }
}

function tooMany(): AppError {
  return new AppError('busy', 'webhook: too many messages wait', { hint: 'alert.webhook.dropped' })
}
