import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { RecordedTarget, RecorderProblem, RecorderStats, Retention } from '#core/snapshot/history'
import { useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'

/** What is recorded, how much of it is kept, and what is wrong with recording now. */
export const useHistoryStore = defineStore('history', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
  const targets = shallowRef<readonly RecordedTarget[] | null>(null)
  const stats = shallowRef<RecorderStats | null>(null)
  const error = shallowRef<ErrorValue | null>(null)
  /** Why nothing is recorded now. */
  const failing = shallowRef<RecorderProblem | null>(null)
  /** Where the recording lies that could not be read. That recording goes on does not bring it back. */
  const aside = shallowRef<RecorderProblem | null>(null)
  const problem = computed(() => failing.value ?? aside.value)
  const isRetentionOpen = ref(false)

  backend.on('recorder', (next) => {
    if (next.kind === 'set-aside') aside.value = next
    else failing.value = next.kind === 'resumed' ? null : next
  })

  // Another one tells by itself what is wrong with it.
  backend.onConnected((isReconnect) => {
    if (isReconnect) failing.value = null
  })

  async function load(): Promise<void> {
    try {
      targets.value = await backend.call('history.targets', null)
      stats.value = await backend.call('history.stats', null)
      error.value = null
    } catch (failure) {
      error.value = toErrorValue(failure)
    }
  }

  async function setRetention(retention: Retention): Promise<boolean> {
    try {
      stats.value = await backend.call('history.setRetention', retention)
      return true
    } catch (failure) {
      notices.addError('history.notice.retention', failure)
      return false
    }
  }

  function dismiss(): void {
    aside.value = null
  }

  return { targets, stats, error, problem, isRetentionOpen, load, setRetention, dismiss }
})
