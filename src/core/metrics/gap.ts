import type { StreamId } from '../snapshot/sample-parts'

/** Walks and answers are held at least as long: their pace changes with what they cost, and under a balloon. */
const leastGapMs: Record<StreamId, number> = {
  process: 5000,
  host: 5000,
  cgroup: 5000,
  rollup: 15_000,
  go: 15_000,
}
const gapSteps = 3

/**
 * How far apart two readings of a stream may be, ms, for a line between them: three of their usual distances. That is the
 * median: pauses, however many, are not the pace. `atMs` in order of time, of what was reported.
 */
export function toGapMs(stream: StreamId, atMs: ArrayLike<number>): number {
  const steps = Float64Array.from(
    { length: Math.max(0, atMs.length - 1) },
    (_, index) => (atMs[index + 1] ?? 0) - (atMs[index] ?? 0),
  ).sort()
  return Math.max(leastGapMs[stream], gapSteps * (steps[Math.floor(steps.length / 2)] ?? 0))
}
