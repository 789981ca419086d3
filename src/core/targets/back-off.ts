/** The shortest and the longest wait before a lost connection is tried again, ms. */
export const leastRetryMs = 500
export const mostRetryMs = 30_000

/**
 * How long to wait before the attempt-th try (from 0), ms. The longest wait doubles from 1 s to 30 s; the real one is
 * any of 0.5 s to that ("full jitter"), so that many windows do not knock on a host at the same moment.
 * random: from 0 to 1, as Math.random() gives it.
 */
export function nextRetryDelayMs(attempt: number, random: number): number {
  const most = Math.min(mostRetryMs, 2 * leastRetryMs * 2 ** Math.min(Math.max(0, attempt), 16))
  return Math.round(leastRetryMs + Math.min(Math.max(random, 0), 1) * (most - leastRetryMs))
}
