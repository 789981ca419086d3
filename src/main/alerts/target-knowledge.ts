import { createHeapSlope, type HeapSlope } from '#core/alerts/heap-slope'
import { toLazyFree } from '#core/alerts/alert-readings'
import type { JudgedProcess } from '#core/alerts/alert-urgency'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { Verdict } from '#core/verdict/verdict'

export interface KnownProcess {
  comm: string
  sample: ProcessSample
  verdict: Verdict | null
  slope: HeapSlope | null
}

/** What alerts of one target are judged by: the newest of everything. */
export interface TargetKnowledge {
  /** Whether what is read now is not to be held against any rule. */
  isHeld(atMs: number): boolean
  /** While a balloon of ours is up, and a while after. */
  setBalloon(isUp: boolean, atMs: number): void
  readonly host: HostSample | null
  setHost(sample: HostSample): void
  addProcess(sample: ProcessSample, wantsSlope: boolean): void
  setVerdict(key: ProcessKey, verdict: Verdict): void
  processOf(key: ProcessKey): KnownProcess | null
  dropProcess(key: ProcessKey): void
  /** LazyFree of all watched processes together; null: no walk has told. */
  lazyFreeBytes(): number | null
  judged(): JudgedProcess[]
}

/** PSI's avg10 needs about this long to fall. */
const afterBalloonMs = 30_000

export function createTargetKnowledge(): TargetKnowledge {
  const processes = new Map<string, KnownProcess>()
  let host: HostSample | null = null
  let heldUntilMs = Number.NEGATIVE_INFINITY

  return {
    isHeld: (atMs) =>
      heldUntilMs === Number.POSITIVE_INFINITY ||
      // A clock that was set back does not make it longer.
      (atMs < heldUntilMs && heldUntilMs - atMs <= afterBalloonMs),
    setBalloon(isUp, atMs) {
      if (isUp) heldUntilMs = Number.POSITIVE_INFINITY
      else if (heldUntilMs === Number.POSITIVE_INFINITY) heldUntilMs = atMs + afterBalloonMs
    },
    get host() {
      return host
    },
    setHost(sample) {
      host = sample
    },
    addProcess(sample, wantsSlope) {
      const id = toKeyText(sample.key)
      const known = processes.get(id)
      const slope = wantsSlope ? (known?.slope ?? createHeapSlope()) : null
      slope?.push(sample)
      processes.set(id, { comm: sample.comm, sample, verdict: known?.verdict ?? null, slope })
    },
    setVerdict(key, verdict) {
      const known = processes.get(toKeyText(key))
      if (known !== undefined) known.verdict = verdict
    },
    processOf: (key) => processes.get(toKeyText(key)) ?? null,
    dropProcess(key) {
      processes.delete(toKeyText(key))
    },
    lazyFreeBytes() {
      const read = [...processes.values()]
        .map(({ sample }) => toLazyFree(sample))
        .filter((bytes) => bytes !== null)
      return read.length === 0 ? null : read.reduce((sum, bytes) => sum + bytes, 0)
    },
    judged: () =>
      [...processes.values()].flatMap(({ comm, verdict }) => (verdict === null ? [] : [{ comm, verdict }])),
  }
}
