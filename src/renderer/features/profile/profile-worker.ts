import { createRpcServer } from '#core/ipc/rpc'
import { createProfileSession, type ProfileMethods } from './profile-session'

/** The worker of one Profile tab: it answers by messages and ends with its page. */
createRpcServer<ProfileMethods, Record<string, never>>(
  {
    post: (message) => self.postMessage(message),
    onMessage: (listener) =>
      self.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data)),
    onClose: () => undefined,
    close: () => self.close(),
  },
  createProfileSession(),
)
