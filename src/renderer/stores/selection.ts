import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import type { TargetInfo } from '#core/ipc/contract'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import { useBackend } from '../connection/use-connection'
import { useTargetsStore } from './targets'

export interface FocusedProcess {
  targetId: string
  key: ProcessKey
}

interface Focus {
  focused: FocusedProcess
  goneAtMs: number | null
}

/**
 * The one process of each target that its focus view shows. It stays focused when it ends, and is then marked as gone;
 * and it is there again when a person comes back to its target.
 */
export const useSelectionStore = defineStore('selection', () => {
  const backend = useBackend()
  const targets = useTargetsStore()
  const byTarget = shallowReactive(new Map<string, Focus>())
  const bootIds = new Map<string, string>()
  /** Goes up each time a process is asked for, also when it is focused already: a narrow window then turns to it. */
  const focusCount = ref(0)
  /** Goes up when a key that was gone is focused again: after a reboot it is another process. */
  const renewedCount = ref(0)

  const now = computed(() => (targets.activeId === null ? null : (byTarget.get(targets.activeId) ?? null)))
  const focused = computed(() => now.value?.focused ?? null)
  const goneAtMs = computed(() => now.value?.goneAtMs ?? null)
  /** Of a recorded stretch in which it was not watched: there is no more of it than its line in the table. */
  const isUnwatched = computed(() => {
    const recorded = targets.active?.replay?.processes
    const { value } = focused
    return value !== null && recorded?.every(({ key }) => !isSameProcess(key, value.key)) === true
  })

  function focus(targetId: string, key: ProcessKey): void {
    focusCount.value++
    const known = byTarget.get(targetId)
    const isSame = known !== undefined && isSameProcess(known.focused.key, key)
    if (isSame && known.goneAtMs === null) return
    if (isSame) renewedCount.value++
    byTarget.set(targetId, { focused: { targetId, key }, goneAtMs: null })
  }

  /** Of the target that is looked at. */
  function clear(): void {
    if (targets.activeId !== null) byTarget.delete(targets.activeId)
  }

  function markGone(targetId: string, key: ProcessKey, atMs: number): void {
    const known = byTarget.get(targetId)
    if (known === undefined || known.goneAtMs !== null || !isSameProcess(known.focused.key, key)) return
    byTarget.set(targetId, { ...known, goneAtMs: atMs })
  }

  /** Pids and start times of before a reboot mean nothing after it. */
  function noteBoot({ id, host }: TargetInfo): void {
    const bootId = host?.bootId ?? null
    if (bootId === null) return
    const before = bootIds.get(id)
    bootIds.set(id, bootId)
    const known = byTarget.get(id)
    if (before !== undefined && before !== bootId && known !== undefined)
      markGone(id, known.focused.key, Date.now())
  }

  backend.on('processGone', ({ targetId, key, atMs }) => markGone(targetId, key, atMs))
  backend.on('target', noteBoot)
  backend.on('targetClosed', ({ targetId }) => byTarget.delete(targetId))
  targets.onMoved((oldId, newId) => {
    const known = byTarget.get(oldId)
    if (known === undefined || oldId === newId) return
    byTarget.delete(oldId)
    byTarget.set(newId, { ...known, focused: { ...known.focused, targetId: newId } })
  })

  return { focused, goneAtMs, isUnwatched, focusCount, renewedCount, focus, clear, markGone }
})
