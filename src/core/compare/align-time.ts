import type { TimeRange } from '../snapshot/history'

/** `start`: both begin at 0; `clock`: what was at the same time lies at the same place. */
export type Alignment = 'start' | 'clock'

export interface AlignedTime {
  /** What is taken off each side's times, so that both lie on one axis. */
  offsetA: number
  offsetB: number
  /** The axis, in the time of side A less its offset. */
  fromMs: number
  toMs: number
}

/** One axis for two stretches of time. */
export function alignTime(a: TimeRange, b: TimeRange, alignment: Alignment): AlignedTime {
  const [offsetA, offsetB] = alignment === 'start' ? [a.fromMs, b.fromMs] : [0, 0]
  return {
    offsetA,
    offsetB,
    fromMs: Math.min(a.fromMs - offsetA, b.fromMs - offsetB),
    toMs: Math.max(a.toMs - offsetA, b.toMs - offsetB),
  }
}
