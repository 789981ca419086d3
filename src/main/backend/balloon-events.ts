import { noProcess } from '#core/balloon/plan'
import type { BalloonState } from '#core/balloon/types'
import { isSameProcess } from '#core/process-key'
import type { EmitEvent } from '../sampling/session-events'

/** Turns the states of one target's balloons into one event for each run's start and end. */
export function createBalloonEvents(emit: EmitEvent): { note(state: BalloonState): void } {
  let startedAtMs: number | null = null
  let peakBytes = 0
  return {
    note({ phase, plan, step, startedAtMs: runAtMs }) {
      if (plan === null || runAtMs === null) return
      const key = isSameProcess(plan.target, noProcess) ? null : plan.target
      const isNew = runAtMs !== startedAtMs
      peakBytes = Math.max(isNew ? 0 : peakBytes, step?.balloonBytes ?? 0)
      startedAtMs = runAtMs
      if (isNew) {
        const params = { limitBytes: plan.limitBytes }
        emit({ atMs: runAtMs, key, kind: 'balloon-started', text: 'event.balloon.started', params })
      }
      if (phase === 'done') {
        const params = { peakBytes }
        emit({ atMs: Date.now(), key, kind: 'balloon-ended', text: 'event.balloon.ended', params })
      }
    },
  }
}
