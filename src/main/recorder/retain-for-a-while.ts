import type { Retention } from '#core/snapshot/history'
import { isUnreadable } from './open-database'
import type { Recording } from './recording'

/** Deleting goes on in steps, between which what came in is written. */
const atOnceMs = 200
/** Of the size that is allowed. */
const mostWithBroken = 1.2

/** True when there is more to delete. */
export function retainForAWhile(recording: Recording, retention: Retention, nowMs: number): boolean {
  const untilMs = performance.now() + atOnceMs
  try {
    let isMore = true
    while (isMore && performance.now() < untilMs) isMore = recording.retain(retention, nowMs)
    return isMore
  } catch (error) {
    // A broken page that is old enough to go stays, rather than take all that is newer with it, as long as there is room.
    if (isUnreadable(error) && recording.bytes() < retention.maxBytes * mostWithBroken) return false
    throw error
  }
}
