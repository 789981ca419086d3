import { Notification } from 'electron'
import type { AlertMessage } from '#core/alerts/alert-message'
import type { Locale } from '#core/text/catalogue'
import { toAlertNotice } from './alert-notice'
import { bringWindowForward } from './window'

/** Many alerts at once are no more to read than a few. */
const mostShown = 5
/** A notification that nobody holds is collected, and its click goes nowhere. */
const shown = new Set<Notification>()

/** Shows an alert on the desktop, where it can; a click brings the window forward. */
export function showAlert(message: AlertMessage, locale: Locale): void {
  if (!Notification.isSupported()) return
  for (const old of shown) {
    if (shown.size < mostShown) break
    shown.delete(old)
    old.close()
  }
  const notification = new Notification(toAlertNotice(message, locale))
  shown.add(notification)
  notification.once('close', () => shown.delete(notification))
  notification.once('click', () => {
    shown.delete(notification)
    bringWindowForward()
  })
  notification.show()
}
