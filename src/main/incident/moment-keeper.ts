import type { Recorder } from '../recorder/recorder'
import type { Target } from '../targets/target'
import { readRawMoment } from './read-raw-moment'

/** What was watched that short a while ago is there now. */
const watchedMs = 15_000
/** Moments that the app marks by itself. */
const leastMs = 60_000

/** Keeps the raw texts of /proc beside marked moments, in the recording. */
export interface MomentKeeper {
  /** A person marks this moment. */
  mark(targetSpec: string, atMs: number): void
  /** Something happened by itself: once a minute of a target at most. */
  note(targetSpec: string, atMs: number): void
}

export function createMomentKeeper(
  getRecorder: () => Promise<Recorder>,
  findTarget: (targetSpec: string) => Target | null,
): MomentKeeper {
  const notedAtMs = new Map<string, number>()

  async function keep(targetSpec: string, atMs: number): Promise<void> {
    const target = findTarget(targetSpec)
    // What was is not to be read any more.
    if (target === null || Math.abs(Date.now() - atMs) > watchedMs) return
    const recorder = await getRecorder()
    const range = { fromMs: atMs - watchedMs, toMs: Date.now() }
    const processes = await recorder.listProcesses(targetSpec, range)
    const readings = await readRawMoment(
      target,
      processes.map(({ key }) => key),
      atMs,
    )
    recorder.recordReadings(targetSpec, readings)
  }

  function mark(targetSpec: string, atMs: number): void {
    // A mark without them is a mark all the same.
    keep(targetSpec, atMs).catch(() => undefined)
  }

  return {
    mark,
    note(targetSpec, atMs) {
      // A clock that was set back does not make it longer.
      if (Math.abs(atMs - (notedAtMs.get(targetSpec) ?? -Infinity)) < leastMs) return
      notedAtMs.set(targetSpec, atMs)
      mark(targetSpec, atMs)
    },
  }
}
