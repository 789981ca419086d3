import { AppError } from '#core/errors'
import type { ProfileInfo } from '#core/ipc/contract'
import { isSameProcess, type ProcessKey } from '#core/process-key'

export interface ProfileBounds {
  maxCount: number
  maxBytes: number
}

export const profileBounds: ProfileBounds = { maxCount: 64, maxBytes: 256 * 1024 * 1024 }

export interface KeptProfile {
  info: ProfileInfo
  /** gzip, as it came. */
  bytes: Uint8Array
}

/** Fetched profiles, in memory, in the order in which they came. */
export interface ProfileStore {
  /**
   * `isAutomatic`: no person asked for this one, so it makes room first. Others make room for it: the oldest automatic ones,
   * then the oldest, and the first of a process, which later ones are compared with, only when nothing else is left.
   */
  add(profile: KeptProfile, isAutomatic: boolean): void
  list(): ProfileInfo[]
  /** Throws AppError `gone`. */
  get(id: string): KeptProfile
  /** The oldest and the newest kept ones of a process; null: fewer than two are kept. */
  span(targetId: string, key: ProcessKey): { first: KeptProfile; newest: KeptProfile } | null
  /** Nothing happens when it is not kept any more. */
  remove(id: string): void
  dropTarget(targetId: string): void
}

interface Entry extends KeptProfile {
  isAutomatic: boolean
}

/** `onRemoved` hears of each one that is not kept any more. */
export function createProfileStore(
  bounds: ProfileBounds,
  onRemoved: (info: ProfileInfo) => void,
): ProfileStore {
  let entries: Entry[] = []

  const ofProcess = (targetId: string, key: ProcessKey): Entry[] =>
    entries.filter(({ info }) => info.targetId === targetId && isSameProcess(info.key, key))

  function drop(unwanted: (entry: Entry) => boolean): void {
    const dropped = entries.filter(unwanted)
    entries = entries.filter((entry) => !dropped.includes(entry))
    for (const { info } of dropped) onRemoved(info)
  }

  function isOver(): boolean {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
    return entries.length > bounds.maxCount || bytes > bounds.maxBytes
  }

  /** Never the newest of all: it is what room is made for. */
  function chooseVictim(): Entry | undefined {
    const old = entries.slice(0, -1)
    const later = old.filter((entry) => ofProcess(entry.info.targetId, entry.info.key)[0] !== entry)
    return later.find(({ isAutomatic }) => isAutomatic) ?? later[0] ?? old[0]
  }

  return {
    add(profile, isAutomatic) {
      if (profile.bytes.length > bounds.maxBytes)
        throw new AppError('too-large', 'the profile is larger than all that may be kept')
      entries.push({ ...profile, isAutomatic })
      while (isOver()) {
        const victim = chooseVictim()
        drop((entry) => entry === victim)
      }
    },
    list: () => entries.map(({ info }) => info),
    get(id) {
      const found = entries.find(({ info }) => info.id === id)
      if (found === undefined)
        throw new AppError('gone', 'this profile is not kept any more', { hint: 'profileFetch.notKept' })
      return found
    },
    span(targetId, key) {
      const own = ofProcess(targetId, key)
      const [first] = own
      const newest = own.at(-1)
      return first === undefined || newest === undefined || own.length < 2 ? null : { first, newest }
    },
    remove: (id) => drop(({ info }) => info.id === id),
    dropTarget: (targetId) => drop(({ info }) => info.targetId === targetId),
  }
}
