import { absenceCodes, type ColumnId, type TableSource } from '#core/metrics/process-table'
import { askAboveMs, estimateWalkMs, nextWalkDueMs, type RollupBudget } from '#core/metrics/rollup-budget'
import type { AbsenceReason, CgroupSample, RollupSample } from '#core/metrics/samples'
import { parseOomScore } from '#core/procfs/oom-score'
import { parsePidStatm } from '#core/procfs/pid-statm'
import { parsePidStatus } from '#core/procfs/pid-status'
import type { ReadRequest, ReadResult } from '../targets/target'
import type { CgroupPlace, CgroupReader } from './cgroup-reader'
import { parseAnswer, toAnswerAbsence, toFileRead } from './read-text'
import type { RollupReader } from './rollup-reader'
import { hasNoMemory, type ProcessRow, type SourceReading } from './row-store'

type Values = Partial<Record<ColumnId, number>>
type CheapSource = Exclude<TableSource, 'stat' | 'smaps_rollup'>

/** A process may move to another group; it hardly ever does. */
const placeMaxAgeMs = 60_000
const groupMaxAgeMs = 900
/** One process that may not be read is not tried again at every poll. */
const deniedRestMs = 60_000
/** Walks that share a round trip may take so long together. */
const maxBatchMs = 20
/** What did nothing since its last walk has hardly another page; others may share or unshare theirs with it. */
const idleWalkIntervalMs = 30_000

/** Reads the sources of the table that are not stat: only those that somebody looks at, rows in view first. */
export interface TableSources {
  /** Cheap reads for the next poll, about budgetMs of them, and what takes their answers. */
  plan(
    rows: readonly ProcessRow[],
    sources: ReadonlySet<TableSource>,
    visibleRowIds: ReadonlySet<number>,
    budgetMs: number,
  ): SourcePlan
  /**
   * Exact RSS of these rows. Since 6.16 statm and status add up the counters of all CPUs, as top and ps show them, while
   * stat may be off by some hundred pages, and by more with more CPUs.
   */
  planRss(rows: readonly ProcessRow[]): SourcePlan
  /** Walks page tables within the budget, until the monotonic clock says untilMs. */
  walk(
    rows: readonly ProcessRow[],
    visibleRowIds: ReadonlySet<number>,
    budget: RollupBudget,
    untilMs: number,
  ): Promise<void>
}

export interface SourcePlan {
  reads: readonly ReadRequest[]
  accept(results: readonly ReadResult[]): void
}

interface PlannedRead {
  count: number
  accept: (results: readonly ReadResult[]) => void
}

interface Group {
  place: CgroupPlace
  reading: SourceReading
  /** Number of the plan that asked for it last. */
  plannedIn: number
}

