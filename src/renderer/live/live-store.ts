import { shallowRef, type ShallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { TargetInfo } from '#core/ipc/contract'
import type { ProcessSample } from '#core/metrics/samples'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { BackendConnection } from '../connection/backend-connection'
import { fillFromReplay, fillHostFromReplay } from './fill-from-replay'
import { createHostFeed, type HostFeed } from './host-feed'
import { createProcessFeed, type ProcessFeed } from './process-feed'

/** A process is watched as long as one of these is open. */
export interface OpenWatch {
  readonly feed: ProcessFeed
  /** Why watching failed; null while it works. */
  readonly error: ShallowRef<ErrorValue | null>
  close(): void
}

/**
 * What this window has seen of all targets. It lives as long as the window: the history of a process that was looked at
 * before is still there when a person comes back to it, with a gap.
 */
export interface LiveStore {
  host(targetId: string): HostFeed
  watch(targetId: string, key: ProcessKey): OpenWatch
  /** Called after each event that changes a feed of this target. */
  onChange(targetId: string, listener: () => void): () => void
}

/** Histories of processes that nobody looks at now; the one looked at longest ago is dropped first. */
const keptFeeds = 8

interface Watched {
  feed: ProcessFeed
  error: ShallowRef<ErrorValue | null>
  users: number
  /** Of a recorded stretch: all of it, once; null: not asked for yet. */
  filling: Promise<void> | null
  isFilled: boolean
}

export type LiveBackend = Pick<BackendConnection, 'call' | 'on' | 'onConnected'>

export function createLiveStore(backend: LiveBackend): LiveStore {
  const hosts = new Map<string, HostFeed>()
  /** In the order of last use. */
  const watched = new Map<string, Watched>()
  const listeners = new Map<string, Set<() => void>>()
  const bootIds = new Map<string, string>()
  /** Targets that are recorded stretches of time. */
  const replays = new Set<string>()
  /** Of these, the moment that is looked at, by process. */
  const moments = new Map<string, ProcessSample>()
  /** Watches that ended with their backend or link: asked for again once their target is there again. */
  const lost = new Set<string>()

  const idOf = (targetId: string, key: ProcessKey): string => `${targetId}\n${toKeyText(key)}`

  function host(targetId: string): HostFeed {
    const known = hosts.get(targetId)
    if (known !== undefined) return known
    const feed = createHostFeed(targetId)
    hosts.set(targetId, feed)
    return feed
  }

  function changed(targetId: string): void {
    for (const listener of listeners.get(targetId) ?? []) listener()
  }

  async function ask(id: string, entry: Watched): Promise<void> {
    const { targetId, key } = entry.feed
    try {
      const facts = await backend.call('process.watch', { targetId, key })
      entry.feed.facts.value = facts
      entry.error.value = null
      if (replays.has(targetId)) await fill(id, entry)
    } catch (error) {
      const value = toErrorValue(error)
      if (value.code === 'unreachable') lost.add(id)
      if (value.code === 'gone') entry.feed.goneAtMs.value ??= Date.now()
      else entry.error.value = value
    }
    if (entry.users === 0 && watched.get(id) === entry) await unwatch(entry)
  }

  /** All of a recorded stretch, and then the moment that is looked at. */
  async function fill(id: string, entry: Watched): Promise<void> {
    const { feed } = entry
    entry.filling ??= fillFromReplay(backend, feed)
    try {
      await entry.filling
    } catch (error) {
      entry.filling = null
      throw error
    }
    if (entry.isFilled) return
    entry.isFilled = true
    const moment = moments.get(id)
    if (moment !== undefined) feed.addSample(moment)
    changed(feed.targetId)
  }

  async function unwatch(entry: Watched): Promise<void> {
    const { targetId, key } = entry.feed
    // A connection that ended has ended its watches, too.
    await backend.call('process.unwatch', { targetId, key }).catch(() => null)
  }

  /** After a reboot the same pid and start time are another process: what was seen of before is not gone on with. */
  function noteBoot({ id, host }: TargetInfo): void {
    const before = bootIds.get(id)
    if (host?.bootId == null || host.bootId === before) return
    bootIds.set(id, host.bootId)
    if (before === undefined) return
    for (const [watchId, { feed }] of watched) {
      if (feed.targetId !== id) continue
      feed.goneAtMs.value ??= Date.now()
      watched.delete(watchId)
      lost.delete(watchId)
    }
    changed(id)
  }

  function forgetOld(): void {
    const idle = [...watched].filter(([, entry]) => entry.users === 0)
    for (const [id] of idle.slice(0, Math.max(0, idle.length - keptFeeds))) watched.delete(id)
  }

  /** Nothing where it is none: what was seen of a live target stays. */
  function forgetReplay(targetId: string): void {
    if (!replays.delete(targetId)) return
    hosts.delete(targetId)
    for (const map of [watched, moments])
      for (const id of [...map.keys()]) if (id.startsWith(`${targetId}\n`)) map.delete(id)
  }

  backend.on('process', ({ targetId, sample }) => {
    const id = idOf(targetId, sample.key)
    const entry = watched.get(id)
    const isReplay = replays.has(targetId)
    if (isReplay) moments.set(id, sample)
    // A moment that came before all of its stretch would shut out what is older.
    if (!isReplay || entry?.isFilled === true) entry?.feed.addSample(sample)
    changed(targetId)
  })
  backend.on('facts', ({ targetId, facts }) => {
    const entry = watched.get(idOf(targetId, facts.key))
    if (entry !== undefined) entry.feed.facts.value = facts
  })
  backend.on('verdict', ({ targetId, key, verdict }) => {
    const entry = watched.get(idOf(targetId, key))
    if (entry !== undefined) entry.feed.verdict.value = verdict
  })
  backend.on('processGone', ({ targetId, key, atMs }) => {
    const entry = watched.get(idOf(targetId, key))
    if (entry !== undefined) entry.feed.goneAtMs.value = atMs
    changed(targetId)
  })
  backend.on('rollupAsk', ({ targetId, key, rssBytes, estimatedStallMs }) => {
    const entry = watched.get(idOf(targetId, key))
    if (entry !== undefined) entry.feed.rollupAsk.value = { rssBytes, estimatedStallMs }
  })
  backend.on('host', ({ targetId, sample }) => {
    if (replays.has(targetId)) host(targetId).latest.value = sample
    else host(targetId).addHost(sample)
    changed(targetId)
  })
  backend.on('balloon', ({ targetId, state }) => {
    host(targetId).addBalloon(state)
    changed(targetId)
  })
  backend.on('event', ({ targetId, kind, key, atMs }) => {
    if (kind !== 'gc' || key === null) return
    watched.get(idOf(targetId, key))?.feed.gcMarks.add(atMs)
    changed(targetId)
  })
  backend.onConnected((isReconnect) => {
    if (!isReconnect) return
    // The backend held them in its memory only.
    for (const targetId of replays) forgetReplay(targetId)
    for (const feed of hosts.values()) feed.loseBalloon(Date.now())
    for (const [id, entry] of watched) if (entry.users > 0) lost.add(id)
  })
  backend.on('targetClosed', ({ targetId }) => forgetReplay(targetId))
  backend.on('target', (target) => {
    if (target.replay != null && !replays.has(target.id)) {
      replays.add(target.id)
      // Whoever has the cursor asks for the same, and tells.
      fillHostFromReplay(backend, host(target.id), () => changed(target.id)).catch(() => undefined)
    }
    noteBoot(target)
    if (target.state !== 'connected') return
    for (const id of [...lost]) {
      const entry = watched.get(id)
      if (entry !== undefined && entry.feed.targetId !== target.id) continue
      lost.delete(id)
      if (entry !== undefined && entry.users > 0) void ask(id, entry)
    }
  })

  return {
    host,
    watch(targetId, key) {
      const id = idOf(targetId, key)
      const entry = watched.get(id) ?? {
        feed: createProcessFeed(targetId, key),
        error: shallowRef(null),
        users: 0,
        filling: null,
        isFilled: false,
      }
      watched.delete(id)
      watched.set(id, entry)
      entry.users++
      if (entry.users === 1) void ask(id, entry)
      let isOpen = true
      return {
        feed: entry.feed,
        error: entry.error,
        close() {
          if (!isOpen) return
          isOpen = false
          entry.users--
          if (entry.users === 0) {
            void unwatch(entry)
            forgetOld()
          }
        },
      }
    },
    onChange(targetId, listener) {
      const set = listeners.get(targetId) ?? new Set()
      listeners.set(targetId, set)
      set.add(listener)
      return () => set.delete(listener)
    },
  }
}
