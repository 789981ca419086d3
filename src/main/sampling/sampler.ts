import type { HostFacts, HostSample, ProcessFacts, ProcessSample, RollupSample } from '#core/metrics/samples'
import type { ColumnId, TableFrame } from '#core/metrics/process-table'
import type { ProcessKey } from '#core/process-key'
import type { SessionEvent } from '#core/ipc/contract'
import type { FetchedProfile } from './go-source'

export interface TableRequest {
  columns: readonly ColumnId[]
  /** Rows that a person sees now: their dear columns are read first. */
  visibleRowIds: readonly number[]
}

export interface TableSubscription {
  update(request: TableRequest): void
  close(): void
}

export interface WatchListener {
  sample(sample: ProcessSample): void
  gone(atMs: number): void
  facts(facts: ProcessFacts): void
  rollupAsk(ask: { rssBytes: number; estimatedStallMs: number }): void
}

export interface Watch {
  readonly facts: ProcessFacts
  setEndpoint(url: string | null): void
  askEndpointOnce(): void
  /** As EndpointPoller.fetchProfile. */
  fetchProfile(): Promise<FetchedProfile>
  allowRollup(): void
  /** The last sample, or null before the first. */
  latest(): ProcessSample | null
  close(): void
}

/** Turns one target's raw reads into samples, at 1 Hz, inside the budget. One a target, shared by all who look. */
export interface Sampler {
  readonly host: HostFacts
  onHost(listener: (sample: HostSample) => void): () => void
  onEvent(listener: (event: Omit<SessionEvent, 'id' | 'targetId'>) => void): () => void
  subscribeTable(request: TableRequest, listener: (frame: TableFrame) => void): TableSubscription
  /** Rejects with AppError `gone` when there is no such process. */
  watch(key: ProcessKey, listener: WatchListener): Promise<Watch>
  /** Every pid's row right now, for a single look (`ballonet ps`): one frame with all columns of these sources read. */
  readTableOnce(columns: readonly ColumnId[]): Promise<TableFrame>
  /** A walk that was made elsewhere, for a balloon's run: shown like the sampler's own, and not paid for twice. */
  adoptWalk(key: ProcessKey, rollup: RollupSample): void
  /** The reader may see more than before: what was denied is read again. */
  relearn(): void
  /** The process with this pid now, or null. */
  findKey(pid: number): Promise<ProcessKey | null>
  dispose(): Promise<void>
}

/** Options shared by samplers. */
export interface SamplerOptions {
  /** Time between two polls, ms; 1000 unless told. */
  intervalMs?: number
}
