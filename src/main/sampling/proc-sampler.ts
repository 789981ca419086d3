import { AppError } from '#core/errors'
import { createRollupBudget, type RollupBudget } from '#core/metrics/rollup-budget'
import type { ColumnId, TableFrame } from '#core/metrics/process-table'
import type { HostSample, RollupSample } from '#core/metrics/samples'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import { parsePidStat } from '#core/procfs/pid-stat'
import type { PollAnswer, PollRequest, Target } from '../targets/target'
import { openCgroupReader, type CgroupReader } from './cgroup-reader'
import { createExecutables } from './executables'
import type { GoSource } from './go-source'
import { hostReads, toHostSample } from './host-reader'
import { createMetaFiller } from './meta-filler'
import { openProcessWatch, type ProcessWatch, type WatchContext } from './process-watch'
import { parseAnswer, toFileRead } from './read-text'
import { createRollupReader, type RollupReader } from './rollup-reader'
import { createRowStore, type ProcessRow } from './row-store'
import type {
  Sampler,
  SamplerOptions,
  TableRequest,
  TableSubscription,
  Watch,
  WatchListener,
} from './sampler'
import type { SamplerEvent } from './session-events'
import { buildTableFrame, toSources } from './table-frame'
import { createTableFeed, type TableFeed } from './table-feed'
import { createTableSources, type TableSources } from './table-sources'
import { createTicker } from './ticker'
import { readUserNames, type UserNames } from './user-names'

export interface ProcSamplerOptions extends SamplerOptions, Partial<GoSource> {}

/** Two polls of a single look are this far apart, so that CPU % and faults a second are rates. */
const onceIntervalMs = 300
const onceLimitMs = 20_000

/** Samples a target that answers reads of /proc: Linux, here or over a link. Must be disposed; the target stays open. */
export async function openProcSampler(target: Target, options: ProcSamplerOptions = {}): Promise<Sampler> {
  const [users, cgroups] = await Promise.all([readUserNames(target), openCgroupReader(target)])
  return new ProcSampler(target, users, cgroups, options)
}

class ProcSampler implements Sampler {
  private readonly rollups: RollupReader
  private readonly budget = createRollupBudget()
  private readonly context: WatchContext
  private readonly feed: TableFeed
  private readonly ticker
  private readonly watches = new Map<string, Promise<ProcessWatch>>()
  private readonly openWatches = new Set<ProcessWatch>()
  private readonly hostListeners = new Set<(sample: HostSample) => void>()
  private readonly eventListeners = new Set<(event: SamplerEvent) => void>()
  private polling: Promise<unknown> = Promise.resolve()
  private isDisposed = false

  private readonly target: Target
  private readonly users: UserNames
  private readonly cgroups: CgroupReader

  constructor(target: Target, users: UserNames, cgroups: CgroupReader, options: ProcSamplerOptions) {
    this.target = target
    this.users = users
    this.cgroups = cgroups
    this.rollups = createRollupReader(target)
    const executables = createExecutables(target, options.readGoFacts)
    this.context = {
      target,
      users,
      cgroups,
      executables,
      rollups: this.rollups,
      budget: this.budget,
      createEndpointPoller: options.createEndpointPoller,
      emit: (event) => this.eventListeners.forEach((listener) => listener(event)),
      onWalk: (key, rollup) => this.feed.adoptWalk(key, rollup),
    }
    const intervalMs = options.intervalMs ?? 1000
    this.feed = createTableFeed({
      target,
      users,
      cgroups,
      executables,
      rollups: this.rollups,
      budget: this.budget,
      intervalMs,
    })
    this.ticker = createTicker(() => this.tick(), intervalMs)
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
    const watch = await this.openWatch(key)
    if (this.isDisposed || watch.isEnded) {
      watch.close()
      throw new AppError(this.isDisposed ? 'cancelled' : 'gone', `process ${key.pid} is not watched any more`)
    }
    watch.listeners.add(listener)
    this.openWatches.add(watch)
    this.updateDemand()
    this.ticker.kick()
    return {
      get facts() {
        return watch.facts
      },
      latest: () => watch.latest,
      setEndpoint: (url) => watch.setEndpoint(url),
      askEndpointOnce: () => watch.askEndpointOnce(),
      allowRollup: () => watch.allowRollup(),
      close: () => {
        watch.listeners.delete(listener)
        if (watch.listeners.size === 0) this.closeWatch(watch)
      },
    }
  }

  async readTableOnce(columns: readonly ColumnId[]): Promise<TableFrame> {
    const { target, users, cgroups, rollups } = this
    const store = createRowStore(target.host)
    const sources = createTableSources(cgroups, rollups, target.host.pageSizeBytes)
    const pollOnce = async (): Promise<PollAnswer> => {
      const rss = sources.planRss(store.rows)
      return this.poll({ stat: true, reads: [...hostReads, ...rss.reads] }, (answer, monotonicMs) => {
        if (answer.stat !== null) store.update(answer.stat, monotonicMs)
        rss.accept(answer.reads.slice(hostReads.length))
      })
    }
    const startMs = performance.now()
    await pollOnce()
    const filler = createMetaFiller(target, store, users, this.context.executables)
    const usersPlan = filler.planUsers(store.rows, new Set(), Infinity)
    await this.poll({ stat: false, reads: usersPlan.reads }, ({ reads }) => usersPlan.accept(reads))
    await filler.fill(store.rows, new Set(), onceLimitMs)
    const restMs = onceIntervalMs - (performance.now() - startMs)
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
    const answer = await pollOnce()
    const { memTotalBytes } = toHostSample(answer.reads, answer.atMs)
    await readAllSources(this, sources, store.rows, columns)
    const costMs = performance.now() - startMs
    return buildTableFrame(store.rows, columns, 0, { atMs: answer.atMs, costMs, memTotalBytes })
  }

