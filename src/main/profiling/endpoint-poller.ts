import { AppError, toErrorValue } from '#core/errors'
import type { EndpointState, GoSample } from '#core/metrics/samples'
import type { CreateEndpointPoller, EndpointPoller, FetchedProfile } from '../sampling/go-source'
import { pollLimits, type PollLimits } from './ask-endpoint'
import { findEndpoint, findEndpointAt } from './endpoint-discovery'
import { EndpointPoll } from './endpoint-poll'
import { parseEndpointUrl, type EndpointUrl } from './endpoint-url'
import { fetchHeapProfile } from './heap-profile'
import { createHttpClient, type HttpClient } from './http-client'
import type { HttpLimits } from './http-exchange'
import { connectToProcess } from './listening-addresses'

/** The kernel formats every socket of the namespace for /proc/PID/net/tcp: not more often than this. */
const searchFromMs = 10_000
const searchToMs = 60_000

export interface PollerOptions {
  limits?: PollLimits
  profileLimits?: HttpLimits
  /** Waiting times are multiplied by it; tests make it small. */
  paceFactor?: number
}

/** See CreateEndpointPoller: Go's own numbers from the cheapest endpoint that answers, within poll-budget.ts. */
export const createEndpointPoller: CreateEndpointPoller = (...args) => new Poller(args, {})

/** createEndpointPoller with limits of its own. */
export function openEndpointPoller(
  ...[target, key, facts, onChange, options]: [...Parameters<CreateEndpointPoller>, PollerOptions]
): EndpointPoller {
  return new Poller([target, key, facts, onChange], options)
}

class Poller implements EndpointPoller {
  readonly #args: Parameters<CreateEndpointPoller>
  readonly #limits: PollLimits
  readonly #paceFactor: number
  #state: EndpointState
  #sample: GoSample | null = null
  #typed: EndpointUrl | null = null
  #timer: NodeJS.Timeout | undefined
  #abort = new AbortController()
  #client: HttpClient | null = null
  #isClosed = false
  /** What answers; it stays while it is searched for again. */
  #found: EndpointUrl | null = null
  readonly #closing = new AbortController()
  readonly #profileLimits: HttpLimits | undefined
  /** What the present wait is for: the timer or `askOnce` goes on with it. */
  #next: ((isPatient: boolean) => void) | null = null

  constructor(args: Parameters<CreateEndpointPoller>, options: PollerOptions) {
    this.#args = args
    this.#limits = options.limits ?? pollLimits
    this.#paceFactor = options.paceFactor ?? 1
    this.#profileLimits = options.profileLimits
    this.#state = firstState(null)
    this.#begin()
  }

  get state(): EndpointState {
    return this.#state
  }

  get sample(): GoSample | null {
    return this.#sample
  }

  setUrl(url: string | null): void {
    const typed = url === null ? null : parseEndpointUrl(url)
    if (this.#isClosed) return
    this.#typed = typed
    this.#found = null
    this.#sample = null
    this.#begin()
    this.#args[3]()
  }

  askOnce(): void {
    this.#goOn(true)
  }

  fetchProfile(): Promise<FetchedProfile> {
    const [target, key, facts] = this.#args
    const source = {
      target,
      key,
      endpoint: this.#found ?? this.#typed,
      isTyped: this.#typed !== null,
      maySearch: facts.isGo === true && target.capabilities.endpoint,
      limits: this.#profileLimits,
    }
    return fetchHeapProfile(source, this.#closing.signal)
  }

  close(): void {
    this.#isClosed = true
    this.#closing.abort()
    this.#restart()
  }

  /** Ends whatever is under way; what still answers then is not listened to. */
  #restart(): AbortSignal {
    clearTimeout(this.#timer)
    this.#next = null
    this.#abort.abort()
    this.#client?.close()
    this.#client = null
    this.#abort = new AbortController()
    return this.#abort.signal
  }

  #begin(): void {
    const signal = this.#restart()
    this.#state = firstState(this.#typed)
    if (this.#typed === null) {
      const [target, , facts] = this.#args
      this.#state = { ...this.#state, ...reasonNotToSearch(target.capabilities.endpoint, facts.isGo) }
      if (this.#state.phase === 'searching') void this.#search(signal, 0)
    } else if (this.#typed.path === null) void this.#search(signal, 0)
    else this.#poll(signal, this.#typed)
  }

  async #search(signal: AbortSignal, failures: number): Promise<void> {
    const [target, key] = this.#args
    let found: EndpointUrl | null = null
    let error: AppError | null = null
    try {
      found =
        this.#typed === null
          ? await findEndpoint(target, key, signal)
          : await findEndpointAt(target, [this.#typed], signal)
      if (found === null && this.#typed !== null) {
        error = new AppError('unreachable', 'none of the usual paths', { hint: 'go.endpoint.noneAtUrl' })
      }
    } catch (thrown) {
      error = thrown instanceof AppError ? thrown : new AppError('failed', String(thrown))
    }
    if (signal.aborted) return
    if (found !== null) {
      this.#poll(signal, found)
      return
    }
    this.#change({
      phase: 'none',
      source: null,
      intervalMs: null,
      error: error === null ? null : toErrorValue(error),
    })
    if (error?.code === 'gone') return
    this.#wait(
      Math.min(searchToMs, searchFromMs * 2 ** failures),
      () => void this.#search(signal, failures + 1),
    )
  }

  #poll(signal: AbortSignal, endpoint: EndpointUrl): void {
    const [target, key] = this.#args
    const client = createHttpClient(endpoint, (address, port, timeoutMs) =>
      this.#typed === null
        ? connectToProcess(target, key, address, port, timeoutMs)
        : target.connect(address, port, timeoutMs),
    )
    const isFound = this.#typed === null || this.#typed.path === null
    this.#client = client
    this.#found = endpoint
    this.#state = { ...this.#state, url: endpoint.shownUrl, source: endpoint.source }
    const poll = new EndpointPoll({
      client,
      endpoint,
      limits: this.#limits,
      signal,
      report: (change, sample) => {
        if (sample !== null) this.#sample = sample
        this.#change(change)
      },
      wait: (ms, then) => this.#wait(ms, then),
      searchAgain: isFound ? () => void this.#search(this.#restart(), 0) : null,
    })
    void poll.ask()
  }

  #change(change: Partial<EndpointState>): void {
    this.#state = { ...this.#state, ...change }
    this.#args[3]()
  }

  #wait(ms: number | null, then: (isPatient: boolean) => void): void {
    clearTimeout(this.#timer)
    this.#next = then
    if (ms !== null) this.#timer = setTimeout(() => this.#goOn(false), ms * this.#paceFactor)
  }

  #goOn(isPatient: boolean): void {
    const next = this.#next
    clearTimeout(this.#timer)
    this.#next = null
    next?.(isPatient)
  }
}

function firstState(typed: EndpointUrl | null): EndpointState {
  return {
    phase: 'searching',
    url: typed?.shownUrl ?? null,
    isManual: typed !== null,
    source: null,
    costMs: null,
    bytes: null,
    intervalMs: null,
    error: null,
  }
}

function reasonNotToSearch(canConnect: boolean, isGo: boolean | null): Partial<EndpointState> {
  if (isGo === false) return { phase: 'not-go' }
  if (!canConnect) return { phase: 'none' }
  if (isGo === true) return {}
  const hint = 'go.endpoint.exeUnreadable'
  return {
    phase: 'none',
    error: toErrorValue(new AppError('permission-denied', 'unknown whether Go', { hint })),
  }
}
