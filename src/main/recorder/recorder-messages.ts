import type { Result } from '#core/errors'
import type { RecorderProblem } from '#core/snapshot/history'
import type { Batch, RecorderRequestName, RecorderRequests } from './recorder-types'

export interface RecorderWorkerData {
  file: string
}

export type ToWorker =
  | { kind: 'batch'; batch: Batch }
  /** After the answers before it: the thread ends by itself. */
  | { kind: 'end' }
  | {
      [Name in RecorderRequestName]: {
        kind: 'ask'
        id: number
        name: Name
        params: RecorderRequests[Name][0]
      }
    }[RecorderRequestName]

export type FromWorker =
  /** The batch was taken: the next one may come. */
  | { kind: 'taken' }
  | { kind: 'problem'; problem: RecorderProblem }
  | { kind: 'answer'; id: number; result: Result<unknown> }
