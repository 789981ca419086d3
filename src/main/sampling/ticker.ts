/** Calls `run` at a steady pace of the monotonic clock. A run that takes too long skips turns: it never doubles them. */
export interface Ticker {
  /** Starts with a run at once; does nothing while it runs. */
  start(): void
  /** One more run as soon as possible, beside the pace. */
  kick(): void
  /** Resolves once the run in progress has ended. */
  stop(): Promise<void>
}

export function createTicker(run: () => Promise<void>, intervalMs: number): Ticker {
  let isActive = false
  let isKicked = false
  let nextAtMs = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null

  function schedule(): void {
    if (!isActive || running !== null) return
    clearTimeout(timer)
    const nowMs = performance.now()
    if (nextAtMs <= nowMs - intervalMs) nextAtMs += Math.floor((nowMs - nextAtMs) / intervalMs) * intervalMs
    timer = setTimeout(tick, isKicked ? 0 : Math.max(0, nextAtMs - nowMs))
  }

  function tick(): void {
    const isDue = performance.now() >= nextAtMs - 1
    // A timer is set in whole ms, from a whole ms: it may come 2 ms early, and its run would be followed by another one.
    if (!isDue && !isKicked) return schedule()
    if (isDue) nextAtMs += intervalMs
    isKicked = false
    running = run().finally(() => {
      running = null
      schedule()
    })
  }

  return {
    start() {
      if (isActive) return
      isActive = true
      nextAtMs = performance.now()
      schedule()
    },
    kick() {
      isKicked = true
      schedule()
    },
    async stop() {
      isActive = false
      clearTimeout(timer)
      await running
    },
  }
}
