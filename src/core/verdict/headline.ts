import type { ProcessSample } from '../metrics/samples'

/** What stands where the verdict would: there is none before the first sample, nor for what has no memory. */
export type HeadlineId = 'waiting' | 'ended' | 'noMemory'

/** Its sentence is `headline.<id>`. */
export function toHeadline(sample: ProcessSample | null, isGone: boolean): HeadlineId {
  if (isGone) return 'ended'
  const hasNoMemory = sample?.absent.status === 'no-memory' || sample?.absent.stat === 'no-memory'
  return hasNoMemory ? 'noMemory' : 'waiting'
}
