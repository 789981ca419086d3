import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import { useBackend } from '../connection/use-connection'
import { useTargetsStore } from './targets'

export interface FocusedProcess {
  targetId: string
  key: ProcessKey
}

/** The one process that the focus view shows. It stays focused when it ends, and is then marked as gone. */
export const useSelectionStore = defineStore('selection', () => {
  const backend = useBackend()
  const focused = shallowRef<FocusedProcess | null>(null)
  const goneAtMs = ref<number | null>(null)
  /** Goes up each time a process is asked for, also when it is focused already: a narrow window then turns to it. */
  const focusCount = ref(0)

  function focus(targetId: string, key: ProcessKey): void {
    focusCount.value++
    const now = focused.value
    if (now !== null && now.targetId === targetId && isSameProcess(now.key, key)) return
    focused.value = { targetId, key }
    goneAtMs.value = null
  }

  function clear(): void {
    focused.value = null
    goneAtMs.value = null
  }

  function markGone(targetId: string, key: ProcessKey, atMs: number): void {
    const now = focused.value
    if (now === null || now.targetId !== targetId || !isSameProcess(now.key, key)) return
    goneAtMs.value ??= atMs
  }

  backend.on('processGone', ({ targetId, key, atMs }) => markGone(targetId, key, atMs))
  useTargetsStore().onMoved((oldId, newId) => {
    if (focused.value?.targetId === oldId) focused.value = { ...focused.value, targetId: newId }
  })

  return { focused, goneAtMs, focusCount, focus, clear, markGone }
})
