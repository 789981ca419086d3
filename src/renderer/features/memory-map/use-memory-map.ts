import { computed, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { MemoryMap } from '#core/metrics/memory-map'
import { toKeyText, type ProcessKey } from '#core/process-key'
import { useBackend } from '../../connection/use-connection'

/** The readings of one process's memory map: only made when a person asks. Works in setup. */
export function useMemoryMap(readTargetId: () => string, readKey: () => ProcessKey) {
  const backend = useBackend()
  const map = shallowRef<MemoryMap | null>(null)
  /** What changes are shown against. It stays while they are shown. */
  const base = shallowRef<MemoryMap | null>(null)
  const isShowingChanges = shallowRef(false)
  const isReading = shallowRef(false)
  const error = shallowRef<ErrorValue | null>(null)
  const process = computed(() => `${readTargetId()} ${toKeyText(readKey())}`)

  watch(process, () => {
    map.value = null
    base.value = null
    isShowingChanges.value = false
    isReading.value = false
    error.value = null
  })

  async function read(): Promise<void> {
    if (isReading.value) return
    const asked = process.value
    isReading.value = true
    try {
      const next = await backend.call('memoryMap.read', { targetId: readTargetId(), key: readKey() })
      if (asked !== process.value) return
      if (!isShowingChanges.value) base.value = map.value
      map.value = next
      error.value = null
    } catch (failure) {
      if (asked === process.value) error.value = toErrorValue(failure)
    }
    if (asked === process.value) isReading.value = false
  }

  return { map, base, isShowingChanges, isReading, error, read }
}

export type MemoryMapState = ReturnType<typeof useMemoryMap>
