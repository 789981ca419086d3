import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from '#core/snapshot/buffers-of'
import { toErrorValue, type Result } from '#core/errors'
import type { FromWorker, RecorderWorkerData, ToWorker } from './recorder-messages'
import { createRecordingKeeper } from './recording-keeper'
import {
  isStepped,
  type IncidentQuery,
  type RecorderRequests,
  type SteppedRequestName,
  type Steps,
} from './recorder-types'

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
  } else if (isStepped(message.name))
    answerInSteps(message.id, keeper.answerInSteps(message.name, message.params as IncidentQuery))
  else send({ kind: 'answer', id: message.id, result: answer(message) })
})

/** Between the steps messages are taken: what comes in waits no longer than one. */
function answerInSteps(id: number, steps: Steps<SteppedRequestName>): void {
  try {
    const step = steps.next()
    if (step.done !== true) setImmediate(() => answerInSteps(id, steps))
    // Moved rather than copied: a day of a process is tens of megabytes, and so may heap profiles be.
    else send({ kind: 'answer', id, result: { ok: true, value: step.value } }, buffersIn(step.value))
  } catch (error) {
    send({ kind: 'answer', id, result: { ok: false, error: toErrorValue(error) } })
  }
}

function buffersIn(value: RecorderRequests[SteppedRequestName][1]): ArrayBuffer[] {
  if (!Array.isArray(value)) return buffersOf(value)
  return value.flatMap((each) => ('bytes' in each ? [each.bytes.buffer as ArrayBuffer] : []))
}

function answer(message: Extract<ToWorker, { kind: 'ask' }>): Result<unknown> {
  try {
    return { ok: true, value: keeper.answer(message.name, message.params) }
  } catch (error) {
    return { ok: false, error: toErrorValue(error) }
  }
}