  adoptWalk(key: ProcessKey, rollup: RollupSample): void {
    this.feed.adoptWalk(key, rollup)
    for (const watch of this.openWatches) if (isSameProcess(watch.key, key)) watch.adoptWalk(rollup)
  }

  async findKey(pid: number): Promise<ProcessKey | null> {
    if (!Number.isSafeInteger(pid) || pid <= 0) return null
    const [answer] = await this.target.read([toFileRead(`/proc/${pid}/stat`)])
    const stat = parseAnswer(answer, parsePidStat)
    return stat === null ? null : { pid, startTimeTicks: stat.startTimeTicks }
  }

  async dispose(): Promise<void> {
    this.isDisposed = true
    this.hostListeners.clear()
    this.eventListeners.clear()
    this.feed.close()
    for (const watch of this.openWatches) this.closeWatch(watch)
    await this.ticker.stop()
    await this.feed.whenIdle()
  }

  /** Polls one after the other: a target's frame is valid only until its next poll. */
  async poll(
    request: PollRequest,
    accept: (answer: PollAnswer, monotonicMs: number) => void,
  ): Promise<PollAnswer> {
    const poll = this.polling.then(async () => {
      const monotonicMs = performance.now()
      const answer = await this.target.poll(request)
      accept(answer, monotonicMs)
      return answer
    })
    this.polling = poll.catch(() => {})
    return poll
  }

  private async tick(): Promise<void> {
    const watches = [...this.openWatches]
    const watchReads = watches.map((watch) => watch.toReads())
    const tablePlan = this.feed.plan()
    const request = {
      stat: this.feed.isWanted,
      reads: [...hostReads, ...watchReads.flat(), ...tablePlan.reads],
    }
    try {
      let monotonicMs = 0
      const { atMs, costMs, reads } = await this.poll(request, ({ stat }, readAtMs) => {
        monotonicMs = readAtMs
        if (stat !== null) this.feed.accept(stat, readAtMs)
      })
      const host = toHostSample(reads.slice(0, hostReads.length), atMs)
      const { memTotalBytes } = host
      let at: number = hostReads.length
      const accepted = watches.map((watch, index) => {
        const results = reads.slice(at, (at += watchReads[index]?.length ?? 0))
        return this.acceptWatch(watch, results, { atMs, monotonicMs, memTotalBytes })
      })
      tablePlan.accept(reads.slice(at))
      const samples = await Promise.all(accepted)
      // Everything of one tick is told in one turn: it reaches a window as one message, which is drawn as one frame.
      this.hostListeners.forEach((listener) => listener(host))
      for (const [index, watch] of watches.entries()) {
        const sample = samples[index] ?? null
        if (sample !== null) watch.send(sample)
      }
      this.feed.send({ atMs, costMs, memTotalBytes })
    } catch {
      // The target did not answer this poll: it says by itself when it is lost, and the next turn tries again.
    }
  }

  private acceptWatch(watch: ProcessWatch, ...[results, moment]: Parameters<ProcessWatch['accept']>) {
    // An answer that can't be read leaves a gap in the series, not a wrong number.
    const accepted = watch.accept(results, moment).catch(() => null)
    // A process that ended needs no more reads; whoever asks for it again is told that it is gone.
    if (watch.isEnded) this.closeWatch(watch)
    return accepted
  }

  private openWatch(key: ProcessKey): Promise<ProcessWatch> {
    const id = toKeyText(key)
    const known = this.watches.get(id)
    if (known !== undefined) return known
    const opening = openProcessWatch(this.context, key)
    this.watches.set(id, opening)
    opening.catch(() => this.watches.delete(id))
    return opening
  }

  private closeWatch(watch: ProcessWatch): void {
    watch.close()
    this.openWatches.delete(watch)
    this.watches.delete(toKeyText(watch.key))
    this.updateDemand()
  }

  private updateDemand(): void {
    const isWanted = this.feed.isWanted || this.openWatches.size > 0 || this.hostListeners.size > 0
    if (isWanted && !this.isDisposed) this.ticker.start()
    else void this.ticker.stop()
  }
}

/** Reads every source of these columns for all rows, without a budget: for a single look that a person asked for. */
async function readAllSources(
  sampler: Pick<ProcSampler, 'poll'>,
  sources: TableSources,
  rows: readonly ProcessRow[],
  columns: readonly ColumnId[],
): Promise<void> {
  const wanted = toSources(columns)
  // The group of a process is known after the first round, its numbers after the second.
  for (let round = 0; round < (wanted.has('cgroup') ? 2 : 1); round++) {
    const plan = sources.plan(rows, wanted, new Set(), Infinity)
    if (plan.reads.length > 0)
      await sampler.poll({ stat: false, reads: plan.reads }, ({ reads }) => plan.accept(reads))
  }
  const unlimited: RollupBudget = { canStart: () => true, charge: () => {}, freeAtMs: 0 }
  if (wanted.has('smaps_rollup'))
    await sources.walk(rows, new Set(), unlimited, performance.now() + onceLimitMs)
}
