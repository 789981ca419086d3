import type { ProcessSample, RollupSample } from '#core/metrics/samples'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import { openProcessWatch, type ProcessWatch, type WatchContext } from './process-watch'

/** The watched processes of one sampler: one watch a process, whoever looks at it. */
export interface WatchSet {
  /** Those that take part in polls. */
  readonly all: readonly ProcessWatch[]
  /** The watch of this process; begun when there is none. Rejects with AppError `gone`. */
  open(key: ProcessKey): Promise<ProcessWatch>
  /** From now on it takes part in polls. */
  add(watch: ProcessWatch): void
  close(watch: ProcessWatch): void
  /** As ProcessWatch.accept; null also for an answer that can't be read. */
  accept(watch: ProcessWatch, ...answer: Parameters<ProcessWatch['accept']>): Promise<ProcessSample | null>
  adoptWalk(key: ProcessKey, rollup: RollupSample): void
  /** The host was started again. */
  endByReboot(atMs: number): void
}

/** `onChange`: there is a watch more, or less. */
export function createWatchSet(context: WatchContext, onChange: () => void): WatchSet {
  const opening = new Map<string, Promise<ProcessWatch>>()
  const open = new Set<ProcessWatch>()

  function close(watch: ProcessWatch): void {
    watch.close()
    open.delete(watch)
    opening.delete(toKeyText(watch.key))
    onChange()
  }

  return {
    get all() {
      return [...open]
    },
    open(key) {
      const id = toKeyText(key)
      const known = opening.get(id)
      if (known !== undefined) return known
      const started = openProcessWatch(context, key)
      opening.set(id, started)
      started.catch(() => opening.delete(id))
      return started
    },
    add(watch) {
      open.add(watch)
      onChange()
    },
    close,
    accept(watch, results, moment) {
      // An answer that can't be read leaves a gap in the series, not a wrong number.
      const accepted = watch.accept(results, moment).catch(() => null)
      // A process that ended needs no more reads; whoever asks for it again is told that it is gone.
      if (watch.isEnded) close(watch)
      return accepted
    },
    adoptWalk(key, rollup) {
      for (const watch of open) if (isSameProcess(watch.key, key)) watch.adoptWalk(rollup)
    },
    endByReboot(atMs) {
      for (const watch of [...open]) {
        watch.endByReboot(atMs)
        close(watch)
      }
    },
  }
}
