import { ref, type InjectionKey, type Ref } from 'vue'
import { AppError } from '#core/errors'
import type { BackendEvents, BackendMethods } from '#core/ipc/contract'
import {
  createRpcClient,
  type MessageChannelEnd,
  type ParamsOf,
  type ResultOf,
  type RpcClient,
} from '#core/ipc/rpc'

export type ConnectionPhase = 'connecting' | 'connected' | 'lost'

/**
 * The backend as the window sees it: one lasting object over connections that come and go. Event listeners stay across
 * reconnects; subscriptions do not, so whoever subscribed does it again in `onConnected`.
 */
export interface BackendConnection {
  readonly phase: Readonly<Ref<ConnectionPhase>>
  /** Waits for a connection (at most 10 s), then asks. Rejects with AppError; `unreachable` when the connection ends. */
  call<K extends keyof BackendMethods>(
    method: K,
    params: ParamsOf<BackendMethods, K>,
  ): Promise<ResultOf<BackendMethods, K>>
  on<K extends keyof BackendEvents>(event: K, listener: (payload: BackendEvents[K]) => void): () => void
  /** Called at once when connected, and again after each reconnect. */
  onConnected(listener: (isReconnect: boolean) => void): () => void
  /** A new channel to the backend. One that comes while another is connected is closed. */
  attach(channel: MessageChannelEnd): void
  /** Asks for a new connection now, without waiting for the old one to end. */
  reconnect(): void
}

export const backendConnectionKey: InjectionKey<BackendConnection> = Symbol('backend-connection')

const callWaitMs = 10_000
const retryMs = { first: 100, most: 3_000 }

type Client = RpcClient<BackendMethods, BackendEvents>

/** `requestChannel` asks for a channel, which comes later through `attach`; it is asked again until one comes. */
export function createBackendConnection(requestChannel: () => void): BackendConnection {
  const phase = ref<ConnectionPhase>('connecting')
  const eventListeners = new Map<keyof BackendEvents, Set<(payload: never) => void>>()
  const connectedListeners = new Set<(isReconnect: boolean) => void>()
  const waiting = new Set<() => void>()
  let client: Client | null = null
  let wasConnected = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let retryDelayMs = retryMs.first

  function requestSoon(): void {
    clearTimeout(retryTimer)
    retryTimer = setTimeout(() => {
      if (client !== null) return
      requestChannel()
      requestSoon()
    }, retryDelayMs)
    retryDelayMs = Math.min(retryDelayMs * 2, retryMs.most)
  }

  function forward(to: Client, event: keyof BackendEvents): void {
    to.on(event, (payload) => {
      for (const listener of eventListeners.get(event) ?? []) listener(payload as never)
    })
  }

  function attach(channel: MessageChannelEnd): void {
    // A slow start asked twice: the calls that wait on the first connection must not be lost to the second.
    if (client !== null) {
      channel.close()
      return
    }
    const next: Client = createRpcClient<BackendMethods, BackendEvents>(channel)
    client = next
    clearTimeout(retryTimer)
    retryDelayMs = retryMs.first
    for (const event of eventListeners.keys()) forward(next, event)
    next.onClose(() => {
      if (client !== next) return
      client = null
      phase.value = 'lost'
      requestSoon()
    })
    phase.value = 'connected'
    const isReconnect = wasConnected
    wasConnected = true
    for (const resume of [...waiting]) resume()
    for (const listener of [...connectedListeners]) listener(isReconnect)
  }

  async function whenConnected(): Promise<Client> {
    if (client === null) {
      await new Promise<void>((resolve) => {
        const resume = (): void => {
          clearTimeout(timer)
          waiting.delete(resume)
          resolve()
        }
        const timer = setTimeout(resume, callWaitMs)
        waiting.add(resume)
      })
    }
    if (client === null) throw new AppError('unreachable', 'no connection to the backend')
    return client
  }

  return {
    phase,
    call: (method, params) =>
      new Promise((resolve, reject) => {
        whenConnected()
          .then((to) => to.call(method, params).then(resolve, reject))
          .catch(reject)
      }),
    on(event, listener) {
      let set = eventListeners.get(event)
      if (set === undefined) {
        set = new Set()
        eventListeners.set(event, set)
        if (client !== null) forward(client, event)
      }
      set.add(listener)
      return () => set.delete(listener)
    },
    onConnected(listener) {
      connectedListeners.add(listener)
      if (client !== null) listener(false)
      return () => connectedListeners.delete(listener)
    },
    attach,
    reconnect() {
      phase.value = wasConnected ? 'lost' : 'connecting'
      const old = client
      client = null
      old?.close()
      requestChannel()
      requestSoon()
    },
  }
}
