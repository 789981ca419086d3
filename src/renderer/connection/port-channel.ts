import type { MessageChannelEnd } from '#core/ipc/rpc'

/** One end of a MessagePort. Electron fires `close` on it when the other side ends. */
export function createPortChannel(port: MessagePort): MessageChannelEnd {
  let isClosed = false
  const closeListeners: (() => void)[] = []

  function announceClose(): void {
    if (isClosed) return
    isClosed = true
    for (const listener of closeListeners) listener()
  }

  port.addEventListener('close', announceClose)
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer as ArrayBuffer[]),
    onMessage(listener) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data))
      port.start()
    },
    onClose: (listener) => void closeListeners.push(listener),
    close() {
      port.close()
      announceClose()
    },
  }
}
