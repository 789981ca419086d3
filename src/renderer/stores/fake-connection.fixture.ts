import { createPinia, setActivePinia } from 'pinia'
import { createApp, ref, type App } from 'vue'
import type { AppClient } from '../connection/app-client'
import { appClientKey } from '../connection/app-client'
import {
  backendConnectionKey,
  type BackendConnection,
  type ConnectionPhase,
} from '../connection/backend-connection'
import { createAppI18n } from '../i18n/i18n'

/** Both connections of the window without a far end: calls are answered by `answers`, events are sent by hand. */
export function createFakeConnection(answers: Record<string, (params: never) => unknown> = {}) {
  const calls: { method: string; params: unknown }[] = []
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const connected = new Set<(isReconnect: boolean) => void>()

  function on(event: string, listener: (payload: never) => void): () => void {
    const set = listeners.get(event) ?? new Set()
    listeners.set(event, set)
    set.add(listener)
    return () => set.delete(listener)
  }

  async function call(method: string, params: unknown): Promise<never> {
    calls.push({ method, params })
    await Promise.resolve()
    return (answers[method]?.(params as never) ?? null) as never
  }

  const backend = {
    phase: ref<ConnectionPhase>('connected'),
    call,
    on,
    onConnected: (listener: (isReconnect: boolean) => void) => {
      connected.add(listener)
      listener(false)
      return () => connected.delete(listener)
    },
    attach: () => undefined,
    reconnect: () => undefined,
  } as unknown as BackendConnection
  const client = { invoke: call, on } as unknown as AppClient

  const pinia = createPinia()
  const i18n = createAppI18n('en')
  const provide = { [backendConnectionKey as symbol]: backend, [appClientKey as symbol]: client }
  const app: App = createApp({ render: () => null })
  app.provide(backendConnectionKey, backend).provide(appClientKey, client).use(pinia).use(i18n)
  setActivePinia(pinia)

  return {
    calls,
    /** For mount(): { global }. */
    global: { plugins: [pinia, i18n], provide },
    emit: (event: string, payload: unknown) => {
      for (const listener of listeners.get(event) ?? []) listener(payload as never)
    },
    reconnect: () => {
      for (const listener of connected) listener(true)
    },
    callsOf: (method: string) => calls.filter((each) => each.method === method).map(({ params }) => params),
  }
}
