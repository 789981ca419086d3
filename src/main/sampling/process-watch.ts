import { AppError } from '#core/errors'
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
import type { CreateEndpointPoller, FetchedProfile } from './go-source'
import { createGoWatch, type GoWatch } from './go-watch'
import { readProcessFacts, withGoFacts, type FactsReading } from './process-facts'
import { createProcessRates } from './process-rates'
import type { RateMoment } from './rate-clock'
import { parseAnswer, toAnswerAbsence, toFileRead } from './read-text'
import type { RollupReader } from './rollup-reader'
import { createRollupWalker, type RollupWalker } from './rollup-walker'
import type { WatchListener } from './sampler'
import type { EmitEvent } from './session-events'
import type { UserNames } from './user-names'
import { toCgroup, toMemory, toOom, toWatchReads } from './watch-reads'
import { withLimit } from './with-limit'

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
  /** The answers to `toReads`, in their order. Resolves with the sample to be sent; null: the process has ended. */
  accept(results: readonly ReadResult[], moment: WatchMoment): Promise<ProcessSample | null>
  send(sample: ProcessSample): void
  setEndpoint(url: string | null): void
  askEndpointOnce(): void
  fetchProfile(): Promise<FetchedProfile>
  allowRollup(): void
  adoptWalk(rollup: RollupSample): void
  /** Polls were missed: the next sample has no rates. */
  breakRates(): void
  /** The reader may see more than before. */
  relearn(): void
  /** The host was started again: the process is gone, whoever has its pid now. */
  endByReboot(atMs: number): void
  close(): void
}

export interface WatchMoment {
  atMs: number
  rate: RateMoment
  memTotalBytes: number | null
}

