import type { InjectionKey } from 'vue'
import { createRpcClient, type RpcClient } from '#core/ipc/rpc'
import type { ProfileMethods } from './profile-session'

export type ProfileEngine = RpcClient<ProfileMethods, Record<string, never>>

/** Another way to an engine, for where there are no workers. */
export const openProfileEngineKey: InjectionKey<() => ProfileEngine> = Symbol('open-profile-engine')

/** A worker that decodes and counts. To be closed by who opened it. */
export function openProfileEngine(): ProfileEngine {
  const worker = new Worker(new URL('./profile-worker.ts', import.meta.url), { type: 'module' })
  const closeListeners: (() => void)[] = []
  const close = (): void => {
    worker.terminate()
    for (const listener of closeListeners) listener()
  }
  // It could not be loaded, or it ran out of memory: whoever waits is told.
  worker.addEventListener('error', close)
  return createRpcClient<ProfileMethods, Record<string, never>>({
    post: (message) => worker.postMessage(message),
    onMessage: (listener) =>
      worker.addEventListener('message', (event: MessageEvent<unknown>) => listener(event.data)),
    onClose: (listener) => void closeListeners.push(listener),
    close,
  })
}
