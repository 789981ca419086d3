import type { ProcessFacts, ProcessSample } from '#core/metrics/samples'

/** A tab that another feature puts into the focus of a process. */
export interface ExtraTab {
  /** Not `events` or `facts`. Its content is the slot `tab-` and this id; it is there only while the tab is shown. */
  id: string
  label: string
  count?: number
}

/** What the slot of such a tab is given. */
export interface ExtraTabProps {
  sample: ProcessSample | null
  facts: ProcessFacts | null
  isGone: boolean
  /** The clock that ages are counted by, ms since the epoch. */
  nowMs: number
}
