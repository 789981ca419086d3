import { randomUUID } from 'node:crypto'
import { AppError, toErrorValue, type ErrorValue } from '#core/errors'
import type { BackendEvents, ProfileInfo, ProfileSchedule } from '#core/ipc/contract'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { Sampler, Watch } from '../sampling/sampler'
import type { SamplerEvent } from '../sampling/session-events'
import { readProfileGrowth, type ReadProfileGrowth } from './read-profile-growth'
import { startProfileSeries, type ProfileSeries } from './profile-series'
import { createProfileStore, profileBounds, type KeptProfile } from './profile-store'

const maxSeries = 16

type ProfileEvent = 'profile' | 'profileRemoved' | 'profileSchedule'

export interface ProfileKeeperOptions {
  emit: <K extends ProfileEvent>(event: K, payload: BackendEvents[K]) => void
  onEvent(targetId: string, event: SamplerEvent): void
  /** One came, and is kept. */
  onProfile?: (profile: KeptProfile) => void
  /** A process's newest profile was compared with its first one. */
  onGrowth?: (targetId: string, key: ProcessKey, growth: ProfileGrowth) => void
  /** Swapped in tests. */
  readGrowth?: ReadProfileGrowth
  minuteMs?: number
}

/** Fetches heap profiles, by a person's wish or by itself, and keeps them. One for all windows. Must be disposed. */
export interface ProfileKeeper {
  /** Whoever comes while one of this process is being fetched gets the same. Rejects as fetchHeapProfile does. */
  fetch(targetId: string, key: ProcessKey, watch: Watch): Promise<ProfileInfo>
  /** See `profile.every` of the contract. Rejects with `gone` when there is no such process. */
  every(targetId: string, key: ProcessKey, sampler: Sampler, minutes: number | null): Promise<void>
  list(): ProfileInfo[]
  get(id: string): KeptProfile
  remove(id: string): void
  /** How the heap grew from a process's first kept profile to its newest; null: not compared yet, or only one is there. */
  growthOf(targetId: string, key: ProcessKey): ProfileGrowth | null
  /** Of the series that go on. */
  schedules(): ProfileSchedule[]
  /** The target was closed: its profiles are let go. */
  dropTarget(targetId: string): void
  dispose(): void
}

interface Fetching {
  done: Promise<ProfileInfo>
  isAutomatic: boolean
  /** The target was closed meanwhile: what comes is not kept. */
  isDropped: boolean
}

interface SeriesEntry {
  targetId: string
  key: ProcessKey
  watch: Watch
  series: ProfileSeries
}

