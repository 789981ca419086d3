import { Agent, type ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { AppError } from '#core/errors'
import type { EndpointUrl } from './endpoint-url'
import { HttpExchange, StaleConnectionError, type HttpAnswer, type HttpLimits } from './http-exchange'

/** A TCP connection that starts on the target. */
export type Connect = (address: string, port: number, timeoutMs: number) => Promise<Duplex>

export interface HttpClient {
  /**
   * GET; `onBody` takes the decoded body piece by piece and may throw to end it. Rejects with AppError: redirects are
   * not followed, every status but 200 is an error, and so is every limit. One request at a time.
   */
  get(path: string, limits: HttpLimits, onBody: (chunk: Uint8Array) => void): Promise<HttpAnswer>
  /** Ends the running request and the kept connection. */
  close(): void
}

/** Asks one endpoint over one connection that is kept. Must be closed. */
export function createHttpClient(endpoint: EndpointUrl, connect: Connect): HttpClient {
  const agent = new EndpointAgent(endpoint, connect)
  let running: HttpExchange | null = null

  return {
    async get(path, limits, onBody) {
      agent.connectMs = limits.connectMs
      const ask = async (): Promise<HttpAnswer> => {
        running = new HttpExchange({ endpoint, path, agent, limits, onBody })
        try {
          return await running.done
        } finally {
          running = null
        }
      }
      try {
        return await ask()
      } catch (error) {
        // The service may close a kept connection just when it is used again; that says nothing of the service.
        if (error instanceof StaleConnectionError && !agent.isClosed) return ask()
        throw error
      }
    },
    close() {
      running?.destroy(new AppError('cancelled', 'the endpoint is no longer asked'))
      agent.close()
    },
  }
}

/** Gives http the connections of a target, one at a time. */
class EndpointAgent extends Agent {
  connectMs = 2000
  isClosed = false
  readonly #endpoint: EndpointUrl
  readonly #connect: Connect

  constructor(endpoint: EndpointUrl, connect: Connect) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 })
    this.#endpoint = endpoint
    this.#connect = connect
  }

  override createConnection(
    _options: unknown,
    callback: (error: Error | null, stream?: Duplex) => void,
  ): undefined {
    this.#open().then(
      (stream) => callback(null, stream),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** The default one wants a socket; connections of a remote target are any stream. */
  override keepSocketAlive(stream: Duplex & Partial<{ unref(): void }>): boolean {
    stream.unref?.()
    return !this.isClosed
  }

  /** The default one also takes away the listener that watched the stream while it was idle; it needs a `ref` to call. */
  override reuseSocket(stream: Duplex & Partial<{ ref(): void }>, outgoing: ClientRequest): void {
    stream.ref ??= () => undefined
    super.reuseSocket(stream, outgoing)
  }

  close(): void {
    this.isClosed = true
    this.destroy()
  }

  async #open(): Promise<Duplex> {
    const { host, port, isTls } = this.#endpoint
    const stream = await this.#connect(host, port, this.connectMs)
    // Without it, an error before http takes over would end the process.
    stream.on('error', () => undefined)
    if (this.isClosed) {
      stream.destroy()
      throw new AppError('cancelled', 'the endpoint is no longer asked')
    }
    return isTls ? openTls(stream, host, this.connectMs) : stream
  }
}

function openTls(stream: Duplex, host: string, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const isName = !/^[\d.]+$|:/.test(host)
    const socket = connectTls({ socket: stream, host, ...(isName ? { servername: host } : {}) })
    const timer = setTimeout(() => socket.destroy(new AppError('timeout', 'TLS handshake')), timeoutMs)
    socket.once('error', (error: Error) => {
      clearTimeout(timer)
      stream.destroy()
      const isLate = error instanceof AppError
      const hint = isLate ? 'go.endpoint.timeoutConnect' : 'go.endpoint.tls'
      reject(new AppError(isLate ? 'timeout' : 'unreachable', error.message, { hint, cause: error }))
    })
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
  })
}
