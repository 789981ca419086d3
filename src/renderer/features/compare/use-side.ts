import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { TimeRange } from '#core/snapshot/history'
import { useLiveStore } from '../../live/use-live-store'
import type { OpenWatch } from '../../live/live-store'
import type { FocusedProcess } from '../../stores/selection'
import { useTargetsStore } from '../../stores/targets'

/** One side of the comparison: it is watched as long as it is one. */
export function useSide(side: () => FocusedProcess | null, onChange: () => void) {
  const live = useLiveStore()
  const targets = useTargetsStore()
  const open = shallowRef<OpenWatch | null>(null)
  let stop: (() => void) | null = null

  function close(): void {
    stop?.()
    stop = null
    open.value?.close()
    open.value = null
  }

  watch(
    side,
    (next) => {
      close()
      if (next === null) return
      open.value = live.watch(next.targetId, next.key)
      stop = live.onChange(next.targetId, onChange)
      onChange()
    },
    { immediate: true },
  )
  onScopeDispose(close)

  const target = computed(() => targets.targets.get(side()?.targetId ?? '') ?? null)
  return {
    feed: computed(() => open.value?.feed ?? null),
    error: computed(() => open.value?.error.value ?? null),
    target,
    host: computed(() => (target.value === null ? null : live.host(target.value.id))),
    /** From the first to the newest sample; null: there is none yet. */
    span(): TimeRange | null {
      const table = open.value?.feed.table
      const count = table?.count() ?? 0
      return table === undefined || count === 0
        ? null
        : { fromMs: table.timeAt(0), toMs: table.timeAt(count - 1) }
    },
  }
}

export type Side = ReturnType<typeof useSide>
