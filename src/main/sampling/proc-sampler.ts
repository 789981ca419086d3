import { AppError } from '#core/errors'
import { createRollupBudget } from '#core/metrics/rollup-budget'
import type { ColumnId, TableFrame } from '#core/metrics/process-table'
import type { HostSample, RollupSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import { parseUptime } from '#core/procfs/uptime'
import type { PollAnswer, StatFrame, Target } from '../targets/target'
import { createExecutables } from './executables'
import type { GoSource } from './go-source'
import { openHostKnowledge, type HostKnowledge } from './host-knowledge'
import { hostReads, toHostSample, uptimeRead } from './host-reader'
import type { WatchContext } from './process-watch'
import { createRateClock, type RateClock } from './rate-clock'
import { readTableOnce, type Poll } from './read-table-once'
import { parseAnswer, toFileRead } from './read-text'
import { createRollupReader, type RollupReader } from './rollup-reader'
import type {
  Sampler,
  SamplerOptions,
  TableRequest,
  TableSubscription,
  Watch,
  WatchListener,
} from './sampler'
import type { SamplerEvent } from './session-events'
import { createTableFeed, type TableFeed } from './table-feed'
import { createTablePace, type TablePace } from './table-pace'
import { createTicker } from './ticker'
import { createWatchSet, type WatchSet } from './watch-set'

export interface ProcSamplerOptions extends SamplerOptions, Partial<GoSource> {}

/** Samples a target that answers reads of /proc: Linux, here or over a link. Must be disposed; the target stays open. */
export async function openProcSampler(target: Target, options: ProcSamplerOptions = {}): Promise<Sampler> {
  return new ProcSampler(target, await openHostKnowledge(target), options)
}

class ProcSampler implements Sampler {
  private readonly rollups: RollupReader
  private readonly budget = createRollupBudget()
  private readonly context: WatchContext
  private readonly feed: TableFeed
  private readonly ticker
  private readonly watches: WatchSet
  private readonly hostListeners = new Set<(sample: HostSample) => void>()
  private readonly eventListeners = new Set<(event: SamplerEvent) => void>()
  private polling: Promise<unknown> = Promise.resolve()
  private isDisposed = false

  private readonly target: Target
  private readonly knowledge: HostKnowledge
  private readonly pace: TablePace
  private readonly intervalMs: number
  private readonly watchClock: RateClock
  private readonly tableClock: RateClock
  private readonly stopListening: () => void
  private memTotalBytes: number | null = null

  constructor(target: Target, knowledge: HostKnowledge, options: ProcSamplerOptions) {
    const { intervalMs = 1000 } = options
    const { remote } = target.capabilities
    this.target = target
    this.knowledge = knowledge
    this.intervalMs = intervalMs
    this.rollups = createRollupReader(target)
    this.pace = createTablePace(remote, intervalMs)
    this.watchClock = createRateClock(remote, intervalMs)
    this.tableClock = createRateClock(remote, intervalMs)
    const shared = {
      target,
      users: knowledge.users,
      cgroups: knowledge.cgroups,
      executables: createExecutables(target, options.readGoFacts),
      rollups: this.rollups,
      budget: this.budget,
    }
    this.context = {
      ...shared,
      createEndpointPoller: options.createEndpointPoller,
      emit: (event) => this.eventListeners.forEach((listener) => listener(event)),
      onWalk: (key, rollup) => this.feed.adoptWalk(key, rollup),
    }
    this.watches = createWatchSet(this.context, () => this.updateDemand())
    this.feed = createTableFeed({ ...shared, intervalMs })
    this.ticker = createTicker(() => this.tick(), intervalMs)
    this.stopListening = target.onReboot(() => this.startAnew())
  }

  get host() {
    return this.target.host
  }

  onHost(listener: (sample: HostSample) => void): () => void {
    this.hostListeners.add(listener)
    this.updateDemand()
    return () => {
      this.hostListeners.delete(listener)
      this.updateDemand()
    }
  }

  onEvent(listener: (event: SamplerEvent) => void): () => void {
    this.eventListeners.add(listener)
    return () => void this.eventListeners.delete(listener)
  }

  subscribeTable(request: TableRequest, listener: (frame: TableFrame) => void): TableSubscription {
    const subscription = this.feed.subscribe(request, listener)
    this.updateDemand()
    this.ticker.kick()
    return {
      update: (next) => subscription.update(next),
      close: () => {
        subscription.close()
        this.updateDemand()
      },
    }
  }

  async watch(key: ProcessKey, listener: WatchListener): Promise<Watch> {
    const watch = await this.watches.open(key)
    if (this.isDisposed || watch.isEnded) {
      watch.close()
      throw new AppError(this.isDisposed ? 'cancelled' : 'gone', `process ${key.pid} is not watched any more`)
    }
    watch.listeners.add(listener)
    this.watches.add(watch)
    this.ticker.kick()
    return {
      get facts() {
        return watch.facts
      },
      latest: () => watch.latest,
      setEndpoint: (url) => watch.setEndpoint(url),
      askEndpointOnce: () => watch.askEndpointOnce(),
      fetchProfile: () => watch.fetchProfile(),
      allowRollup: () => watch.allowRollup(),
      close: () => {
        watch.listeners.delete(listener)
        if (watch.listeners.size === 0) this.watches.close(watch)
      },
    }
  }

  readTableOnce(columns: readonly ColumnId[]): Promise<TableFrame> {
    const { target, knowledge, rollups, context } = this
    return readTableOnce(
      {
        target,
        host: target.host,
        users: knowledge.users,
        cgroups: knowledge.cgroups,
        rollups,
        executables: context.executables,
        clock: createRateClock(target.capabilities.remote, this.intervalMs),
        poll: (request, accept) => this.poll(request, accept),
      },
      columns,
    )
  }

  adoptWalk(key: ProcessKey, rollup: RollupSample): void {
    this.feed.adoptWalk(key, rollup)
    this.watches.adoptWalk(key, rollup)
  }

  relearn(): void {
    this.feed.relearn()
    for (const watch of this.watches.all) watch.relearn()
    this.ticker.kick()
  }

  async findKey(pid: number): Promise<ProcessKey | null> {
    if (!Number.isSafeInteger(pid) || pid <= 0) return null
    const [answer] = await this.target.read([toFileRead(`/proc/${pid}/stat`)])
    const stat = parseAnswer(answer, parsePidStat)
    return stat === null ? null : { pid, startTimeTicks: stat.startTimeTicks }
  }

  async dispose(): Promise<void> {
    this.isDisposed = true
    this.stopListening()
    this.hostListeners.clear()
    this.eventListeners.clear()
    this.feed.close()
    for (const watch of this.watches.all) this.watches.close(watch)
    await this.ticker.stop()
    await this.feed.whenIdle()
  }

  /** Polls one after the other: a target's frame is valid only until its next poll. */
  private async poll(...[request, accept]: Parameters<Poll>): Promise<PollAnswer> {
    const poll = this.polling.then(async () => {
      const sentAtMs = performance.now()
      const answer = await this.target.poll(request)
      accept(answer, sentAtMs)
      return answer
    })
    this.polling = poll.catch(() => {})
    return poll
  }

  private async tick(): Promise<void> {
    const turn = this.feed.isWanted ? this.pace.next(performance.now()) : 'skip'
    try {
      await this.pollAll(turn === 'with')
      if (turn === 'apart') await this.pollTable()
    } catch {
      // The target did not answer this poll: it says by itself when it is lost, and the next turn tries again.
      this.noteGap()
    }
  }

  /** The host, the watched processes, and the table where it may ride along. */
  private async pollAll(hasTable: boolean): Promise<void> {
    const watches = this.watches.all
    const watchReads = watches.map((watch) => watch.toReads())
    const tablePlan = hasTable ? this.feed.plan(this.pace.effort) : null
    const reads = [...hostReads, ...watchReads.flat(), ...(tablePlan?.reads ?? [])]
    let startMs = 0
    let host = null as HostSample | null
    const answer = await this.poll({ stat: hasTable, reads }, ({ atMs, stat, reads: answers }, sentAtMs) => {
      startMs = sentAtMs
      host = toHostSample(answers.slice(0, hostReads.length), atMs)
      if (stat !== null) this.acceptTable(stat, host.uptimeSeconds, sentAtMs)
    })
    if (host === null) return
    if (hasTable) this.pace.note(startMs, performance.now())
    const { atMs, costMs } = answer
    const { memTotalBytes, uptimeSeconds } = host
    this.memTotalBytes = memTotalBytes
    const moment = { atMs, rate: this.watchClock.note(uptimeSeconds, startMs), memTotalBytes }
    let at: number = hostReads.length
    const accepted = watches.map((watch, index) => {
      const results = answer.reads.slice(at, (at += watchReads[index]?.length ?? 0))
      return this.watches.accept(watch, results, moment)
    })
    tablePlan?.accept(answer.reads.slice(at))
    const samples = await Promise.all(accepted)
    const newest = host
    // Everything of one tick is told in one turn: it reaches a window as one message, which is drawn as one frame.
    this.hostListeners.forEach((listener) => listener(newest))
    for (const [index, watch] of watches.entries()) {
      const sample = samples[index] ?? null
      if (sample !== null) watch.send(sample)
    }
    if (hasTable) this.feed.send({ atMs, costMs, memTotalBytes })
  }

  /** The table alone: on a slow link it must not keep the watched processes waiting. */
  private async pollTable(): Promise<void> {
    const plan = this.feed.plan(this.pace.effort)
    let startMs = 0
    const { atMs, costMs, reads } = await this.poll(
      { stat: true, reads: [uptimeRead, ...plan.reads] },
      ({ stat, reads: [uptime] }, sentAtMs) => {
        startMs = sentAtMs
        const seconds = parseAnswer(uptime, parseUptime)?.uptimeSeconds ?? null
        if (stat !== null) this.acceptTable(stat, seconds, sentAtMs)
      },
    )
    this.pace.note(startMs, performance.now())
    plan.accept(reads.slice(1))
    this.feed.send({ atMs, costMs, memTotalBytes: this.memTotalBytes })
  }

  private acceptTable(stat: StatFrame, uptimeSeconds: number | null, sentAtMs: number): void {
    const { clockMs, maxRateMs } = this.tableClock.note(uptimeSeconds, sentAtMs)
    this.feed.accept(stat, clockMs, maxRateMs)
  }

  /** A poll was missed: no rate may reach over it. */
  private noteGap(): void {
    this.pace.restart()
    this.feed.breakRates()
    for (const watch of this.watches.all) watch.breakRates()
  }

  /** Another boot of the host: no process of before is there any more, whatever pids say. */
  private startAnew(): void {
    this.watches.endByReboot(Date.now())
    this.feed.reset()
    this.pace.restart()
    this.rollups.forget()
    this.context.executables.forget()
    void this.knowledge.reread()
  }

  private updateDemand(): void {
    const isWanted = this.feed.isWanted || this.watches.all.length > 0 || this.hostListeners.size > 0
    if (isWanted && !this.isDisposed) this.ticker.start()
    else void this.ticker.stop()
  }
}
