import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from '#core/snapshot/buffers-of'
import type { Incident } from '#core/snapshot/incident'
import { toErrorValue, type Result } from '#core/errors'
import type { FromWorker, RecorderWorkerData, ToWorker } from './recorder-messages'
import { createRecordingKeeper } from './recording-keeper'

// A thread of its own: SQLite's calls return when the disk has answered, and polls go on meanwhile.
const turnEveryMs = 1000

const send = (message: FromWorker, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(message, moved)
const keeper = createRecordingKeeper({
  file: (workerData as RecorderWorkerData).file,
  onProblem: (problem) => send({ kind: 'problem', problem }),
})

keeper.turn()
const turns = setInterval(() => keeper.turn(), turnEveryMs)

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'batch') {
    keeper.add(message.batch)
    keeper.turn()
    send({ kind: 'taken' })
  } else if (message.kind === 'end') {
    clearInterval(turns)
    parentPort?.close()
  } else if (message.name === 'readIncident') readInSteps(message.id, keeper.readIncident(message.params))
  else send({ kind: 'answer', id: message.id, result: answer(message) })
})

/** Between the steps messages are taken: what comes in waits no longer than one. */
function readInSteps(id: number, steps: Generator<void, Incident>): void {
  try {
    const step = steps.next()
    if (step.done !== true) setImmediate(() => readInSteps(id, steps))
    // Moved rather than copied: a day of a process is tens of megabytes.
    else send({ kind: 'answer', id, result: { ok: true, value: step.value } }, buffersOf(step.value))
  } catch (error) {
    send({ kind: 'answer', id, result: { ok: false, error: toErrorValue(error) } })
  }
}

function answer(message: Extract<ToWorker, { kind: 'ask' }>): Result<unknown> {
  try {
    return { ok: true, value: keeper.answer(message.name, message.params) }
  } catch (error) {
    return { ok: false, error: toErrorValue(error) }
  }
}
