import type { AlertMessage } from '#core/alerts/alert-message'

/** What Electron's main process tells the backend process. A `connect` carries one message port. */
export type BackendProcessMessage = { kind: 'connect' } | { kind: 'beat' } | { kind: 'quit' }

/**
 * What the backend process tells Electron's main process: whether it wants beats, as it does while a balloon is up, and an alert
 * for the desktop.
 */
export type BackendProcessNotice =
  { kind: 'beats'; wantsBeats: boolean } | { kind: 'alert'; message: AlertMessage }
