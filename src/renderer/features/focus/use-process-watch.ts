import { onBeforeUnmount, shallowRef, watch, type ShallowRef } from 'vue'
import { toKeyText, type ProcessKey } from '#core/process-key'
import type { LiveStore, OpenWatch } from '../../live/live-store'

/** Watches the process of the two getters, one at a time, for as long as the component lives. */
export function useProcessWatch(
  live: LiveStore,
  targetId: () => string,
  key: () => ProcessKey,
): Readonly<ShallowRef<OpenWatch>> {
  const open = shallowRef(live.watch(targetId(), key()))
  watch(
    () => `${targetId()}\n${toKeyText(key())}`,
    () => {
      const old = open.value
      open.value = live.watch(targetId(), key())
      old.close()
    },
  )
  onBeforeUnmount(() => open.value.close())
  return open
}
