import type { Result } from '#core/errors'

/** What the preload script puts on `window.ballonet`; the only door out of the sandbox. */
export interface Bridge {
  invoke(method: string, params: unknown): Promise<Result<unknown>>
  onEvent(listener: (event: string, payload: unknown) => void): void
  /** Asks for a connection to the backend; its port comes by window.postMessage (backend-connection.ts). */
  connectBackend(): void
}

declare global {
  interface Window {
    ballonet?: Bridge
  }
}