export function createTableSources(
  cgroups: CgroupReader,
  rollups: RollupReader,
  pageSizeBytes: number,
  walksAtOnce = 1,
): TableSources {
  const groups = new Map<string, Group>()
  let cursor = 0
  let planCount = 0
  let msPerRead = 0.04

  function planRow(
    row: ProcessRow,
    source: CheapSource,
    add: (reads: ReadRequest[], accept: PlannedRead['accept']) => void,
  ): void {
    if (hasNoMemory(row)) {
      row.sources[source] = toReading('no-memory')
    } else if (source === 'status') {
      add([toFileRead(`/proc/${row.pid}/status`)], ([answer]) => {
        row.sources.status = toAnswerReading(
          answer,
          parseAnswer(answer, (text) => toStatusValues(text)),
        )
      })
    } else if (source === 'oom_score') {
      add([toFileRead(`/proc/${row.pid}/oom_score`)], ([answer]) => {
        const oomScore = parseAnswer(answer, parseOomScore)
        row.sources.oom_score = toAnswerReading(answer, oomScore === null ? null : { oomScore })
      })
    } else if (row.cgroup === null || Date.now() - row.cgroup.readAtMs > placeMaxAgeMs) {
      add([toFileRead(`/proc/${row.pid}/cgroup`)], ([answer]) => {
        row.cgroup = { place: parseAnswer(answer, cgroups.toPlace), readAtMs: Date.now() }
        row.sources.cgroup =
          answer?.ok === false
            ? toAnswerReading(answer, null)
            : toReading(row.cgroup.place ? 'not-read' : 'not-reported')
      })
    } else {
      planGroup(row, row.cgroup.place, add)
    }
  }

  function planGroup(
    row: ProcessRow,
    place: CgroupPlace | null,
    add: (reads: ReadRequest[], accept: PlannedRead['accept']) => void,
  ): void {
    if (place === null || place.folder === null) {
      row.sources.cgroup = toReading('not-reported')
      return
    }
    const group = groups.get(place.folder) ?? { place, reading: toReading('not-read'), plannedIn: 0 }
    groups.set(place.folder, group)
    // All processes of a group share its one reading.
    row.sources.cgroup = group.reading
    if (group.plannedIn === planCount || Date.now() - group.reading.readAtMs < groupMaxAgeMs) return
    group.plannedIn = planCount
    add(cgroups.toReads(place), (results) => {
      const values = toCgroupValues(cgroups.toSample(place, results))
      Object.assign(group.reading, toAnswerReading(results[0], results[0]?.ok === true ? values : null))
    })
  }

  return {
    plan(rows, sources, visibleRowIds, budgetMs) {
      planCount++
      const wanted = [...sources].filter((source) => source !== 'stat' && source !== 'smaps_rollup')
      const maxReads = budgetMs / msPerRead
      const reads: ReadRequest[] = []
      const planned: PlannedRead[] = []
      const add = (requests: ReadRequest[], accept: PlannedRead['accept']): void => {
        reads.push(...requests)
        planned.push({ count: requests.length, accept })
      }
      const planAll = (row: ProcessRow): void => wanted.forEach((source) => planRow(row, source, add))
      if (wanted.length > 0) {
        for (const row of rows) if (visibleRowIds.has(row.rowId)) planAll(row)
        for (let turn = 0; turn < rows.length && reads.length < maxReads; turn++) {
          const row = rows[cursor++ % rows.length] as ProcessRow
          if (!visibleRowIds.has(row.rowId)) planAll(row)
        }
      }
      return {
        reads,
        accept(results) {
          const startMs = performance.now()
          let at = 0
          for (const { count, accept } of planned) accept(results.slice(at, (at += count)))
          if (results.length === 0) return
          const readMs = results.reduce(
            (sum, result) => sum + (result.ok ? result.value.durationMs : 0.01),
            0,
          )
          msPerRead = 0.7 * msPerRead + (0.3 * (readMs + performance.now() - startMs)) / results.length
        },
      }
    },
    planRss(rows) {
      const living = rows.filter((row) => !hasNoMemory(row))
      return {
        reads: living.map(({ pid }) => toFileRead(`/proc/${pid}/statm`)),
        accept(results) {
          for (const [index, row] of living.entries()) {
            const statm = parseAnswer(results[index], parsePidStatm)
            if (statm !== null) row.rssBytes = statm.residentPages * pageSizeBytes
          }
        },
      }
    },
    async walk(rows, visibleRowIds, budget, untilMs) {
      const due = toWalkOrder(rows, visibleRowIds)
      for (let at = 0; at < due.length;) {
        if (performance.now() >= untilMs || !budget.canStart(performance.now())) return
        const batch = takeBatch(due, at, walksAtOnce)
        await walkRows(batch, rollups, budget)
        at += batch.length
      }
    },
  }
}

/** Rows that may be walked now: in view first, then what was never read (the cheapest first), then the oldest. */
function toWalkOrder(rows: readonly ProcessRow[], visibleRowIds: ReadonlySet<number>): ProcessRow[] {
  const nowMs = performance.now()
  const due: ProcessRow[] = []
  for (const row of rows) {
    if (hasNoMemory(row)) row.sources.smaps_rollup = toReading('no-memory')
    else if (row.walkDueAtMs <= nowMs && (hasMoved(row) || isWalkOld(row, nowMs))) {
      if (estimateWalkMs(row.rssBytes, row.lastWalk ?? undefined) <= askAboveMs) due.push(row)
      else row.sources.smaps_rollup ??= toReading('too-expensive')
    }
  }
  const isVisible = (row: ProcessRow): number => (visibleRowIds.has(row.rowId) ? 0 : 1)
  const readAtMs = (row: ProcessRow): number => row.sources.smaps_rollup?.readAtMs ?? 0
  return due.sort(
    (a, b) =>
      isVisible(a) - isVisible(b) || readAtMs(a) - readAtMs(b) || a.rssBytes - b.rssBytes || a.pid - b.pid,
  )
}

