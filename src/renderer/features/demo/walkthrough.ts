import type { BalloonState } from '#core/balloon/types'

/** The four steps of the walk through the incident; titles and texts under `walkthrough.step.<id>`. */
export const walkthroughSteps = ['look', 'read', 'balloon', 'proof'] as const
export type WalkthroughStep = (typeof walkthroughSteps)[number]

/**
 * Where the walk goes when the balloon changes: to the proof as soon as there is one. Reading takes the time that it
 * takes, so the first steps are left only by the person, or by pressing Balloon before being told to.
 */
export function nextStep(step: WalkthroughStep, balloon: BalloonState | null): WalkthroughStep {
  if (balloon === null) return step
  if (balloon.phase === 'done' && balloon.proof !== null) return 'proof'
  if (balloon.phase !== 'idle' && balloon.phase !== 'done') return 'balloon'
  return step
}
