import { join } from 'node:path'
import { AppError } from '#core/errors'
import type { RecorderProblem } from '#core/snapshot/history'
import { openRecorder, type Recorder } from '../recorder/recorder'

/** The recorder of a backend, which may have none. */
export interface Recordings {
  /** Does it as soon as the recorder is there; nothing where there is none. */
  record(job: (recorder: Recorder) => void): void
  /** Rejects with AppError `unsupported` where there is none. */
  get(): Promise<Recorder>
  /** What was set aside, and why nothing is recorded now; the last of each. */
  readonly problems: readonly RecorderProblem[]
  dispose(): Promise<void>
}

export function createRecordings(
  dir: string | null,
  onProblem: (problem: RecorderProblem) => void,
): Recordings {
  let problem: RecorderProblem | null = null
  /** Told to windows that come later as well: somebody may miss what was recorded. */
  let setAside: RecorderProblem | null = null
  let recorder: Recorder | null = null
  /** What comes while it is opened. */
  let waiting: ((recorder: Recorder) => void)[] = []
  const opening =
    dir === null
      ? null
      : openRecorder({
          file: join(dir, 'recording.db'),
          onProblem(next) {
            if (next.kind === 'set-aside') setAside = next
            else problem = next.kind === 'resumed' ? null : next
            onProblem(next)
          },
        })
  opening?.then(
    (opened) => {
      recorder = opened
      for (const job of waiting) job(opened)
      waiting = []
    },
    (error: unknown) => {
      waiting = []
      problem = { kind: 'failed', message: String(error).slice(0, 300), path: null }
      onProblem(problem)
    },
  )

  return {
    record(job) {
      if (recorder !== null) job(recorder)
      else if (opening !== null && problem === null) waiting.push(job)
    },
    get() {
      return opening ?? Promise.reject(new AppError('unsupported', 'nothing is recorded here'))
    },
    get problems() {
      return [setAside, problem].filter((one) => one !== null)
    },
    async dispose() {
      await opening?.then((opened) => opened.dispose()).catch(() => undefined)
    },
  }
}
