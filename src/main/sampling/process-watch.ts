import { AppError } from '#core/errors'
import { minRateIntervalMs, toCpuPercent, toRatePerSecond } from '#core/metrics/rates'
import type { RollupBudget } from '#core/metrics/rollup-budget'
import type {
  AbsenceReason,
  ProcessFacts,
  ProcessSample,
  RollupSample,
  SourceId,
} from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat, type PidStat } from '#core/procfs/pid-stat'
import { parsePidStatus } from '#core/procfs/pid-status'
import type { ReadRequest, ReadResult, Target } from '../targets/target'
import type { CgroupPlace, CgroupReader } from './cgroup-reader'
import type { Executables } from './executables'
import type { CreateEndpointPoller } from './go-source'
import { createGoWatch, type GoWatch } from './go-watch'
import { readProcessFacts, withGoFacts } from './process-facts'
import { parseAnswer, toAnswerAbsence, toFileRead } from './read-text'
import type { RollupReader } from './rollup-reader'
import { createRollupWalker, type RollupWalker } from './rollup-walker'
import type { WatchListener } from './sampler'
import type { EmitEvent } from './session-events'
import type { UserNames } from './user-names'
import { toCgroup, toMemory, toOom, toWatchReads } from './watch-reads'

/** A walk that is done this soon goes into the sample of its own poll; a longer one into a later sample. */
const walkWaitMs = 200
/** The executable may be slow to read (a network file system); the watch begins without it then. */
const goFactsWaitMs = 1000
const placeMaxAgeMs = 10_000
/** A walk as long as this is worth an event: the process's mmap calls waited for it. */
const longWalkMs = 100

export interface WatchContext {
  target: Target
  users: UserNames
  cgroups: CgroupReader
  executables: Executables
  rollups: RollupReader
  budget: RollupBudget
  createEndpointPoller: CreateEndpointPoller | undefined
  emit: EmitEvent
  /** Who else shows this process wants its walks, too. */
  onWalk: (key: ProcessKey, rollup: RollupSample) => void
}

/** One watched process, shared by all who look at it. */
export interface ProcessWatch {
  readonly key: ProcessKey
  readonly facts: ProcessFacts
  readonly latest: ProcessSample | null
  /** The process is gone, or the watch was closed: it tells nothing any more. */
  readonly isEnded: boolean
  readonly listeners: Set<WatchListener>
  /** What the next poll has to read for it. */
  toReads(): ReadRequest[]
  /** The answers to `toReads`, in their order. Resolves when the sample was sent. */
  accept(results: readonly ReadResult[], moment: WatchMoment): Promise<void>
  setEndpoint(url: string | null): void
  askEndpointOnce(): void
  allowRollup(): void
  adoptWalk(rollup: RollupSample): void
  close(): void
}

export interface WatchMoment {
  atMs: number
  monotonicMs: number
  memTotalBytes: number | null
}

type Rates = Pick<ProcessSample, 'cpuPercent' | 'minorFaultsPerSecond' | 'majorFaultsPerSecond'>

/** Reads the facts of a process and begins to watch it. Rejects with AppError `gone` when there is no such process. */
export async function openProcessWatch(context: WatchContext, key: ProcessKey): Promise<ProcessWatch> {
  const { facts, cgroupPlace } = await readProcessFacts(context.target, key, context.users, context.cgroups)
  const watch = new LiveProcessWatch(context, facts, cgroupPlace)
  await withLimit(watch.learnGo(), goFactsWaitMs)
  return watch
}

class LiveProcessWatch implements ProcessWatch {
  readonly listeners = new Set<WatchListener>()
  readonly key: ProcessKey
  facts: ProcessFacts
  latest: ProcessSample | null = null
  isEnded = false
  private readonly context: WatchContext
  private readonly walker: RollupWalker
  private readonly go: GoWatch
  private place: CgroupPlace | null
  private placeAtMs = performance.now()
  /** The place that the reads of the present poll were made from. */
  private askedPlace: CgroupPlace | null = null
  private counters: { atMs: number; stat: PidStat } | null = null
  private rates: Rates = { cpuPercent: null, minorFaultsPerSecond: null, majorFaultsPerSecond: null }

  constructor(context: WatchContext, facts: ProcessFacts, place: CgroupPlace | null) {
    this.context = context
    this.key = facts.key
    this.facts = facts
    this.place = place
    this.walker = createRollupWalker({
      pid: this.key.pid,
      reader: context.rollups,
      budget: context.budget,
      onAsk: (ask) => this.listeners.forEach((listener) => listener.rollupAsk(ask)),
      onWalk: (rollup) => {
        context.onWalk(this.key, rollup)
        this.tellLongWalk(rollup)
      },
    })
    this.go = createGoWatch(context.target, this.key, context.createEndpointPoller, context.emit)
  }

  async learnGo(): Promise<void> {
    const go = this.facts.isGo === false ? null : await this.context.executables.readGoFacts(this.key)
    if (this.isEnded) return
    if (go !== null) this.facts = withGoFacts(this.facts, go, this.context.target.host)
    this.go.start(this.facts)
    this.tellFacts()
  }

  toReads(): ReadRequest[] {
    this.askedPlace = this.place
    return toWatchReads(this.key.pid, this.askedPlace, this.context.cgroups)
  }

