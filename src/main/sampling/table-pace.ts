/** Whether a poll asks for the table: along with the watched processes, in a poll of its own, or not this time. */
export type TableTurn = 'with' | 'apart' | 'skip'

/**
 * Keeps the table from holding up the watched processes on a slow link. A poll that was quick shows that the table can ride
 * along with the next one; else it gets polls of its own, so far apart that most of the time belongs to the others.
 */
export interface TablePace {
  next(nowMs: number): TableTurn
  /** The part of the usual reads beside stat that the link bears: 1 where nothing is slow. */
  readonly effort: number
  /** A poll that asked for the table took so long, ms of wall time here. */
  note(startMs: number, endMs: number): void
  /** The link is a new one, or the table is: what was known of its cost is not true any more. */
  restart(): void
}

/** Shares of the interval. */
const quickShare = 0.7
const easyShare = 0.5
/** After a slow poll the table rests for so many times what it took. */
const restFactor = 2
const firstEffort = 0.1
const leastEffort = 0.02

export function createTablePace(isRemote: boolean, intervalMs: number): TablePace {
  let isQuick = !isRemote
  let dueAtMs = -Infinity
  let effort = isRemote ? firstEffort : 1

  return {
    next: (nowMs) => (isQuick ? 'with' : nowMs >= dueAtMs ? 'apart' : 'skip'),
    get effort() {
      return effort
    },
    note(startMs, endMs) {
      if (!isRemote) return
      const wallMs = endMs - startMs
      isQuick = wallMs <= quickShare * intervalMs
      dueAtMs = endMs + restFactor * wallMs
      if (wallMs <= easyShare * intervalMs) effort = Math.min(1, effort * 1.5)
      else if (!isQuick) effort = Math.max(leastEffort, effort / 2)
    },
    restart() {
      isQuick = !isRemote
      dueAtMs = -Infinity
    },
  }
}
