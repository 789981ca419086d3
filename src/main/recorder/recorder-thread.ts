import type { Worker } from 'node:worker_threads'
import { AppError } from '#core/errors'
import { fromErrorValue } from '#core/ipc/rpc'
import type { FromWorker, RecorderWorkerData, ToWorker } from './recorder-messages'
import createWorker from './recorder-worker?nodeWorker'
import type { RecorderProblem } from '#core/snapshot/history'
import type { Batch, RecorderRequestName, RecorderRequests } from './recorder-types'

/** After a thread that ended by itself. */
const restartMs = 5000
/** For the call that runs. */
const endMs = 5000

/** The thread that writes, and another one when it ends. */
export interface RecorderThread {
  /** Whether all batches were taken. */
  readonly isFree: boolean
  send(batch: Batch): void
  ask<Name extends RecorderRequestName>(
    name: Name,
    params: RecorderRequests[Name][0],
  ): Promise<RecorderRequests[Name][1]>
  end(): Promise<void>
}

interface Waiting {
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

export function startRecorderThread(
  file: string,
  options: { onProblem: (problem: RecorderProblem) => void; onRestart: (lost: Batch[]) => void },
): RecorderThread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let sent: Batch[] = []
  let lastId = 0
  let restart: NodeJS.Timeout | null = null
  let isEnded = false
  /** It was told that the thread is gone, and not yet that there is another one. */
  let isMissed = false

  function start(): void {
    const workerData: RecorderWorkerData = { file }
    let started: Worker
    try {
      started = createWorker({ workerData })
    } catch (error) {
      // A machine that is out of threads says so at once.
      onLost(String(error))
      return
    }
    worker = started
    started.on('message', onMessage)
    let reason = 'it ended'
    started.on('error', (error) => (reason = String(error)))
    started.on('exit', () => {
      if (worker === started && !isEnded) onLost(reason)
    })
  }

  function onMessage(message: FromWorker): void {
    if (isMissed) {
      isMissed = false
      // A problem of its own is told after this.
      options.onProblem({ kind: 'resumed', message: 'recording goes on', path: null })
    }
    if (message.kind === 'taken') sent.shift()
    else if (message.kind === 'problem') options.onProblem(message.problem)
    else {
      const one = waiting.get(message.id)
      waiting.delete(message.id)
      const { result } = message
      if (result.ok) one?.resolve(result.value)
      else one?.reject(fromErrorValue(result.error))
    }
  }

  function onLost(reason: string): void {
    worker = null
    giveUpWaiting()
    if (!isMissed)
      options.onProblem({
        kind: 'failed',
        message: `the recording thread: ${reason}`.slice(0, 300),
        path: null,
      })
    isMissed = true
    restart = setTimeout(() => {
      const lost = sent
      sent = []
      start()
      options.onRestart(lost)
    }, restartMs)
    restart.unref()
  }

  function giveUpWaiting(): void {
    for (const { reject } of waiting.values())
      reject(new AppError('failed', 'the recording thread has ended'))
    waiting.clear()
  }

  start()
  return {
    get isFree() {
      return worker !== null && sent.length === 0
    },
    send(batch) {
      sent.push(batch)
      worker?.postMessage({ kind: 'batch', batch } satisfies ToWorker)
    },
    ask(name, params) {
      if (worker === null) return Promise.reject(new AppError('failed', 'the recording thread has ended'))
      const id = ++lastId
      const message = { kind: 'ask', id, name, params } as ToWorker
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
        worker?.postMessage(message)
      })
    },
    async end() {
      isEnded = true
      if (restart !== null) clearTimeout(restart)
      giveUpWaiting()
      const ending = worker
      worker = null
      if (ending === null) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.postMessage({ kind: 'end' } satisfies ToWorker)
      // A thread that is torn down in the middle of a call into SQLite may take the process with it.
      const timer = setTimeout(() => void ending.terminate(), endMs)
      await ended
      clearTimeout(timer)
    },
  }
}
