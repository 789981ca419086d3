import type { MessageChannelEnd } from './rpc'

interface End extends MessageChannelEnd {
  deliver(message: unknown): void
  ended(): void
}

function createEnd(other: () => End): End {
  const messageListeners: ((message: unknown) => void)[] = []
  const closeListeners: (() => void)[] = []
  let isClosed = false
  return {
    // As a real port does: later, never inside the caller's own turn.
    post: (message) => void Promise.resolve().then(() => other().deliver(message)),
    onMessage: (listener) => void messageListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
    close() {
      this.ended()
      other().ended()
    },
    deliver(message) {
      if (!isClosed) for (const listener of messageListeners) listener(message)
    },
    ended() {
      if (isClosed) return
      isClosed = true
      for (const listener of closeListeners) listener()
    },
  }
}

/** Two connected ends inside one process: for the tests, and wherever both sides live together. */
export function createMemoryChannel(): [MessageChannelEnd, MessageChannelEnd] {
  const ends: [End, End] = [createEnd(() => ends[1]), createEnd(() => ends[0])]
  return ends
}
