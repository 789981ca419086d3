import { shallowRef, type ShallowRef } from 'vue'
import { historyColumns } from '#core/metrics/catalogue'
import { rssLessLazyFree } from '#core/metrics/reading'
import { toRssAccounting, type RssAccounting } from '#core/metrics/rss-accounting'
import type { ProcessFacts, ProcessSample, RollupSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { Verdict } from '#core/verdict/verdict'
import { bandColumns, toBandRow } from './band-row'
import { createMarkList, type MarkList } from './mark-list'
import { createSampleTable, type SampleTable } from './sample-table'

/** The walk of a huge process waits for a person. */
export interface RollupAsk {
  rssBytes: number
  estimatedStallMs: number
}

/** Everything that was seen of one process: the last values for the text, the history for the charts. */
export interface ProcessFeed {
  readonly targetId: string
  readonly key: ProcessKey
  readonly table: SampleTable
  /** Where RSS went: RSS and the upper side of each band of the stack, in the columns of band-row.ts. */
  readonly bands: SampleTable
  readonly accounting: ShallowRef<RssAccounting | null>
  readonly gcMarks: MarkList
  readonly latest: ShallowRef<ProcessSample | null>
  readonly facts: ShallowRef<ProcessFacts | null>
  readonly goneAtMs: ShallowRef<number | null>
  readonly rollupAsk: ShallowRef<RollupAsk | null>
  readonly verdict: ShallowRef<Verdict | null>
  addSample(sample: ProcessSample): void
}

/** A rollup's numbers are held so many of its own intervals, then the line breaks. */
const heldIntervals = 3
const shortestHoldMs = 15_000

export function createProcessFeed(targetId: string, key: ProcessKey): ProcessFeed {
  const table = createSampleTable(historyColumns.process)
  const bands = createSampleTable(bandColumns)
  const accounting = shallowRef<RssAccounting | null>(null)
  const gcMarks = createMarkList()
  const latest = shallowRef<ProcessSample | null>(null)
  const facts = shallowRef<ProcessFacts | null>(null)
  const goneAtMs = shallowRef<number | null>(null)
  const rollupAsk = shallowRef<RollupAsk | null>(null)
  const verdict = shallowRef<Verdict | null>(null)
  let previousRollupAtMs: number | null = null
  let rollupIntervalMs = 0
  /** The newest reading of LazyFree. */
  let held = {
    atMs: -Infinity,
    untilMs: -Infinity,
    lazyFreeBytes: null as number | null,
    netBytes: null as number | null,
  }
  let last = { rssBytes: null as number | null, heapInuseBytes: null as number | null }

  /** The longer of the plan and of what was seen last; the plan may be missing. */
  function noteRollup(rollup: RollupSample, dueAtMs: number | null): void {
    if (rollup.atMs === previousRollupAtMs) return
    const seenMs = previousRollupAtMs === null ? 0 : rollup.atMs - previousRollupAtMs
    const plannedMs = dueAtMs === null ? 0 : dueAtMs - rollup.atMs
    rollupIntervalMs = plannedMs > 0 ? plannedMs : seenMs
    previousRollupAtMs = rollup.atMs
  }

  function holdRollup(rollup: RollupSample, dueAtMs: number | null): void {
    noteRollup(rollup, dueAtMs)
    if (rollup.atMs < held.atMs) return
    const untilMs = rollup.atMs + Math.max(shortestHoldMs, rollupIntervalMs * heldIntervals)
    held = {
      atMs: rollup.atMs,
      untilMs,
      lazyFreeBytes: rollup.lazyFreeBytes,
      netBytes: rssLessLazyFree(rollup),
    }
  }

  function pushRow(atMs: number): void {
    const isHeld = atMs <= held.untilMs
    const lazyFreeBytes = isHeld ? held.lazyFreeBytes : null
    table.push(atMs, [last.rssBytes, lazyFreeBytes, isHeld ? held.netBytes : null, last.heapInuseBytes])
  }

  function pushBands(sample: ProcessSample): void {
    const next = toRssAccounting(sample, facts.value)
    const isTooOld = next.basis === 'smaps_rollup' && sample.atMs > held.untilMs
    bands.push(sample.atMs, toBandRow(isTooOld ? null : next))
    accounting.value = next
  }

  return {
    targetId,
    key,
    table,
    bands,
    accounting,
    gcMarks,
    latest,
    facts,
    goneAtMs,
    rollupAsk,
    verdict,
    addSample(sample) {
      if (sample.rollup !== null) holdRollup(sample.rollup, sample.rollupDueAtMs)
      const isAnswering = sample.endpoint.phase === 'ok'
      last = {
        rssBytes: sample.rssBytes,
        heapInuseBytes: isAnswering ? (sample.go?.heapInuseBytes ?? null) : null,
      }
      pushRow(sample.atMs)
      pushBands(sample)
      const lastGcAtMs = sample.go?.lastGcAtMs ?? null
      if (lastGcAtMs !== null && lastGcAtMs > 0) gcMarks.add(lastGcAtMs)
      if (sample.rollup !== null) rollupAsk.value = null
      latest.value = sample
    },
  }
}
