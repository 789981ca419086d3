import { AppError } from '#core/errors'
import type { Target } from './target'

/** The connection of a target that is this very machine: it is never lost, and reads as whoever started Ballonet. */
export const alwaysConnected: Pick<Target, 'connection' | 'onChange' | 'onReboot' | 'reconnect' | 'elevate'> =
  {
    connection: { phase: 'connected' },
    onChange: () => () => undefined,
    onReboot: () => () => undefined,
    reconnect: () => undefined,
    elevate: () => Promise.reject(new AppError('unsupported', 'start Ballonet as root instead')),
  }
