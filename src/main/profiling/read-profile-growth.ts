import { AppError, type Result } from '#core/errors'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import createWorker from './profile-growth-worker?nodeWorker'

export interface GrowthSide {
  /** A profile as it came. */
  bytes: Uint8Array
  atMs: number
}

export interface GrowthQuestion {
  first: GrowthSide
  newest: GrowthSide
}

export type GrowthAnswer = Result<ProfileGrowth>

export type ReadProfileGrowth = (first: GrowthSide, newest: GrowthSide) => Promise<ProfileGrowth>

const timeLimitMs = 30_000
/** What one profile of the largest kind takes several times over. */
const heapLimitMiB = 1024

/**
 * Compares two heap profiles of one process in a thread of its own, which ends with the answer. Rejects with AppError `parse`
 * for what is no heap profile, `too-large`, `timeout`.
 */
export function readProfileGrowth(first: GrowthSide, newest: GrowthSide): Promise<ProfileGrowth> {
  return new Promise((resolve, reject) => {
    const worker = createWorker({
      workerData: { first, newest } satisfies GrowthQuestion,
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
    })
    const timer = setTimeout(() => finish(new AppError('timeout', 'comparing takes too long')), timeLimitMs)
    function finish(outcome: GrowthAnswer | AppError): void {
      clearTimeout(timer)
      void worker.terminate()
      if (outcome instanceof AppError) reject(outcome)
      else if (outcome.ok) resolve(outcome.value)
      else reject(new AppError(outcome.error.code, outcome.error.message))
    }
    worker.once('message', (message: GrowthAnswer) => finish(message))
    worker.once('error', (error) => finish(toError(error)))
    worker.once('exit', (code) => finish(new AppError('failed', `the thread ended with ${code}`)))
  })
}

function toError(error: unknown): AppError {
  const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
  return new AppError(isMemory ? 'too-large' : 'failed', String(error))
}
