import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { AppError } from '#core/errors'

export interface PostLimits {
  /** From the start to the last byte of the answer. */
  totalMs: number
  /** Of the answer. */
  maxBytes: number
}

export interface PostAnswer {
  status: number
  text: string
  /** How long it asks to be left alone; null: it does not. */
  retryAfterMs: number | null
}

/**
 * One POST on a connection of its own. Any status is an answer; redirects are not followed. Rejects with AppError `timeout`,
 * `unreachable`, `too-large` or `cancelled`, none of which names more of the address than its host.
 */
export function postJson(
  url: URL,
  body: string,
  limits: PostLimits,
  signal: AbortSignal,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body)
    const outgoing: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      maxHeaderSize: 16 * 1024,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
        'accept-encoding': 'identity',
        'user-agent': 'ballonet',
      },
    })
    const timer = setTimeout(() => end(refuse('timeout', 'timeout')), limits.totalMs)
    const onAbort = (): void => end(new AppError('cancelled', 'the webhook was given up'))
    signal.addEventListener('abort', onAbort)

    function end(outcome: PostAnswer | AppError): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      outgoing.destroy()
      if (outcome instanceof AppError) reject(outcome)
      else resolve(outcome)
    }

    // Also of what comes after the end: without a listener it would be thrown.
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      end(refuse('unreachable', 'unreachable', error.code)),
    )
    outgoing.on('response', (incoming) => readAnswer(incoming, limits.maxBytes, end))
    if (signal.aborted) onAbort()
    else outgoing.end(bytes)
  })
}

function readAnswer(
  incoming: IncomingMessage,
  maxBytes: number,
  end: (outcome: PostAnswer | AppError) => void,
): void {
  const pieces: Buffer[] = []
  let length = 0
  incoming.on('data', (piece: Buffer) => {
    length += piece.length
    if (length > maxBytes) end(refuse('too-large', 'tooLarge'))
    else pieces.push(piece)
  })
  incoming.on('error', (error: NodeJS.ErrnoException) =>
    end(refuse('unreachable', 'unreachable', error.code)),
  )
  incoming.on('end', () =>
    end({
      status: incoming.statusCode ?? 0,
      text: Buffer.concat(pieces).toString('utf8'),
      retryAfterMs: toRetryAfter(incoming.headers['retry-after'], incoming.headers.date),
    }),
  )
}

/** Seconds, or a date: that is held against the date of the same answer, for two clocks are not to be trusted. */
function toRetryAfter(header: string | undefined, answeredAt: string | undefined): number | null {
  if (header === undefined) return null
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000
  const waitMs = Date.parse(header) - Date.parse(answeredAt ?? '')
  return waitMs >= 0 ? waitMs : null
}

function refuse(code: 'timeout' | 'unreachable' | 'too-large', hint: string, reason?: string): AppError {
  return new AppError(code, `webhook: ${reason ?? hint}`, { hint: `alert.webhook.${hint}` })
}
