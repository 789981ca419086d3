import type { RollupBudget } from '#core/metrics/rollup-budget'
import type { ColumnId, TableFrame } from '#core/metrics/process-table'
import type { HostFacts } from '#core/metrics/samples'
import type { PollAnswer, PollRequest, Target } from '../targets/target'
import type { CgroupReader } from './cgroup-reader'
import type { Executables } from './executables'
import { hostReads, toHostSample } from './host-reader'
import { createMetaFiller } from './meta-filler'
import type { RateClock } from './rate-clock'
import type { RollupReader } from './rollup-reader'
import { createRowStore, type ProcessRow } from './row-store'
import { buildTableFrame, toSources } from './table-frame'
import { createTableSources, type TableSources } from './table-sources'
import type { UserNames } from './user-names'

/** Two polls of a single look are this far apart, so that CPU % and faults a second are rates. */
const onceIntervalMs = 300
const onceLimitMs = 20_000
const walksAtOnce = 16

export type Poll = (
  request: PollRequest,
  accept: (answer: PollAnswer, sentAtMs: number) => void,
) => Promise<PollAnswer>

export interface TableOnceOptions {
  target: Target
  host: HostFacts
  users: UserNames
  cgroups: CgroupReader
  rollups: RollupReader
  executables: Executables
  clock: RateClock
  poll: Poll
}

/** Every pid's row right now, with all of these columns read: a single look that a person asked for, without a budget. */
export async function readTableOnce(
  options: TableOnceOptions,
  columns: readonly ColumnId[],
): Promise<TableFrame> {
  const { target, host, users, cgroups, rollups, executables, clock, poll } = options
  const store = createRowStore(host)
  const sources = createTableSources(
    cgroups,
    rollups,
    host.pageSizeBytes,
    target.capabilities.remote ? walksAtOnce : 1,
  )
  const pollOnce = async (): Promise<PollAnswer> => {
    const rss = sources.planRss(store.rows)
    return poll({ stat: true, reads: [...hostReads, ...rss.reads] }, (answer, sentAtMs) => {
      const { uptimeSeconds } = toHostSample(answer.reads, answer.atMs)
      if (answer.stat !== null) store.update(answer.stat, clock.note(uptimeSeconds, sentAtMs).clockMs)
      rss.accept(answer.reads.slice(hostReads.length))
    })
  }
  const startMs = performance.now()
  await pollOnce()
  const filler = createMetaFiller(target, store, users, executables)
  const usersPlan = filler.planUsers(store.rows, new Set(), Infinity)
  await poll({ stat: false, reads: usersPlan.reads }, ({ reads }) => usersPlan.accept(reads))
  await filler.fill(store.rows, new Set(), onceLimitMs)
  const restMs = onceIntervalMs - (performance.now() - startMs)
  if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
  const answer = await pollOnce()
  const { memTotalBytes } = toHostSample(answer.reads, answer.atMs)
  await readAllSources(poll, sources, store.rows, columns)
  const costMs = performance.now() - startMs
  return buildTableFrame(store.rows, columns, 0, { atMs: answer.atMs, costMs, memTotalBytes })
}

async function readAllSources(
  poll: Poll,
  sources: TableSources,
  rows: readonly ProcessRow[],
  columns: readonly ColumnId[],
): Promise<void> {
  const wanted = toSources(columns)
  // The group of a process is known after the first round, its numbers after the second.
  for (let round = 0; round < (wanted.has('cgroup') ? 2 : 1); round++) {
    const plan = sources.plan(rows, wanted, new Set(), Infinity)
    if (plan.reads.length > 0)
      await poll({ stat: false, reads: plan.reads }, ({ reads }) => plan.accept(reads))
  }
  const unlimited: RollupBudget = { canStart: () => true, charge: () => {}, freeAtMs: 0 }
  if (wanted.has('smaps_rollup'))
    await sources.walk(rows, new Set(), unlimited, performance.now() + onceLimitMs)
}
