import type { BalloonSettings } from '#core/balloon/types'
import type { ErrorValue } from '#core/errors'
import type { ConnectStep } from '#core/ipc/contract'
import type { ColumnId } from '#core/metrics/process-table'
import type { OpenTargetOptions } from '#main/targets/open-target'
import type { Connection, ReadRequest } from '#main/targets/target'

/** What a test asks of the client's process. */
export type ClientCommand =
  | { do: 'open'; spec: string; limits?: OpenTargetOptions['limits'] }
  | { do: 'cancel' }
  | { do: 'watch'; pid: number }
  | { do: 'table'; columns: ColumnId[] }
  | {
      do: 'balloon'
      pid: number
      settings: Partial<BalloonSettings>
      acceptedRisks: string[]
      watchdogMs?: number
    }
  | { do: 'deflate' }
  | { do: 'poll'; stat: boolean; reads: ReadRequest[] }
  | { do: 'read'; reads: ReadRequest[]; timeoutMs: number }
  | { do: 'reconnect' }
  /** Longest turn of the event loop since the last `usage`, and the most memory so far. */
  | { do: 'usage' }
  | { do: 'close' }

/** What it tells. */
export type ClientEvent =
  | { kind: 'answer'; id: number; value?: unknown; error?: ErrorValue }
  | { kind: 'step'; step: ConnectStep }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'reboot' }
  | {
      kind: 'sample'
      pid: number
      startTimeTicks: number
      /** When its poll began. */
      atMs: number
      rssBytes: number | null
      lazyFreeBytes: number | null
    }
  | { kind: 'gone'; pid: number }
  | { kind: 'table'; count: number }
  | {
      kind: 'balloon'
      phase: string
      balloonBytes: number
      stopReason: string | null
      error: ErrorValue | null
    }

/** Every event says when it was told, ms since the epoch. */
export type ToldEvent = ClientEvent & { toldAtMs: number }
