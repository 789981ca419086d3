import type { ErrorValue } from '../errors'
import type { Locale } from '../text/catalogue'
import type { AlertMessage } from './alert-message'
import type { AlertRule } from './alert-rule'
import type { WebhookPreset } from './webhook-payload'

export interface WebhookSettings {
  /** Its path is a secret: never shown, never logged. */
  url: string
  preset: WebhookPreset
  /** Of a Feishu bot that checks signatures; null: it does not. */
  secret: string | null
  /** What is sent is read by others: it has its own language. */
  locale: Locale
}

/** What is kept in the app's folder. */
export interface AlertSettings {
  rules: AlertRule[]
  webhook: WebhookSettings | null
  /** Whether an alert is also a notification of the desktop. */
  hasNotification: boolean
}

/** A change of the webhook: what is absent stays as it is, which a window can't know. */
export interface WebhookChange {
  url?: string
  preset: WebhookPreset
  secret?: string | null
  locale: Locale
}

/** What a window sees: of the webhook neither path nor secret. */
export interface AlertOverview {
  rules: AlertRule[]
  webhook: {
    /** `https://host` */
    origin: string
    preset: WebhookPreset
    hasSecret: boolean
    locale: Locale
    /** Why the last message was not taken; null: it was, or there was none. */
    lastError: ErrorValue | null
  } | null
  hasNotification: boolean
  /** Raised now, the oldest first. */
  raised: AlertMessage[]
}

export const noAlertSettings: AlertSettings = { rules: [], webhook: null, hasNotification: true }
