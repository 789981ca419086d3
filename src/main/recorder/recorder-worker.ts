import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue, type Result } from '#core/errors'
import type { FromWorker, RecorderWorkerData, ToWorker } from './recorder-messages'
import { createRecordingKeeper } from './recording-keeper'

// A thread of its own: SQLite's calls return when the disk has answered, and polls go on meanwhile.
const turnEveryMs = 1000

const send = (message: FromWorker): void => parentPort?.postMessage(message)
const keeper = createRecordingKeeper({
  file: (workerData as RecorderWorkerData).file,
  onProblem: (problem) => send({ kind: 'problem', problem }),
})

keeper.turn()
setInterval(() => keeper.turn(), turnEveryMs)

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'batch') {
    keeper.add(message.batch)
    keeper.turn()
    send({ kind: 'taken' })
  } else {
    send({ kind: 'answer', id: message.id, result: answer(message) })
  }
})

function answer(message: Extract<ToWorker, { kind: 'ask' }>): Result<unknown> {
  try {
    return { ok: true, value: keeper.answer(message.name, message.params) }
  } catch (error) {
    return { ok: false, error: toErrorValue(error) }
  }
}
