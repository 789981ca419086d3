import { storeToRefs } from 'pinia'
import { computed, onBeforeUnmount, shallowRef } from 'vue'
import type { ProfileSchedule } from '#core/ipc/contract'
import { isSameProcess } from '#core/process-key'
import { useBackend } from '../../connection/use-connection'
import { useNoticesStore } from '../../stores/notices'
import { useProfilesStore } from '../../stores/profiles'
import type { FocusedProcess } from '../../stores/selection'

/** All profiles, and those of one process, which can be fetched; null: beside no process. What goes wrong becomes a notice. */
export function useProfileList(process: () => FocusedProcess | null) {
  const backend = useBackend()
  const notices = useNoticesStore()
  const profiles = useProfilesStore()
  const { kept, listed } = storeToRefs(profiles)
  const schedule = shallowRef<ProfileSchedule | null>(null)
  const isFetching = shallowRef(false)

  function isOurs(target: string, key: FocusedProcess['key']): boolean {
    const own = process()
    return own !== null && own.targetId === target && isSameProcess(own.key, key)
  }
  const ours = computed(() => kept.value.filter(({ targetId, key }) => isOurs(targetId, key)))

  onBeforeUnmount(
    backend.on('profileSchedule', (next) => {
      if (isOurs(next.targetId, next.key)) schedule.value = next
    }),
  )

  /** Its id, or null when it failed. */
  async function fetchNow(): Promise<string | null> {
    const own = process()
    if (own === null) return null
    isFetching.value = true
    try {
      return (await backend.call('profile.fetch', own)).id
    } catch (failure) {
      notices.addError('profile-tab.notice.fetch', failure)
      return null
    } finally {
      isFetching.value = false
    }
  }

  async function fetchEvery(minutes: number | null): Promise<void> {
    const own = process()
    if (own === null) return
    try {
      await backend.call('profile.every', { ...own, minutes })
    } catch (failure) {
      notices.addError('profile-tab.notice.fetch', failure)
    }
  }

  const { openFile, dropFiles, readBytes, save } = profiles
  return { listed, ours, schedule, isFetching, fetchNow, fetchEvery, openFile, dropFiles, readBytes, save }
}

export type ProfileList = ReturnType<typeof useProfileList>
