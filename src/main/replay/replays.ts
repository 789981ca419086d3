import { randomUUID } from 'node:crypto'
import { AppError } from '#core/errors'
import type { BackendEvents, ProfileInfo, TargetInfo } from '#core/ipc/contract'
import type { ReplayInfo } from '#core/ipc/snapshot-contract'
import type { Incident } from '#core/snapshot/incident'
import { createReplay, type Replay } from './replay'

const maxReplays = 8

type ReplayEvent = 'target' | 'targetClosed' | 'profile' | 'profileRemoved'

/** The open incidents of a backend. They live in memory only: with the backend they are gone. */
export interface Replays {
  /** Throws AppError `too-large` when too many are open. */
  open(incident: Incident, origin: Pick<ReplayInfo, 'source' | 'name'>): TargetInfo
  /** null: this is no open incident. */
  find(targetId: string): Replay | null
  /** false: this is no open incident. */
  close(targetId: string): boolean
  list(): TargetInfo[]
  profiles(): ProfileInfo[]
  /** null: no open incident has it. */
  profileBytes(id: string): Uint8Array | null
  /** false: no open incident has it. */
  removeProfile(id: string): boolean
}

export function createReplays(
  emit: <K extends ReplayEvent>(event: K, payload: BackendEvents[K]) => void,
): Replays {
  const replays = new Map<string, Replay>()
  return {
    open(incident, origin) {
      if (replays.size >= maxReplays)
        throw new AppError('too-large', `at most ${maxReplays} recorded stretches are open at once`, {
          hint: 'error.too-many-replays',
          params: { limit: maxReplays },
        })
      // Unlike those of a backend before this one, whose stretches a window may still have in mind.
      const replay = createReplay(`incident:${randomUUID()}`, incident, origin)
      replays.set(replay.info.id, replay)
      emit('target', replay.info)
      for (const { info } of replay.incident.profiles) emit('profile', info)
      return replay.info
    },
    find: (targetId) => replays.get(targetId) ?? null,
    close(targetId) {
      const replay = replays.get(targetId)
      if (replay === undefined) return false
      replays.delete(targetId)
      for (const { info } of replay.incident.profiles) emit('profileRemoved', { id: info.id, targetId })
      emit('targetClosed', { targetId })
      return true
    },
    list: () => [...replays.values()].map(({ info }) => info),
    profiles: () =>
      [...replays.values()].flatMap(({ incident }) => incident.profiles.map(({ info }) => info)),
    profileBytes(id) {
      for (const { incident } of replays.values()) {
        const found = incident.profiles.find(({ info }) => info.id === id)
        if (found !== undefined) return found.bytes
      }
      return null
    },
    removeProfile(id) {
      for (const [targetId, replay] of replays) {
        if (!replay.removeProfile(id)) continue
        emit('profileRemoved', { id, targetId })
        return true
      }
      return false
    },
  }
}
