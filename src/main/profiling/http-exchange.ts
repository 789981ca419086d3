import { request, type Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { AppError } from '#core/errors'
import type { EndpointUrl } from './endpoint-url'
import { toHttpError, toStatusError } from './http-errors'

export interface HttpLimits {
  connectMs: number
  /** Longest wait for the answer's headers, and between two pieces of its body. */
  silenceMs: number
  /** From the connection being ready to the last byte. */
  totalMs: number
  /** Of the body: on the wire, and again when it was unzipped. */
  maxBytes: number
}

export interface HttpAnswer {
  /** From the connection being ready to the last byte, ms. */
  costMs: number
  /** Of the body on the wire. */
  bytes: number
}

export interface ExchangeOptions {
  endpoint: EndpointUrl
  path: string
  agent: Agent
  limits: HttpLimits
  onBody: (chunk: Uint8Array) => void
}

/** The service closed a kept connection when it was used again: worth a second try on a new one. */
export class StaleConnectionError extends AppError {}

const maxHeaderBytes = 16 * 1024

/** One GET and its answer. Every limit, and `destroy`, ends it at once, with its connection. */
export class HttpExchange {
  readonly done: Promise<HttpAnswer>
  readonly #options: ExchangeOptions
  readonly #outgoing: ClientRequest
  #settle!: { resolve(answer: HttpAnswer): void; reject(error: unknown): void }
  #isSettled = false
  #incoming: IncomingMessage | null = null
  #gunzip: Gunzip | null = null
  #startMs = 0
  #wireBytes = 0
  #bodyBytes = 0
  #totalTimer: NodeJS.Timeout | undefined
  #silenceTimer: NodeJS.Timeout | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    const { endpoint, limits } = options
    this.#outgoing = request({
      agent: options.agent,
      host: endpoint.host,
      port: endpoint.port,
      path: options.path,
      auth: endpoint.auth,
      maxHeaderSize: maxHeaderBytes,
      insecureHTTPParser: false,
      headers: {
        host: new URL(endpoint.shownUrl).host,
        'accept-encoding': 'identity',
        'user-agent': 'ballonet',
      },
    })
    // A connection that never comes and never fails: the target's own time limit is passed by a second.
    this.#totalTimer = setTimeout(
      () => this.destroy(timeoutError('timeoutConnect')),
      2 * limits.connectMs + 1000,
    )
    this.#outgoing.on('socket', () => this.#onConnected())
    this.#outgoing.on('response', (incoming) => this.#onResponse(incoming))
    this.#outgoing.on('error', (error) => this.#onRequestError(error))
    this.#outgoing.on('close', () => {
      // A complete answer may still be on its way through gunzip.
      if (this.#incoming?.complete !== true) this.destroy(toHttpError(new Error('closed')))
    })
    this.#outgoing.end()
  }

  /** How much of the body has arrived, bytes on the wire. */
  get wireBytes(): number {
    return this.#wireBytes
  }

  destroy(error: Error): void {
    if (this.#isSettled) return
    this.#stopTimers()
    this.#isSettled = true
    this.#outgoing.destroy()
    this.#gunzip?.destroy()
    this.#settle.reject(error)
  }

  #onConnected(): void {
    if (this.#isSettled) return
    this.#startMs = performance.now()
    clearTimeout(this.#totalTimer)
    const { totalMs } = this.#options.limits
    this.#totalTimer = setTimeout(
      () => this.destroy(timeoutError('timeoutTotal', { seconds: Math.round(totalMs / 100) / 10 })),
      totalMs,
    )
    this.#restartSilence('timeoutFirstByte')
  }

  #restartSilence(hint: 'timeoutFirstByte' | 'timeoutStalled'): void {
    const { silenceMs } = this.#options.limits
    clearTimeout(this.#silenceTimer)
    this.#silenceTimer = setTimeout(
      () => this.destroy(timeoutError(hint, { seconds: Math.round(silenceMs / 100) / 10 })),
      silenceMs,
    )
  }

  #stopTimers(): void {
    clearTimeout(this.#totalTimer)
    clearTimeout(this.#silenceTimer)
  }

  #onRequestError(error: Error): void {
    const isStale = this.#outgoing.reusedSocket && this.#incoming === null
    this.destroy(isStale ? new StaleConnectionError('unreachable', error.message) : toHttpError(error))
  }

  #onResponse(incoming: IncomingMessage): void {
    this.#incoming = incoming
    this.#restartSilence('timeoutStalled')
    const statusError = toStatusError(incoming)
    if (statusError !== null) {
      this.destroy(statusError)
      return
    }
    incoming.on('error', (error) => this.destroy(toHttpError(error)))
    incoming.on('aborted', () => this.destroy(toHttpError(new Error('closed'))))
    incoming.on('data', (chunk: Buffer) => this.#countWire(chunk.length))
    const body = this.#decode(incoming)
    if (body === null) return
    body.on('error', (error) => this.destroy(toHttpError(error)))
    body.on('data', (chunk: Buffer) => this.#takeBody(chunk))
    body.on('end', () => this.#finish())
  }

  /** gzip was not asked for, but comes from servers behind a middleware that does not look. */
  #decode(incoming: IncomingMessage): Readable | null {
    const encoding = (incoming.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
    if (encoding === 'identity' || encoding === '') return incoming
    if (encoding === 'gzip' || encoding === 'x-gzip') {
      this.#gunzip = createGunzip()
      return incoming.pipe(this.#gunzip)
    }
    this.destroy(new AppError('parse', 'unknown content encoding', { hint: 'go.endpoint.badEncoding' }))
    return null
  }

  #countWire(length: number): void {
    this.#wireBytes += length
    this.#restartSilence('timeoutStalled')
    if (this.#wireBytes > this.#options.limits.maxBytes) this.#refuseSize()
  }

  #takeBody(chunk: Buffer): void {
    if (this.#isSettled) return
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > this.#options.limits.maxBytes) {
      this.#refuseSize()
      return
    }
    try {
      this.#options.onBody(chunk)
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #refuseSize(): void {
    const limitBytes = this.#options.limits.maxBytes
    this.destroy(
      new AppError('too-large', `the answer is over ${limitBytes} bytes`, {
        hint: 'go.endpoint.tooLarge',
        params: { limitBytes },
      }),
    )
  }

  #finish(): void {
    if (this.#isSettled) return
    this.#stopTimers()
    this.#isSettled = true
    this.#settle.resolve({
      costMs: performance.now() - this.#startMs,
      bytes: this.#wireBytes,
    })
  }
}

function timeoutError(hint: string, params: Record<string, number> = {}): AppError {
  return new AppError('timeout', `no answer in time (${hint})`, { hint: `go.endpoint.${hint}`, params })
}
