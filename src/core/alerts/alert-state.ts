/** One number of what a rule looks at; null: not reported. */
export interface AlertReading {
  atMs: number
  value: number | null
}

/** What raises and what clears. */
export interface AlertBounds {
  threshold: number
  clearBelow: number
  forMs: number
}

/** Why a raised alert is one no more. */
export type AlertEnd =
  | 'below'
  | 'process-gone'
  | 'not-watched' // nobody looks at the process any more: nothing is known of it
  | 'target-closed'
  | 'rule-changed' // or removed, or switched off

export type AlertTransition =
  /** sinceMs: when the value first was there. */
  | { kind: 'raised'; atMs: number; sinceMs: number; value: number }
  | { kind: 'cleared'; atMs: number; raisedAtMs: number; reason: AlertEnd; value: number | null }

/** Where one rule stands with one subject. */
export interface AlertState {
  readonly phase: 'calm' | 'pending' | 'raised'
  /** null: nothing changed. */
  push(reading: AlertReading): AlertTransition | null
  /** The subject is no more; null unless it was raised. */
  end(atMs: number, reason: AlertEnd): AlertTransition | null
}

/** Numbers further apart than this say nothing of the time between them. */
export const mostReadingGapMs = 60_000

/**
 * A machine of one rule on one subject. It is raised when the value was at or above `threshold` at each number for `forMs`, and
 * cleared by the first number below `clearBelow`; what is between the two keeps it raised, but raises nothing.
 *
 * Of what is not there: null (and what is no finite number) neither raises nor clears, nor does silence. A wait for `forMs`
 * goes on over nulls as long as its numbers are at most `mostReadingGapMs` apart; after a longer gap, or when the clock went
 * back, it starts anew at the next number. So an alert stays raised over a lost link, and is never raised by one.
 */
export function createAlertState({ threshold, clearBelow, forMs }: AlertBounds): AlertState {
  let sinceMs: number | null = null
  let raisedAtMs: number | null = null
  let lastMs = Number.NEGATIVE_INFINITY

  function clear(atMs: number, reason: AlertEnd, value: number | null): AlertTransition | null {
    const wasMs = raisedAtMs
    sinceMs = null
    raisedAtMs = null
    return wasMs === null ? null : { kind: 'cleared', atMs, raisedAtMs: wasMs, reason, value }
  }

  return {
    get phase() {
      if (raisedAtMs !== null) return 'raised'
      return sinceMs === null ? 'calm' : 'pending'
    },
    push({ atMs, value }) {
      if (value === null || !Number.isFinite(value)) return null
      const hasGap = atMs < lastMs || atMs - lastMs > mostReadingGapMs
      lastMs = atMs
      if (raisedAtMs !== null) return value < clearBelow ? clear(atMs, 'below', value) : null
      if (value < threshold) {
        sinceMs = null
        return null
      }
      if (sinceMs === null || hasGap) sinceMs = atMs
      if (atMs - sinceMs < forMs) return null
      raisedAtMs = atMs
      return { kind: 'raised', atMs, sinceMs, value }
    },
    end: (atMs, reason) => clear(atMs, reason, null),
  }
}
