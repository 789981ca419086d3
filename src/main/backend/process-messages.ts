/** What Electron's main process tells the backend process. A `connect` carries one message port. */
export type BackendProcessMessage = { kind: 'connect' } | { kind: 'beat' } | { kind: 'quit' }
