import type { MessageChannelEnd } from '#core/ipc/rpc'

/** What Electron's utility process gives for a port; spelled here so that the backend is built without Electron. */
export interface PortMain {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

/** A port as one end of a connection. Ports between processes can't transfer buffers, so those are copied. */
export function createPortChannel(port: PortMain): MessageChannelEnd {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', (event) => listener(event.data))
      port.start()
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  }
}