export function createProfileKeeper(options: ProfileKeeperOptions): ProfileKeeper {
  const { emit, readGrowth = readProfileGrowth, minuteMs = 60_000 } = options
  const fetching = new Map<string, Fetching>()
  const seriesById = new Map<string, SeriesEntry>()
  const opening = new Map<string, symbol>()
  const growths = new Map<string, ProfileGrowth>()
  let comparing: Promise<void> = Promise.resolve()
  let isDisposed = false
  const store = createProfileStore(profileBounds, ({ id, targetId }) =>
    emit('profileRemoved', { id, targetId }),
  )
  const idOf = (targetId: string, key: ProcessKey): string => `${targetId}\n${toKeyText(key)}`

  function tell(targetId: string, key: ProcessKey, text: string, params: SamplerEvent['params']): void {
    const event = { atMs: Date.now(), key, kind: 'profile', text: `event.profile.${text}` } as const
    options.onEvent(targetId, { ...event, params: { pid: key.pid, ...params } })
  }

  function fetch(
    targetId: string,
    key: ProcessKey,
    watch: Watch,
    isAutomatic: boolean,
  ): Promise<ProfileInfo> {
    const id = idOf(targetId, key)
    const running = fetching.get(id)
    if (running !== undefined) {
      running.isAutomatic &&= isAutomatic
      return running.done
    }
    const entry: Fetching = { isAutomatic, isDropped: false, done: take().finally(() => fetching.delete(id)) }
    fetching.set(id, entry)
    return entry.done

    async function take(): Promise<ProfileInfo> {
      const { bytes, ...rest } = await watch.fetchProfile()
      if (isDisposed || entry.isDropped) throw new AppError('cancelled', 'the target was closed')
      const comm = watch.latest()?.comm ?? watch.facts.comm
      const info = { id: randomUUID(), targetId, key, comm, sizeBytes: bytes.length, ...rest }
      store.add({ info, bytes }, entry.isAutomatic)
      options.onProfile?.({ info, bytes })
      emit('profile', info)
      const { sizeBytes, costMs } = info
      tell(targetId, key, 'fetched', { sizeBytes, costMs: Math.round(costMs) })
      compareLater(targetId, key)
      return info
    }
  }

  /** One after the other: each takes as much memory as the profiles have unpacked. */
  function compareLater(targetId: string, key: ProcessKey): void {
    comparing = comparing.then(async () => {
      const span = store.span(targetId, key)
      if (span === null || isDisposed) return
      // What can't be compared is told when a person opens it.
      const growth = await readGrowth(toSide(span.first), toSide(span.newest)).catch(() => null)
      if (growth === null || isDisposed || store.span(targetId, key) === null) return
      growths.set(idOf(targetId, key), growth)
      options.onGrowth?.(targetId, key, growth)
    })
  }

  function endSeries(entry: SeriesEntry, error: ErrorValue | null): void {
    const id = idOf(entry.targetId, entry.key)
    if (seriesById.get(id) !== entry) return
    seriesById.delete(id)
    entry.series.end(error)
    entry.watch.close()
  }

  async function openSeries(targetId: string, key: ProcessKey, sampler: Sampler, minutes: number) {
    const id = idOf(targetId, key)
    if (seriesById.size >= maxSeries)
      throw new AppError('too-large', `profiles of at most ${maxSeries} processes are fetched by themselves`)
    const turn = Symbol(id)
    opening.set(id, turn)
    const end = (error: ErrorValue): void => {
      const entry = seriesById.get(id)
      if (entry === undefined) return
      endSeries(entry, error)
      if (error.code !== 'gone') tell(targetId, key, 'stopped', { error: error.code })
    }
    const watch = await sampler.watch(key, {
      sample: () => undefined,
      facts: () => undefined,
      rollupAsk: () => undefined,
      gone: () => end(toErrorValue(new AppError('gone', 'the process has ended'))),
    })
    // Meanwhile a person chose otherwise, or it was closed.
    if (opening.get(id) !== turn || isDisposed) {
      watch.close()
      return
    }
    opening.delete(id)
    const series = startProfileSeries({
      minutes,
      minuteMs,
      fetch: () => fetch(targetId, key, watch, true),
      onState: (state) => emit('profileSchedule', { targetId, key, ...state }),
      onFailure: ({ code }) => tell(targetId, key, 'failed', { error: code }),
      onEnd: end,
    })
    seriesById.set(id, { targetId, key, watch, series })
    tell(targetId, key, 'every', { minutes })
  }

  return {
    fetch: (targetId, key, watch) => fetch(targetId, key, watch, false),
    async every(targetId, key, sampler, minutes) {
      const id = idOf(targetId, key)
      const entry = seriesById.get(id)
      opening.delete(id)
      if (minutes === null) {
        if (entry !== undefined) endSeries(entry, null)
      } else if (entry !== undefined) {
        entry.series.restart(minutes)
        tell(targetId, key, 'every', { minutes })
      } else await openSeries(targetId, key, sampler, minutes)
    },
    list: () => store.list(),
    get: (id) => store.get(id),
    remove: (id) => store.remove(id),
    growthOf: (targetId, key) => growths.get(idOf(targetId, key)) ?? null,
    schedules: () =>
      [...seriesById.values()].map(({ targetId, key, series }) => ({ targetId, key, ...series.state })),
    dropTarget(targetId) {
      for (const entry of [...seriesById.values()]) if (entry.targetId === targetId) endSeries(entry, null)
      for (const [id, entry] of fetching) entry.isDropped ||= id.startsWith(`${targetId}\n`)
      for (const id of opening.keys()) if (id.startsWith(`${targetId}\n`)) opening.delete(id)
      for (const id of growths.keys()) if (id.startsWith(`${targetId}\n`)) growths.delete(id)
      store.dropTarget(targetId)
    },
    dispose() {
      isDisposed = true
      opening.clear()
      for (const entry of [...seriesById.values()]) endSeries(entry, null)
    },
  }
}

function toSide({ info, bytes }: KeptProfile): { bytes: Uint8Array; atMs: number } {
  return { bytes, atMs: info.atMs }
}
