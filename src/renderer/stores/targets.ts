import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import type { TargetInfo } from '#core/ipc/contract'
import type { HostSample } from '#core/metrics/samples'
import { useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'

/** The machines that are open, and which one is looked at. */
export const useTargetsStore = defineStore('targets', () => {
  const backend = useBackend()
  const notices = useNoticesStore()
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

  /** What was known of a host stays while it is reached anew: its views stand, and are marked as old. */
  function put(info: TargetInfo): void {
    const known = targets.get(info.id)
    if (info.host !== null || known === undefined || known.host === null) targets.set(info.id, info)
    else {
      const { host, capabilities, label } = known
      targets.set(info.id, { ...info, host, capabilities, label })
    }
  }

  /** Whoever looked at it looks at its neighbour then. */
  function drop(targetId: string): void {
    const ids = [...targets.keys()]
    const at = ids.indexOf(targetId)
    targets.delete(targetId)
    hosts.delete(targetId)
    if (activeId.value === targetId) activeId.value = ids[at + 1] ?? ids[at - 1] ?? null
  }

  /** Opens a target by its spec and looks at it. Rejects with AppError. */
  async function connect(spec: string): Promise<TargetInfo> {
    const info = await backend.call('targets.open', { spec })
    put(info)
    activeId.value = info.id
    return info
  }

  /** As connect; null when it failed, which `openError` then tells. */
  async function open(spec: string): Promise<TargetInfo | null> {
    openingSpec.value = spec
    openError.value = null
    try {
      return await connect(spec)
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

  /** Cancels an attempt to connect, or lets go of an open target. One that the backend does not know is gone, too. */
  async function close(targetId: string): Promise<void> {
    drop(targetId)
    await backend.call('targets.close', { targetId }).catch(() => null)
  }

  /** Tries a lost or failed one again now; `target` events tell how it goes. */
  async function retry(targetId: string): Promise<void> {
    try {
      await backend.call('targets.retry', { targetId })
    } catch {
      // A backend that was started anew does not know it.
      await backend
        .call('targets.open', { spec: targets.get(targetId)?.spec ?? targetId })
        .then(put, () => undefined)
    }
  }

  async function reopen(old: TargetInfo): Promise<void> {
    try {
      const info = await backend.call('targets.open', { spec: old.spec })
      if (info.id !== old.id) targets.delete(old.id)
      put(info)
      if (activeId.value === old.id) activeId.value = info.id
      for (const listener of moveListeners) listener(old.id, info.id)
    } catch (error) {
      targets.set(old.id, {
        ...old,
        state: 'failed',
        step: null,
        retryAtMs: null,
        error: toErrorValue(error),
      })
    }
  }

  function reopenAll(): void {
    for (const old of [...targets.values()]) {
      // What was being reached for the first time ended with the one who had asked for it.
      // So did what a backend held in its memory only.
      if (old.replay != null || (old.state === 'connecting' && old.host === null)) drop(old.id)
      else if (old.state !== 'failed') void reopen(old)
    }
  }

  /** Reads as root; false when that was refused. */
  async function elevate(targetId: string): Promise<boolean> {
    try {
      await backend.call('targets.elevate', { targetId })
      return true
    } catch (error) {
      notices.addError('targets.elevateFailed', error)
      return false
    }
  }

  backend.on('target', put)
  backend.on('targetClosed', ({ targetId }) => drop(targetId))
  backend.on('host', ({ targetId, sample }) => {
    if (targets.has(targetId)) hosts.set(targetId, sample)
  })
  backend.onConnected((isReconnect) => {
    if (isReconnect) reopenAll()
  })

  return {
    targets,
    hosts,
    activeId,
    active,
    activeHost,
    openingSpec,
    openError,
    connect,
    open,
    show,
    close,
    retry,
    elevate,
    onMoved: (listener: (oldId: string, newId: string) => void) => void moveListeners.add(listener),
  }
})
