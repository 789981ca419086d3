/**
 * Growth a second of a counter between two readings of the same process. Never negative: utime and stime are scaled
 * from a precise sum and may step back by a tick. null when no time passed.
 */
export function toRatePerSecond(before: number, now: number, elapsedMs: number): number | null {
  return elapsedMs > 0 ? Math.max(0, ((now - before) * 1000) / elapsedMs) : null
}

/** CPU time between two readings in percent of one core: 200 is two cores. */
export function toCpuPercent(
  beforeTicks: number,
  nowTicks: number,
  elapsedMs: number,
  clockTicksPerSecond: number,
): number | null {
  const ticksPerSecond = toRatePerSecond(beforeTicks, nowTicks, elapsedMs)
  return ticksPerSecond === null ? null : (ticksPerSecond * 100) / clockTicksPerSecond
}

/** Two polls that came closer together make no honest rate: one tick of the CPU clock is 10 ms. */
export const minRateIntervalMs = 200
