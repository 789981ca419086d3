import type { AlertMessage } from '#core/alerts/alert-message'
import { formatAlert } from '#core/alerts/format-alert'
import type { Locale } from '#core/text/catalogue'

/** What Electron's Notification takes of it. */
export interface AlertNotice {
  title: string
  body: string
  /** Linux: a critical one stays until it is put away. */
  urgency: 'normal' | 'critical'
  silent: boolean
}

const mostTitleLength = 120
const mostBodyLength = 400
/** Desktops of Linux read markup in the body of a notification: signs of the same look mean nothing to any of them. */
const inertSigns: Record<string, string> = { '<': '＜', '>': '＞', '&': '＆' }

/** An alert as a notification of the desktop: plain text, and no sound unless it is urgent. */
export function toAlertNotice(message: AlertMessage, locale: Locale): AlertNotice {
  const { title, headline, details } = formatAlert(message, locale)
  const isLoud = message.kind !== 'cleared' && message.urgency !== 'not-urgent'
  return {
    title: toInert(title, mostTitleLength),
    body: toInert([headline, ...details].join('\n'), mostBodyLength),
    urgency: isLoud ? 'critical' : 'normal',
    silent: !isLoud,
  }
}

function toInert(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text
  return cut.replaceAll(/[<>&]/g, (sign) => inertSigns[sign] ?? '')
}
