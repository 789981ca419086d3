import type { TableFrame, TableSource } from '#core/metrics/process-table'
import { createRollupBudget, type RollupBudget } from '#core/metrics/rollup-budget'
import type { RollupSample } from '#core/metrics/samples'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { StatFrame, Target } from '../targets/target'
import type { CgroupReader } from './cgroup-reader'
import type { Executables } from './executables'
import { createMetaFiller } from './meta-filler'
import type { RollupReader } from './rollup-reader'
import { createRowStore } from './row-store'
import type { TableRequest, TableSubscription } from './sampler'
import { buildTableFrame, toSources, type FrameMoment } from './table-frame'
import { createTableSources, takeWalk, type SourcePlan, type TableSources } from './table-sources'
import type { UserNames } from './user-names'

/** Parts of the interval that the table may spend on what is not stat. */
const sourcesShare = 0.02
/** While rows are without command line and user, which is once in a row's life: 3,000 of them take a few seconds. */
const metaShare = 0.4
/** About 40 us each. */
const usersAtOnce = 1000
/** Walks that share a round trip. */
const remoteWalksAtOnce = 8
const walksShare = 0.2
/**
 * Of the host's budget the table leaves the most to the watched processes. Its walks are short ones, each of which costs
 * the inspector about as much again.
 */
const walkRestFactor = 333

export interface TableFeedOptions {
  target: Target
  users: UserNames
  cgroups: CgroupReader
  executables: Executables
  rollups: RollupReader
  budget: RollupBudget
  intervalMs: number
}

/** The process table for all who look at it: one set of rows, a frame for each of them at each poll. */
export interface TableFeed {
  readonly isWanted: boolean
  subscribe(request: TableRequest, listener: (frame: TableFrame) => void): TableSubscription
  /** `effort`: the part of the usual reads beside stat that the link bears, up to 1. */
  plan(effort?: number): SourcePlan
  /** Before the plan's answers are accepted. clockMs and maxRateMs as in RowStore.update. */
  accept(frame: StatFrame, clockMs: number, maxRateMs: number): void
  /** Polls were missed. */
  breakRates(): void
  /** Another boot of the host: no row of before is there any more. */
  reset(): void
  /** The reader may see more than before. */
  relearn(): void
  /** Sends frames, and reads in the background what the next ones shall hold. */
  send(moment: FrameMoment): void
  /** A walk that a watch or a balloon made: the row has it too, and needs none of its own. */
  adoptWalk(key: ProcessKey, rollup: RollupSample): void
  close(): void
  /** Resolves when no background read is under way. */
  whenIdle(): Promise<void>
}

interface Subscriber {
  request: TableRequest
  listener: (frame: TableFrame) => void
  metaVersion: number
}

export function createTableFeed(options: TableFeedOptions): TableFeed {
  const { target, users, cgroups, executables, rollups, budget, intervalMs } = options
  const store = createRowStore(target.host)
  const filler = createMetaFiller(target, store, users, executables)
  let tableSources = createSources()
  const tableBudget = createTableBudget(budget)
  const subscribers = new Set<Subscriber>()
  let background: Promise<void> | null = null

  function createSources(): TableSources {
    const walksAtOnce = target.capabilities.remote ? remoteWalksAtOnce : 1
    return createTableSources(cgroups, rollups, target.host.pageSizeBytes, walksAtOnce)
  }

  function wantedSources(): Set<TableSource> {
    return new Set([...subscribers].flatMap(({ request }) => [...toSources(request.columns)]))
  }

  function visibleRowIds(): Set<number> {
    return new Set([...subscribers].flatMap(({ request }) => request.visibleRowIds))
  }

  async function readInBackground(): Promise<void> {
    const visible = visibleRowIds()
    await filler.fill(store.rows, visible, intervalMs * metaShare)
    if (!wantedSources().has('smaps_rollup')) return
    await tableSources.walk(store.rows, visible, tableBudget, performance.now() + intervalMs * walksShare)
  }

  return {
    get isWanted() {
      return subscribers.size > 0
    },
    subscribe(request, listener) {
      const subscriber: Subscriber = { request, listener, metaVersion: 0 }
      subscribers.add(subscriber)
      return {
        update: (next) => void (subscriber.request = next),
        close: () => void subscribers.delete(subscriber),
      }
    },
    plan(effort = 1) {
      const visible = visibleRowIds()
      const plans = [
        tableSources.planRss(store.rows.filter((row) => visible.has(row.rowId))),
        filler.planUsers(store.rows, visible, usersAtOnce * effort),
        tableSources.plan(store.rows, wantedSources(), visible, intervalMs * sourcesShare * effort),
      ]
      return {
        reads: plans.flatMap(({ reads }) => reads),
        accept(results) {
          let at = 0
          for (const plan of plans) plan.accept(results.slice(at, (at += plan.reads.length)))
        },
      }
    },
    accept: (frame, clockMs, maxRateMs) => store.update(frame, clockMs, maxRateMs),
    breakRates: () => store.breakRates(),
    reset() {
      store.reset(target.host)
      tableSources = createSources()
    },
    relearn() {
      for (const row of store.rows) {
        row.sources = {}
        row.walkDueAtMs = 0
        if (row.isGo === null || row.cmdline === null) row.metaDueAtMs = 0
      }
    },
    send(moment) {
      if (subscribers.size === 0) return
      const newest = store.rows.reduce((max, row) => Math.max(max, row.metaVersion), 0)
      for (const subscriber of subscribers) {
        const { request, listener, metaVersion } = subscriber
        subscriber.metaVersion = newest
        listener(buildTableFrame(store.rows, request.columns, metaVersion, moment))
      }
      background ??= readInBackground()
        .catch(() => {
          // The target was closed or lost meanwhile; the rows stay as they are.
        })
        .finally(() => {
          background = null
        })
    },
    adoptWalk(key, rollup) {
      const row = store.rows.find((one) => isSameProcess(one, key))
      if (row !== undefined) takeWalk(row, rollup, performance.now() - rollup.costMs)
    },
    close: () => subscribers.clear(),
    whenIdle: () => background ?? Promise.resolve(),
  }
}

/** A part of the host's budget: both must allow a walk, and both are charged for it. */
function createTableBudget(host: RollupBudget): RollupBudget {
  const own = createRollupBudget(walkRestFactor)
  return {
    canStart: (nowMs) => own.canStart(nowMs) && host.canStart(nowMs),
    charge(endMs, costMs) {
      own.charge(endMs, costMs)
      host.charge(endMs, costMs)
    },
    get freeAtMs() {
      return Math.max(own.freeAtMs, host.freeAtMs)
    },
  }
}
