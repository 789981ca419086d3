import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { TargetInfo } from '#core/ipc/contract'
import type { HostSample } from '#core/metrics/samples'
import { useBackend } from '../connection/use-connection'

/** The machines that are open, and which one is looked at. */
export const useTargetsStore = defineStore('targets', () => {
  const backend = useBackend()
  const targets = shallowReactive(new Map<string, TargetInfo>())
  /** The newest sample of each; the history is kept elsewhere, outside reactivity. */
  const hosts = shallowReactive(new Map<string, HostSample>())
  const activeId = ref<string | null>(null)
  const openingSpec = ref<string | null>(null)
  const openError = shallowRef<ErrorValue | null>(null)
  /** Old id -> new id after the backend started anew. */
  const moveListeners = new Set<(oldId: string, newId: string) => void>()

  const active = computed(() => (activeId.value === null ? null : (targets.get(activeId.value) ?? null)))
  const activeHost = computed(() => (activeId.value === null ? null : (hosts.get(activeId.value) ?? null)))

  /** Opens a target by its spec and looks at it; null when it failed, which `openError` then tells. */
  async function open(spec: string): Promise<TargetInfo | null> {
    openingSpec.value = spec
    openError.value = null
    try {
      const info = await backend.call('targets.open', { spec })
      targets.set(info.id, info)
      activeId.value = info.id
      return info
    } catch (error) {
      openError.value = toErrorValue(error)
      return null
    } finally {
      openingSpec.value = null
    }
  }

  function show(targetId: string | null): void {
    activeId.value = targetId
  }

  async function reopen(old: TargetInfo): Promise<void> {
    try {
      const info = await backend.call('targets.open', { spec: old.spec })
      targets.delete(old.id)
      targets.set(info.id, info)
      if (activeId.value === old.id) activeId.value = info.id
      for (const listener of moveListeners) listener(old.id, info.id)
    } catch (error) {
      targets.set(old.id, { ...old, state: 'lost', error: toErrorValue(error) })
    }
  }

  backend.on('target', (info) => targets.set(info.id, info))
  backend.on('host', ({ targetId, sample }) => hosts.set(targetId, sample))
  backend.onConnected((isReconnect) => {
    if (isReconnect) for (const old of [...targets.values()]) void reopen(old)
  })

  return {
    targets,
    hosts,
    activeId,
    active,
    activeHost,
    openingSpec,
    openError,
    open,
    show,
    onMoved: (listener: (oldId: string, newId: string) => void) => void moveListeners.add(listener),
  }
})