/** A process that used no CPU gave nothing back and took nothing; what the kernel takes from it shows in its RSS. */
function hasMoved({ lastWalk, rssBytes, counters }: ProcessRow): boolean {
  return (
    lastWalk === null ||
    lastWalk.rssBytes !== rssBytes ||
    lastWalk.cpuTicks !== counters.cpuTicks ||
    lastWalk.minorFaults !== counters.minorFaults
  )
}

function isWalkOld({ lastWalk }: ProcessRow, nowMs: number): boolean {
  return lastWalk === null || nowMs - lastWalk.atMs >= idleWalkIntervalMs
}

/** Rows whose walks go into one round trip: cheap ones, so that the budget is not outrun. */
function takeBatch(due: readonly ProcessRow[], at: number, most: number): ProcessRow[] {
  const batch: ProcessRow[] = []
  let estimatedMs = 0
  for (const row of due.slice(at, at + most)) {
    estimatedMs += estimateWalkMs(row.rssBytes, row.lastWalk ?? undefined)
    if (batch.length > 0 && estimatedMs > maxBatchMs) break
    batch.push(row)
  }
  return batch
}

async function walkRows(
  rows: readonly ProcessRow[],
  rollups: RollupReader,
  budget: RollupBudget,
): Promise<void> {
  const startMs = performance.now()
  const results = await rollups.walkMany(rows.map(({ pid }) => pid))
  const endMs = performance.now()
  for (const [index, row] of rows.entries()) {
    const result = results[index] ?? 'failed'
    if (typeof result === 'string') {
      row.sources.smaps_rollup = toReading(result)
      row.walkDueAtMs = endMs + deniedRestMs
    } else {
      budget.charge(endMs, result.costMs)
      takeWalk(row, result, startMs)
    }
  }
}

/** Notes a walk of this row that began at startMs (monotonic clock), whoever made it. */
export function takeWalk(row: ProcessRow, rollup: RollupSample, startMs: number): void {
  const { cpuTicks, minorFaults } = row.counters
  row.lastWalk = { atMs: startMs, rssBytes: row.rssBytes, costMs: rollup.costMs, cpuTicks, minorFaults }
  row.walkDueAtMs = nextWalkDueMs(startMs, startMs + rollup.costMs)
  row.sources.smaps_rollup = { readAtMs: rollup.atMs, absence: 0, values: toRollupValues(rollup) }
}

function toReading(reason: AbsenceReason): SourceReading {
  return {
    readAtMs: reason === 'not-read' ? 0 : Date.now(),
    absence: absenceCodes.indexOf(reason),
    values: {},
  }
}

/** The process of a row was there at the last poll: when its file is missing now, it has ended since. */
function toAnswerReading(answer: ReadResult | undefined, values: Values | null): SourceReading {
  if (answer?.ok === false && answer.error.code === 'gone') return toReading('gone')
  const absence = toAnswerAbsence(answer, values)
  return absence === null ? { readAtMs: Date.now(), absence: 0, values: values ?? {} } : toReading(absence)
}

/** Only what the kernel reported: what is left out is absent in the frame, never 0. */
function keepReported(values: Partial<Record<ColumnId, number | null>>): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

function toStatusValues(text: string): Values {
  const status = parsePidStatus(text)
  return keepReported({
    rssAnonBytes: status.rssAnonBytes,
    rssFileBytes: status.rssFileBytes,
    rssShmemBytes: status.rssShmemBytes,
    swapBytes: status.vmSwapBytes,
    vmHwmBytes: status.vmHwmBytes,
  })
}

function toRollupValues(rollup: RollupSample): Values {
  const { rssBytes, lazyFreeBytes } = rollup
  return keepReported({
    pssBytes: rollup.pssBytes,
    ussBytes: rollup.ussBytes,
    lazyFreeBytes,
    rssLessLazyFreeBytes: rssBytes === null || lazyFreeBytes === null ? null : rssBytes - lazyFreeBytes,
    anonHugePagesBytes: rollup.anonHugePagesBytes,
  })
}

function toCgroupValues(sample: CgroupSample): Values {
  return keepReported({
    cgroupCurrentBytes: sample.currentBytes,
    cgroupLimitBytes: sample.limitBytes,
    cgroupInactiveFileBytes: sample.inactiveFileBytes,
  })
}
