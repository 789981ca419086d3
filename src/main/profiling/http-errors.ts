import type { IncomingMessage } from 'node:http'
import { AppError } from '#core/errors'

/** An answer that is not 200 as an error; null for 200. Its text is not ours: only its number is shown. */
export function toStatusError(incoming: Pick<IncomingMessage, 'statusCode'>): AppError | null {
  const status = incoming.statusCode ?? 0
  if (status === 200) return null
  const params = { status }
  if (status >= 300 && status < 400) {
    return new AppError('refused', `redirects (${status})`, { hint: 'go.endpoint.redirect', params })
  }
  if (status === 401 || status === 403) {
    return new AppError('permission-denied', `answered ${status}`, { hint: 'go.endpoint.denied', params })
  }
  if (status === 404 || status === 405) {
    return new AppError('unsupported', `answered ${status}`, { hint: 'go.endpoint.notFound', params })
  }
  return new AppError('failed', `answered ${status}`, { hint: 'go.endpoint.status', params })
}

/** What node:http, node:zlib and the connection throw, as errors of ours. */
export function toHttpError(error: Error): AppError {
  if (error instanceof AppError) {
    return error.hint === undefined && (error.code === 'timeout' || error.code === 'unreachable')
      ? new AppError(error.code, error.message, {
          hint: error.code === 'timeout' ? 'go.endpoint.timeoutConnect' : 'go.endpoint.unreachable',
        })
      : error
  }
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const options = (hint: string): { hint: string; cause: Error } => ({
    hint: `go.endpoint.${hint}`,
    cause: error,
  })
  if (code === 'HPE_HEADER_OVERFLOW')
    return new AppError('too-large', 'header is too large', options('headerTooLarge'))
  if (code.startsWith('HPE_')) return new AppError('parse', `not HTTP (${code})`, options('notHttp'))
  if (code.startsWith('Z_')) return new AppError('parse', `broken gzip (${code})`, options('badEncoding'))
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ENOTFOUND') {
    return new AppError('unreachable', error.message, options('unreachable'))
  }
  return new AppError('unreachable', error.message, options('closed'))
}
