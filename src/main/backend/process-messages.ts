/** What Electron's main process tells the backend process. A `connect` carries one message port. */
export type BackendProcessMessage = { kind: 'connect' } | { kind: 'beat' } | { kind: 'quit' }

/** What the backend process tells Electron's main process: whether it wants beats, as it does while a balloon is up. */
export interface BackendProcessNotice {
  wantsBeats: boolean
}
