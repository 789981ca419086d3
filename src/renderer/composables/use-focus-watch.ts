import { onScopeDispose, watch } from 'vue'
import type { OpenWatch } from '../live/live-store'
import { useLiveStore } from '../live/use-live-store'
import { useSelectionStore } from '../stores/selection'

/** The process in focus stays watched, and so recorded, also while the history or a comparison lies over it. */
export function useFocusWatch(): void {
  const live = useLiveStore()
  const selection = useSelectionStore()
  let open: OpenWatch | null = null

  watch(
    [() => selection.focused, () => selection.renewedCount, () => selection.isUnwatched],
    ([focused, , isUnwatched]) => {
      const before = open
      open = focused === null || isUnwatched ? null : live.watch(focused.targetId, focused.key)
      before?.close()
    },
    { immediate: true },
  )
  onScopeDispose(() => open?.close())
}
