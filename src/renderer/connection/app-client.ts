import type { InjectionKey } from 'vue'
import { AppError } from '#core/errors'
import type { AppEvents, AppMethods } from '#core/ipc/contract'
import type { ParamsOf, ResultOf } from '#core/ipc/rpc'
import type { Bridge } from './bridge'

/** Requests to Electron's main process: settings, dialogs, the application menu. */
export interface AppClient {
  /** Rejects with AppError. */
  invoke<K extends keyof AppMethods>(
    method: K,
    params: ParamsOf<AppMethods, K>,
  ): Promise<ResultOf<AppMethods, K>>
  on<K extends keyof AppEvents>(event: K, listener: (payload: AppEvents[K]) => void): () => void
}

export const appClientKey: InjectionKey<AppClient> = Symbol('app-client')

export function createAppClient(bridge: Bridge): AppClient {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  bridge.onEvent((event, payload) => {
    for (const listener of listeners.get(event) ?? []) listener(payload as never)
  })

  return {
    async invoke(method, params) {
      const result = await bridge.invoke(method, params)
      if (result.ok) return result.value as never
      const { code, message, hint, params: errorParams } = result.error
      throw new AppError(code, message, {
        ...(hint === undefined ? {} : { hint }),
        ...(errorParams === undefined ? {} : { params: errorParams }),
      })
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set)
      set.add(listener)
      return () => set.delete(listener)
    },
  }
}
