import type { ScenarioRun } from './recording'

/**
 * The same run, so many times as slow: what takes a quarter of an hour in life was recorded in a minute. Walks and answers
 * of the endpoint are as old as they were when they were first seen.
 */
export function stretch(run: ScenarioRun, times: number): ScenarioRun {
  const startMs = run.samples[0]?.atMs ?? 0
  const later = (atMs: number): number => startMs + (atMs - startMs) * times
  const moved = new Map<number, number>()
  const move = <Reading extends { atMs: number }>(
    reading: Reading | null,
    seenMs: number,
  ): Reading | null => {
    if (reading === null) return null
    const atMs = moved.get(reading.atMs) ?? later(seenMs) - (seenMs - reading.atMs)
    moved.set(reading.atMs, atMs)
    return { ...reading, atMs }
  }
  return {
    ...run,
    hosts: run.hosts.map((host) => ({ ...host, atMs: later(host.atMs) })),
    samples: run.samples.map((sample) => ({
      ...sample,
      atMs: later(sample.atMs),
      rollup: move(sample.rollup, sample.atMs),
      go: move(sample.go, sample.atMs),
    })),
  }
}
