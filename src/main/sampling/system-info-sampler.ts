import type { Systeminformation } from 'systeminformation'
import { AppError } from '#core/errors'
import type { ColumnId, TableFrame } from '#core/metrics/process-table'
import type { HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import type { Target } from '../targets/target'
import type { ProcSamplerOptions } from './proc-sampler'
import { createProcessRow, type ProcessRow } from './row-store'
import type { Sampler, TableRequest, TableSubscription, Watch, WatchListener } from './sampler'
import type { SamplerEvent } from './session-events'
import { createGoWatch, type GoWatch } from './go-watch'
import { toFacts, toHostSample, toSample, toStartTicks, toStateCode } from './system-info-values'
import { buildTableFrame } from './table-frame'

/** The part of `systeminformation` that is used. */
export interface SystemInformation {
  processes(): Promise<Systeminformation.ProcessesData>
  mem(): Promise<Systeminformation.MemData>
}

export interface SystemInfoSamplerOptions extends ProcSamplerOptions {
  systemInformation?: SystemInformation
}

const minIntervalMs = 2000
/** The process list may take seconds: rest this many times its cost. */
const restFactor = 9
/** Start times are whole seconds, and some systems count them back from the time that passed: they may wobble by one. */
const startSlackTicks = 200

/** Samples this machine through `systeminformation`, which is loaded only here: macOS and Windows have no /proc. */
export async function openSystemInfoSampler(
  target: Target,
  options: SystemInfoSamplerOptions = {},
): Promise<Sampler> {
  const systemInformation = options.systemInformation ?? (await import('systeminformation')).default
  return new SystemInfoSampler(target, systemInformation, options)
}

interface Subscriber {
  request: TableRequest
  listener: (frame: TableFrame) => void
  metaVersion: number
}

interface OpenWatch {
  key: ProcessKey
  facts: ProcessFacts
  listener: WatchListener
  go: GoWatch
  latest: ProcessSample | null
}

class SystemInfoSampler implements Sampler {
  private rows: ProcessRow[] = []
  private hostSample: HostSample | null = null
  private costMs = 0
  private lastRowId = 0
  private metaVersion = 0
  private polling: Promise<void> | null = null
  private timer: NodeJS.Timeout | undefined
  private isDisposed = false
  private readonly subscribers = new Set<Subscriber>()
  private readonly watches = new Set<OpenWatch>()
  private readonly hostListeners = new Set<(sample: HostSample) => void>()
  private readonly eventListeners = new Set<(event: SamplerEvent) => void>()

  private readonly target: Target
  private readonly systemInformation: SystemInformation
  private readonly options: SystemInfoSamplerOptions

  constructor(target: Target, systemInformation: SystemInformation, options: SystemInfoSamplerOptions) {
    this.target = target
    this.systemInformation = systemInformation
    this.options = options
  }

  get host() {
    return this.target.host
  }

  onHost(listener: (sample: HostSample) => void): () => void {
    this.hostListeners.add(listener)
    this.schedule(0)
    return () => void this.hostListeners.delete(listener)
  }

  onEvent(listener: (event: SamplerEvent) => void): () => void {
    this.eventListeners.add(listener)
    return () => void this.eventListeners.delete(listener)
  }

  subscribeTable(request: TableRequest, listener: (frame: TableFrame) => void): TableSubscription {
    const subscriber = { request, listener, metaVersion: 0 }
    this.subscribers.add(subscriber)
    this.schedule(0)
    return {
      update: (next) => void (subscriber.request = next),
      close: () => void this.subscribers.delete(subscriber),
    }
  }

  async watch(key: ProcessKey, listener: WatchListener): Promise<Watch> {
    if (this.findRow(key) === null) await this.poll()
    const row = this.findRow(key)
    if (row === null) throw new AppError('gone', `process ${key.pid} has ended`)
    const go = createGoWatch(this.target, key, this.options.createEndpointPoller, (event) => this.emit(event))
    const watch: OpenWatch = { key, facts: toFacts(row), listener, go, latest: null }
    this.watches.add(watch)
    go.start(watch.facts)
    this.schedule(0)
    return {
      facts: watch.facts,
      latest: () => watch.latest,
      setEndpoint: (url) => go.setUrl(url),
      askEndpointOnce: () => go.askOnce(),
      fetchProfile: () => go.fetchProfile(),
      allowRollup: () => {},
      close: () => {
        this.watches.delete(watch)
        go.close()
      },
    }
  }

  async readTableOnce(columns: readonly ColumnId[]): Promise<TableFrame> {
    await this.poll()
    return buildTableFrame(this.rows, columns, 0, this.toMoment())
  }

  /** There are no walks here. */
  relearn(): void {
    // It reads as whoever started it, always.
  }

  adoptWalk(): void {}

  async findKey(pid: number): Promise<ProcessKey | null> {
    await this.poll()
    const row = this.rows.find((candidate) => candidate.pid === pid)
    return row === undefined ? null : { pid, startTimeTicks: row.startTimeTicks }
  }

  async dispose(): Promise<void> {
    this.isDisposed = true
    clearTimeout(this.timer)
    for (const watch of this.watches) watch.go.close()
    this.watches.clear()
    this.subscribers.clear()
    this.hostListeners.clear()
    this.eventListeners.clear()
    await this.polling
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer)
    const isWanted = this.subscribers.size + this.watches.size + this.hostListeners.size > 0
    if (isWanted && !this.isDisposed) this.timer = setTimeout(() => void this.turn(), delayMs)
  }

  private async turn(): Promise<void> {
    await this.poll().catch(() => {
      // The list could not be had this time; the next turn asks again.
    })
    if (this.isDisposed) return
    const intervalMs = Math.max(minIntervalMs, this.options.intervalMs ?? 0)
    this.send()
    this.schedule(Math.max(intervalMs - this.costMs, this.costMs * restFactor))
  }

  /** One poll at a time: whoever comes meanwhile gets its result. */
  private poll(): Promise<void> {
    this.polling ??= this.pollOnce().finally(() => {
      this.polling = null
    })
    return this.polling
  }

  private async pollOnce(): Promise<void> {
    const startMs = performance.now()
    const [list, mem] = await Promise.all([this.systemInformation.processes(), this.systemInformation.mem()])
    const known = new Map(this.rows.map((row) => [row.pid, row]))
    this.rows = list.list
      .filter(({ pid }) => pid > 0)
      .sort((a, b) => a.pid - b.pid)
      .map((item) => this.updateRow(known.get(item.pid), item))
    this.hostSample = toHostSample(mem)
    this.costMs = performance.now() - startMs
  }

  private updateRow(
    before: ProcessRow | undefined,
    item: Systeminformation.ProcessesProcessData,
  ): ProcessRow {
    const startTimeTicks = toStartTicks(item.started, this.host.clockTicksPerSecond)
    const isSame =
      before !== undefined &&
      before.comm === item.name &&
      Math.abs(before.startTimeTicks - startTimeTicks) <= startSlackTicks
    const row = isSame ? before : this.createRow(item, startTimeTicks)
    row.ppid = item.parentPid
    row.state = toStateCode(item.state)
    row.virtBytes = item.memVsz * 1024
    row.rssBytes = item.memRss * 1024
    // Normalised to all cores there, to one core here.
    if (isSame) row.cpuPercent = item.cpu * (this.host.cpuCount ?? 1)
    return row
  }

  private createRow(item: Systeminformation.ProcessesProcessData, startTimeTicks: number): ProcessRow {
    const row = createProcessRow({
      rowId: ++this.lastRowId,
      pid: item.pid,
      startTimeTicks,
      isKernelThread: false,
      comm: item.name,
      metaVersion: ++this.metaVersion,
    })
    const command = [item.path ? `${item.path}/${item.command}` : item.command, item.params]
    row.cmdline = command.filter((part) => part !== '').map((part) => part.slice(0, 4096))
    row.user = item.user || null
    return row
  }

  private toMoment() {
    return {
      atMs: this.hostSample?.atMs ?? Date.now(),
      costMs: this.costMs,
      memTotalBytes: this.hostSample?.memTotalBytes ?? null,
    }
  }

  private send(): void {
    const host = this.hostSample
    if (host !== null) this.hostListeners.forEach((listener) => listener(host))
    for (const subscriber of this.subscribers) {
      const { request, listener, metaVersion } = subscriber
      subscriber.metaVersion = this.metaVersion
      listener(buildTableFrame(this.rows, request.columns, metaVersion, this.toMoment()))
    }
    for (const watch of this.watches) this.sendWatch(watch)
  }

  private sendWatch(watch: OpenWatch): void {
    const { atMs, memTotalBytes } = this.toMoment()
    const { key, facts } = watch
    const row = this.findRow(key)
    if (row === null) {
      this.watches.delete(watch)
      watch.go.close()
      this.emit({
        atMs,
        key,
        kind: 'process-gone',
        text: 'event.processGone',
        params: { pid: key.pid, comm: facts.comm },
      })
      watch.listener.gone(atMs)
      return
    }
    watch.latest = toSample(row, atMs, memTotalBytes, watch.go)
    watch.listener.sample(watch.latest)
  }

  private findRow(key: ProcessKey): ProcessRow | null {
    return this.rows.find((row) => isSameProcess(row, key)) ?? null
  }

  private emit(event: SamplerEvent): void {
    this.eventListeners.forEach((listener) => listener(event))
  }
}
