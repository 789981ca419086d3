import { createHmac } from 'node:crypto'
import type { FeishuSignature } from '#core/alerts/webhook-payload'

/**
 * What a Feishu or Lark bot with signatures switched on wants: the time and the secret, a line each, are the key of an
 * HMAC-SHA256 over nothing. The bot takes it for an hour, so that each attempt is signed anew.
 */
export function signForFeishu(secret: string, nowMs: number): FeishuSignature {
  const timestamp = String(Math.floor(nowMs / 1000))
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64')
  return { timestamp, sign }
}