  async accept(results: readonly ReadResult[], moment: WatchMoment): Promise<void> {
    if (this.isEnded) return
    const stat = this.readStat(results[0])
    if (stat === null) {
      this.end(moment.atMs)
      return
    }
    this.updateRates(stat, moment.monotonicMs)
    const absent: Partial<Record<SourceId, AbsenceReason>> = {}
    const hasMemory = !stat.isKernelThread && stat.state !== 'Z' && stat.state !== 'X'
    const status = parseAnswer(results[1], parsePidStatus)
    const statusAbsence = toAnswerAbsence(results[1], status) ?? (hasMemory ? null : 'no-memory')
    if (statusAbsence !== null) absent.status = statusAbsence
    const oom = toOom(results, absent)
    const cgroup = toCgroup(this.askedPlace, results.slice(4), this.context.cgroups, absent)
    if (performance.now() - this.placeAtMs >= placeMaxAgeMs) void this.refreshPlace()
    const { walker } = this
    if (hasMemory) walker.maybeStart(stat.rssPages * this.context.target.host.pageSizeBytes)
    if (walker.walking !== null) await withLimit(walker.walking, walkWaitMs)
    const rollupAbsence = hasMemory ? walker.absence : 'no-memory'
    if (rollupAbsence !== null) absent.smaps_rollup = rollupAbsence
    this.send({
      atMs: moment.atMs,
      key: this.key,
      comm: stat.comm,
      state: stat.state,
      ...toMemory(status, moment.memTotalBytes),
      ...this.rates,
      ...oom,
      rollup: hasMemory ? walker.rollup : null,
      rollupDueAtMs: hasMemory ? walker.dueAtMs : null,
      cgroup,
      go: this.go.sample,
      endpoint: this.go.state,
      absent,
    })
  }

  setEndpoint(url: string | null): void {
    this.go.setUrl(url)
  }

  askEndpointOnce(): void {
    this.go.askOnce()
  }

  allowRollup(): void {
    this.walker.allow()
  }

  adoptWalk(rollup: RollupSample): void {
    this.walker.adopt(rollup)
  }

  close(): void {
    this.isEnded = true
    this.listeners.clear()
    this.go.close()
  }

  private send(sample: ProcessSample): void {
    if (this.isEnded) return
    this.latest = sample
    this.listeners.forEach((listener) => listener.sample(sample))
  }

  private tellFacts(): void {
    this.listeners.forEach((listener) => listener.facts(this.facts))
  }

  private tellLongWalk({ atMs, costMs, rssBytes }: RollupSample): void {
    if (costMs < longWalkMs) return
    const params = { pid: this.key.pid, costMs: Math.round(costMs), rssBytes: rssBytes ?? 0 }
    this.context.emit({ atMs, key: this.key, kind: 'long-read', text: 'event.longRead', params })
  }

  private end(atMs: number): void {
    const { key, facts } = this
    this.isEnded = true
    this.go.close()
    const params = { pid: key.pid, comm: facts.comm }
    this.context.emit({ atMs, key, kind: 'process-gone', text: 'event.processGone', params })
    this.listeners.forEach((listener) => listener.gone(atMs))
  }

  /** The process of this answer, or null when it is another one or none. Throws for an answer that says neither. */
  private readStat(answer: ReadResult | undefined): PidStat | null {
    if (answer?.ok === false && answer.error.code === 'gone') return null
    const stat = parseAnswer(answer, parsePidStat)
    if (stat === null) throw new AppError('failed', `stat of ${this.key.pid} gave no answer`)
    return stat.startTimeTicks === this.key.startTimeTicks ? stat : null
  }

  private updateRates(stat: PidStat, monotonicMs: number): void {
    const before = this.counters
    const elapsedMs = before === null ? 0 : monotonicMs - before.atMs
    if (before !== null && elapsedMs < minRateIntervalMs) return
    this.counters = { atMs: monotonicMs, stat }
    if (before === null) return
    const toTicks = (of: PidStat): number => of.utimeTicks + of.stimeTicks
    const { clockTicksPerSecond } = this.context.target.host
    this.rates = {
      cpuPercent: toCpuPercent(toTicks(before.stat), toTicks(stat), elapsedMs, clockTicksPerSecond),
      minorFaultsPerSecond: toRatePerSecond(before.stat.minorFaults, stat.minorFaults, elapsedMs),
      majorFaultsPerSecond: toRatePerSecond(before.stat.majorFaults, stat.majorFaults, elapsedMs),
    }
  }

  /** A process may be moved to another group while it is watched. Not at each poll: the read takes a lock of the kernel. */
  private async refreshPlace(): Promise<void> {
    this.placeAtMs = performance.now()
    const { target, cgroups } = this.context
    const answers = await target.read([toFileRead(`/proc/${this.key.pid}/cgroup`)]).catch(() => [])
    if (this.isEnded || answers[0]?.ok !== true) return
    this.place = parseAnswer(answers[0], cgroups.toPlace)
    const cgroupPath = this.place?.path ?? null
    if (cgroupPath === this.facts.cgroupPath) return
    this.facts = { ...this.facts, cgroupPath }
    this.tellFacts()
  }
}

/** Waits for work that goes on by itself, but no longer than limitMs. Its failure is its own affair. */
async function withLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
  await Promise.race([work.catch(() => {}), limit])
  clearTimeout(timer)
}
