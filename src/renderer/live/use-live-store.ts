import { useBackend } from '../connection/use-connection'
import { createLiveStore, type LiveStore } from './live-store'
import type { BackendConnection } from '../connection/backend-connection'

const stores = new WeakMap<BackendConnection, LiveStore>()

/** The window's one live store; works in setup. It listens from its first use on. */
export function useLiveStore(): LiveStore {
  const backend = useBackend()
  const known = stores.get(backend)
  if (known !== undefined) return known
  const store = createLiveStore(backend)
  stores.set(backend, store)
  return store
}