/** Reads the facts of a process and begins to watch it. Rejects with AppError `gone` when there is no such process. */
export async function openProcessWatch(context: WatchContext, key: ProcessKey): Promise<ProcessWatch> {
  const watch = new LiveProcessWatch(
    context,
    await readProcessFacts(context.target, key, context.users, context.cgroups),
  )
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
  private walker: RollupWalker
  private go: GoWatch
  private endpointUrl: string | null = null
  /** Which program runs: exec puts another one into the same process. */
  private image: string
  private place: CgroupPlace | null
  private placeAtMs = performance.now()
  /** The place that the reads of the present poll were made from. */
  private askedPlace: CgroupPlace | null = null
  private readonly rates = createProcessRates()

  constructor(context: WatchContext, { facts, stat, cgroupPlace }: FactsReading) {
    this.context = context
    this.key = facts.key
    this.facts = facts
    this.place = cgroupPlace
    this.image = toImage(stat)
    this.walker = this.createWalker()
    this.go = this.createGo()
  }

  async learnGo(): Promise<void> {
    const { image } = this
    const go = this.facts.isGo === false ? null : await this.context.executables.readGoFacts(this.key)
    if (this.isEnded || this.image !== image) return
    if (go !== null) this.facts = withGoFacts(this.facts, go, this.context.target.host)
    this.go.start(this.facts)
    this.tellFacts()
  }

  toReads(): ReadRequest[] {
    this.askedPlace = this.place
    return toWatchReads(this.key.pid, this.askedPlace, this.context.cgroups)
  }

  async accept(results: readonly ReadResult[], moment: WatchMoment): Promise<ProcessSample | null> {
    if (this.isEnded) return null
    const stat = this.readStat(results[0])
    if (stat === null) {
      this.end(moment.atMs)
      return null
    }
    this.rates.note(stat, moment.rate, this.context.target.host.clockTicksPerSecond)
    // Without an address space it is ending: that is no other program.
    if (stat.vsizeBytes > 0 && toImage(stat) !== this.image) void this.followExec(toImage(stat))
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
    return {
      atMs: moment.atMs,
      key: this.key,
      comm: stat.comm,
      state: stat.state,
      ...toMemory(status, moment.memTotalBytes),
      ...this.rates.now,
      ...oom,
      rollup: hasMemory ? walker.rollup : null,
      rollupDueAtMs: hasMemory ? walker.dueAtMs : null,
      cgroup,
      go: this.go.sample,
      endpoint: this.go.state,
      absent,
    }
  }

  send(sample: ProcessSample): void {
    if (this.isEnded) return
    this.latest = sample
    this.listeners.forEach((listener) => listener.sample(sample))
  }

  setEndpoint(url: string | null): void {
    this.go.setUrl(url)
    this.endpointUrl = url
  }

  askEndpointOnce(): void {
    this.go.askOnce()
  }

  fetchProfile(): Promise<FetchedProfile> {
    return this.go.fetchProfile()
  }

  allowRollup(): void {
    this.walker.allow()
  }

  adoptWalk(rollup: RollupSample): void {
    this.walker.adopt(rollup)
  }

  breakRates(): void {
    this.rates.breakOff()
  }

  relearn(): void {
    void this.followExec(this.image)
  }

  endByReboot(atMs: number): void {
    if (!this.isEnded) this.end(atMs, 'event.goneByReboot')
  }

  close(): void {
    this.isEnded = true
    this.listeners.clear()
    this.go.close()
  }

  private createWalker(): RollupWalker {
    const { context } = this
    return createRollupWalker({
      pid: this.key.pid,
      reader: context.rollups,
      budget: context.budget,
      onAsk: (ask) => this.listeners.forEach((listener) => listener.rollupAsk(ask)),
      onWalk: (rollup) => {
        context.onWalk(this.key, rollup)
        this.tellLongWalk(rollup)
      },
    })
  }

  private createGo(): GoWatch {
    const { target, createEndpointPoller, emit } = this.context
    return createGoWatch(target, this.key, createEndpointPoller, emit)
  }

  /** Another program took the process over, or its reader changed: what was learned of the one before is forgotten, and learned anew. */
  private async followExec(image: string): Promise<void> {
    this.image = image
    this.walker = this.createWalker()
    this.go.close()
    this.go = this.createGo()
    if (this.endpointUrl !== null) this.go.setUrl(this.endpointUrl)
    const { target, users, cgroups } = this.context
    // A process that ended meanwhile is told by the next poll.
    const reading = await readProcessFacts(target, this.key, users, cgroups).catch(() => null)
    if (reading === null || this.isEnded || this.image !== image) return
    this.facts = reading.facts
    this.tellFacts()
    await this.learnGo()
  }

  private tellFacts(): void {
    this.listeners.forEach((listener) => listener.facts(this.facts))
  }

  private tellLongWalk({ atMs, costMs, rssBytes }: RollupSample): void {
    if (costMs < longWalkMs) return
    const params = { pid: this.key.pid, costMs: Math.round(costMs), rssBytes: rssBytes ?? 0 }
    this.context.emit({ atMs, key: this.key, kind: 'long-read', text: 'event.longRead', params })
  }

  private end(atMs: number, text = 'event.processGone'): void {
    const { key, facts } = this
    this.isEnded = true
    this.go.close()
    const params = { pid: key.pid, comm: facts.comm }
    this.context.emit({ atMs, key, kind: 'process-gone', text, params })
    this.listeners.forEach((listener) => listener.gone(atMs))
  }

  /** The process of this answer, or null when it is another one or none. Throws for an answer that says neither. */
  private readStat(answer: ReadResult | undefined): PidStat | null {
    if (answer?.ok === false && answer.error.code === 'gone') return null
    const stat = parseAnswer(answer, parsePidStat)
    if (stat === null) throw new AppError('failed', `stat of ${this.key.pid} gave no answer`)
    return stat.startTimeTicks === this.key.startTimeTicks ? stat : null
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

/** The address of the stack tells it better than a name, which a program may change, but is not for every reader. */
function toImage({ startStackAddress, comm }: PidStat): string {
  return startStackAddress === 0 ? comm : `${startStackAddress}`
}
