import type { Worker } from 'node:worker_threads'
import { AppError } from '#core/errors'
import { fromErrorValue } from '#core/ipc/rpc'
import type { FromIncidentWorker, IncidentJob, IncidentJobName, IncidentJobs } from './incident-messages'
import createWorker from './incident-worker?nodeWorker'

/** A day of the most processes, unpacked, and some room; a file that needs more ends the thread and nothing else. */
const mostMegabytes = 1536

const mostAtOnce = 2
let running = 0
const waiting: (() => void)[] = []

export interface IncidentJobOptions {
  signal?: AbortSignal
  onProgress?: (share: number) => void
  /** Of what goes in, the caller's no more from then on: to copy a day of numbers would hold up the polls. */
  moved?: ArrayBuffer[]
}

/**
 * Reads or makes a file in a thread of its own, which ends with it: polls go on meanwhile. Two run at once, the others
 * wait. Rejects with what the job rejects with, with `cancelled`, and with `too-large` when it ran out of memory.
 */
export async function runIncidentJob<Name extends IncidentJobName>(
  name: Name,
  params: IncidentJobs[Name][0],
  options: IncidentJobOptions = {},
): Promise<IncidentJobs[Name][1]> {
  // Fifty files that are dropped at once may not take fifty times the memory.
  while (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  return runAlone(name, params, options, () => {
    running--
    waiting.shift()?.()
  })
}

function runAlone<Name extends IncidentJobName>(
  name: Name,
  params: IncidentJobs[Name][0],
  options: IncidentJobOptions,
  onExit: () => void,
): Promise<IncidentJobs[Name][1]> {
  const { signal, onProgress, moved = [] } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      onExit()
      reject(cancelled())
      return
    }
    const worker = startWorker({ name, params } as IncidentJob, moved)
    if (worker instanceof AppError) {
      onExit()
      reject(worker)
      return
    }
    const stop = (): void => {
      reject(cancelled())
      // It ends by itself, soon.
      worker.postMessage('stop')
    }
    signal?.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: FromIncidentWorker) => {
      if (message.kind === 'progress') onProgress?.(message.share)
      else if (message.result.ok) resolve(message.result.value as IncidentJobs[Name][1])
      else reject(fromErrorValue(message.result.error))
    })
    worker.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new AppError('too-large', 'more than fits into memory', { hint: 'error.snapshot-too-large' })
          : new AppError('failed', `the thread failed: ${error.message}`),
      ),
    )
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop)
      onExit()
      // After an answer this changes nothing.
      reject(new AppError('failed', 'the thread has ended'))
    })
  })
}

/** A machine that is out of threads says so at once. */
function startWorker(job: IncidentJob, moved: ArrayBuffer[]): Worker | AppError {
  try {
    return createWorker({
      workerData: job,
      transferList: moved,
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    })
  } catch (error) {
    return new AppError('failed', `the thread did not start: ${String(error)}`, { cause: error })
  }
}

const cancelled = (): AppError => new AppError('cancelled', 'it was cancelled')
