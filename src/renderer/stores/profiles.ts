import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ProfileInfo } from '#core/ipc/contract'
import { useAppClient, useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'

/** A profile that can be shown: one that was fetched, or one from a file. */
export interface ListedProfile {
  id: string
  /** null: from a file. */
  info: ProfileInfo | null
  /** The name of the file; empty for one that was fetched. */
  fileName: string
  atMs: number | null
  /** As it came; null: to be asked for. */
  bytes: Uint8Array | null
}

interface ProfileFile extends ListedProfile {
  bytes: Uint8Array
}

const maxFileBytes = 64 * 1024 * 1024
const notAFile = { code: 'invalid', hint: 'error.not-a-file' } as const
/** Of all files together; the oldest make room. */
const maxKeptBytes = 4 * maxFileBytes

const sizeOf = (files: readonly ProfileFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes.length, 0)

/**
 * The profiles of every target, so that one host can be compared with another, and those that were opened from files.
 * What goes wrong becomes a notice.
 */
export const useProfilesStore = defineStore('profiles', () => {
  const backend = useBackend()
  const app = useAppClient()
  const notices = useNoticesStore()
  const kept = shallowRef<readonly ProfileInfo[]>([])
  const files = shallowRef<readonly ProfileFile[]>([])
  /** Profiles by themselves, beside no process. */
  const isPageOpen = ref(false)
  /** The file that was opened last. */
  const newestFile = ref<string | null>(null)
  /** What the page is opened with; null: whatever was opened last. */
  const pair = ref<{ id: string; baseId: string } | null>(null)
  let fileCount = 0

  const listed = computed<ListedProfile[]>(() => [
    ...kept.value.map((info) => ({ id: info.id, info, fileName: '', atMs: info.atMs, bytes: null })),
    ...files.value,
  ])

  backend.on('profile', (info) => {
    kept.value = [...kept.value.filter(({ id }) => id !== info.id), info]
  })
  backend.on('profileRemoved', ({ id }) => {
    kept.value = kept.value.filter((info) => info.id !== id)
  })
  async function load(): Promise<void> {
    kept.value = (await backend.call('profile.list', null)) ?? []
  }
  // Events tell of later ones; what a backend knew that died is gone.
  backend.onConnected(() => void load().catch(() => undefined))

  /** Shows one profile less another. */
  function comparePair(id: string, baseId: string): void {
    pair.value = { id, baseId }
    isPageOpen.value = true
  }

  function addFile(fileName: string, bytes: Uint8Array): string {
    const id = `file-${++fileCount}`
    const all = [...files.value, { id, info: null, fileName, atMs: null, bytes }]
    while (sizeOf(all) > maxKeptBytes) all.shift()
    files.value = all
    newestFile.value = id
    pair.value = null
    return id
  }

  /** Asks the person for a file. Its id; null when there is none, which a notice explains where it was not the person's wish. */
  async function openFile(): Promise<string | null> {
    try {
      const file = await app.invoke('profile.openFile', null)
      return file === null ? null : addFile(file.name, file.bytes)
    } catch (failure) {
      notices.addError('profile-tab.notice.open', failure)
      return null
    }
  }

  /** As openFile, for files that were dropped; the id of the last one. */
  async function dropFiles(dropped: Iterable<File>): Promise<string | null> {
    let last: string | null = null
    for (const file of dropped) {
      if (file.size > maxFileBytes) {
        const error = { code: 'too-large' as const, message: `${file.size} bytes` }
        notices.add({ titleKey: 'profile-tab.notice.open', error })
        continue
      }
      const bytes = await file.arrayBuffer().catch(() => null)
      if (bytes !== null) last = addFile(file.name, new Uint8Array(bytes))
      else notices.add({ titleKey: 'profile-tab.notice.open', error: { ...notAFile, message: file.name } })
    }
    return last
  }

  /** Opens a file and shows it beside no process. */
  async function openPage(opening: Promise<string | null> = openFile()): Promise<void> {
    if ((await opening) !== null) isPageOpen.value = true
  }

  function readBytes(profile: ListedProfile): Promise<Uint8Array> {
    if (profile.bytes !== null) return Promise.resolve(profile.bytes)
    return backend.call('profile.bytes', { id: profile.id })
  }

  async function save(profile: ListedProfile): Promise<void> {
    const stamp = new Date(profile.atMs ?? Date.now()).toLocaleString('sv').replaceAll(/[ :]/g, '-')
    const name = profile.info?.comm ?? profile.fileName.replace(/(\.pb)?(\.gz)?$/, '')
    const suggestedName = `${name.replaceAll(/[^\w.-]+/g, '_')}-${stamp}.pb.gz`
    try {
      await app.invoke('profile.saveFile', { suggestedName, bytes: await readBytes(profile) })
    } catch (failure) {
      notices.addError('profile-tab.notice.save', failure)
    }
  }

  const actions = { openFile, dropFiles, openPage, readBytes, save }
  return { kept, listed, newestFile, pair, comparePair, isPageOpen, ...actions }
})
