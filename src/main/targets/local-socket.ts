import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { AppError } from '#core/errors'

/** A TCP connection from this machine. Rejects with AppError `timeout` or `unreachable`. */
export function openSocket(address: string, port: number, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: address, port })
    const timer = setTimeout(
      () => socket.destroy(new AppError('timeout', `${address}:${port} did not answer`)),
      timeoutMs,
    )
    const onError = (error: Error): void => {
      clearTimeout(timer)
      reject(error instanceof AppError ? error : new AppError('unreachable', error.message, { cause: error }))
    }
    socket.once('error', onError)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', onError)
      resolve(socket)
    })
  })
}
