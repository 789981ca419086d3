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
  } else {
    const result = answer(message)
    // Moved rather than copied: a day of a process is tens of megabytes.
    const moved = message.name === 'readIncident' && result.ok ? buffersOf(result.value as Incident) : []
    send({ kind: 'answer', id: message.id, result }, moved)
  }
})

function answer(message: Extract<ToWorker, { kind: 'ask' }>): Result<unknown> {
  try {
    return { ok: true, value: keeper.answer(message.name, message.params) }
  } catch (error) {
    return { ok: false, error: toErrorValue(error) }
  }
}
