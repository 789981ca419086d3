import { AppError, fail, ok, toErrorValue, type ErrorValue, type Result } from '../errors'

/** One end of a message connection: a MessagePort, a pair in memory, a child process. */
export interface MessageChannelEnd {
  post(message: unknown, transfer?: ArrayBufferLike[]): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}

/** Channel name -> signature. */
export type Methods = Record<string, (params: never) => unknown>

export type ParamsOf<M extends Methods, K extends keyof M> = Parameters<M[K]>[0]
export type ResultOf<M extends Methods, K extends keyof M> = Awaited<ReturnType<M[K]>>

interface RequestMessage {
  kind: 'request'
  id: number
  method: string
  params: unknown
}

interface ReplyMessage {
  kind: 'reply'
  id: number
  result: Result<unknown>
}

/** Everything that was told in one turn, in its order. */
interface EventsMessage {
  kind: 'events'
  events: [event: string, payload: unknown][]
}

export type WireMessage = RequestMessage | ReplyMessage | EventsMessage

function isWireMessage(message: unknown): message is WireMessage {
  if (typeof message !== 'object' || message === null) return false
  const { kind, id, method, events } = message as Record<string, unknown>
  if (kind === 'request') return typeof id === 'number' && typeof method === 'string'
  if (kind === 'reply') return typeof id === 'number' && typeof (message as ReplyMessage).result === 'object'
  return kind === 'events' && Array.isArray(events) && events.every(Array.isArray)
}

export interface RpcClient<M extends Methods, E> {
  /** Rejects with AppError: the server's, or `unreachable` when the connection ends first. */
  call<K extends keyof M & string>(method: K, params: ParamsOf<M, K>): Promise<ResultOf<M, K>>
  on<K extends keyof E & string>(event: K, listener: (payload: E[K]) => void): () => void
  onClose(listener: () => void): void
  close(): void
}

export function createRpcClient<M extends Methods, E>(channel: MessageChannelEnd): RpcClient<M, E> {
  let lastId = 0
  let isClosed = false
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: AppError) => void }>()
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const closeListeners: (() => void)[] = []

  channel.onMessage((message) => {
    if (!isWireMessage(message)) return
    if (message.kind === 'events') {
      for (const [event, payload] of message.events) {
        for (const listener of listeners.get(event) ?? []) listener(payload as never)
      }
    } else if (message.kind === 'reply') {
      const call = pending.get(message.id)
      pending.delete(message.id)
      if (message.result.ok) call?.resolve(message.result.value as never)
      else call?.reject(fromErrorValue(message.result.error))
    }
  })
  channel.onClose(() => {
    isClosed = true
    for (const call of pending.values()) call.reject(new AppError('unreachable', 'the connection was closed'))
    pending.clear()
    for (const listener of closeListeners) listener()
  })

  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new AppError('unreachable', 'the connection is closed'))
          return
        }
        const id = ++lastId
        pending.set(id, { resolve, reject })
        channel.post({ kind: 'request', id, method, params } satisfies RequestMessage)
      }),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set)
      set.add(listener)
      return () => set.delete(listener)
    },
    onClose: (listener) => void closeListeners.push(listener),
    close: () => channel.close(),
  }
}

/** The other way of toErrorValue. */
export function fromErrorValue(error: ErrorValue): AppError {
  const options: { hint?: string; params?: Record<string, string | number> } = {}
  if (error.hint !== undefined) options.hint = error.hint
  if (error.params !== undefined) options.params = error.params
  return new AppError(error.code, error.message, options)
}

/** Checks raw parameters and gives typed ones, or throws AppError `invalid`. A zod schema's `parse` fits behind it. */
export type Validator<P> = (raw: unknown) => P

export type Handlers<M extends Methods> = {
  [K in keyof M]: {
    validate: Validator<ParamsOf<M, K>>
    handle: (params: ParamsOf<M, K>) => ResultOf<M, K> | Promise<ResultOf<M, K>>
  }
}

export interface RpcServer<E> {
  /**
   * Events of one turn go as one message: what belongs together arrives together, and a window draws it once. They never
   * overtake replies nor are overtaken by them.
   */
  emit<K extends keyof E & string>(event: K, payload: E[K]): void
  onClose(listener: () => void): void
  close(): void
}

/** Answers one connection. Every request gets a reply; a method that is not in `handlers` is `unsupported`. */
export function createRpcServer<M extends Methods, E>(
  channel: MessageChannelEnd,
  handlers: Handlers<M>,
): RpcServer<E> {
  let isClosed = false
  let events: EventsMessage['events'] = []
  const closeListeners: (() => void)[] = []

  function flushEvents(): void {
    if (events.length === 0 || isClosed) return
    channel.post({ kind: 'events', events } satisfies EventsMessage)
    events = []
  }

  async function answer(request: RequestMessage): Promise<Result<unknown>> {
    const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined
    if (handler === undefined) return fail('unsupported', `no such method: ${request.method.slice(0, 80)}`)
    try {
      return ok(await handler.handle(handler.validate(request.params)))
    } catch (error) {
      return { ok: false, error: toErrorValue(error) }
    }
  }

  channel.onMessage((message) => {
    if (!isWireMessage(message) || message.kind !== 'request') return
    void answer(message).then((result) => {
      flushEvents()
      if (!isClosed) channel.post({ kind: 'reply', id: message.id, result } satisfies ReplyMessage)
    })
  })
  channel.onClose(() => {
    isClosed = true
    for (const listener of closeListeners) listener()
  })

  return {
    emit(event, payload) {
      if (isClosed) return
      if (events.length === 0) void Promise.resolve().then(flushEvents)
      events.push([event, payload])
    },
    onClose: (listener) => void closeListeners.push(listener),
    close: () => channel.close(),
  }
}
