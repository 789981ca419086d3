import { ref } from 'vue'
import type { ProcessViewState } from './use-process-view'

/** The keyboard's row: kept by row id, so that it stays on its process when the order changes. */
export function useGridCursor(state: ProcessViewState, scrollTo: (position: number) => void) {
  const rowId = ref<number | null>(null)

  /** Where the cursor is in the shown order; -1: nowhere. */
  function position(): number {
    const frame = state.table.frame()
    if (frame === null || rowId.value === null) return -1
    return state.view.value.rows.findIndex((index) => frame.rowId[index] === rowId.value)
  }

  function moveTo(wanted: number): void {
    const { rows } = state.view.value
    if (rows.length === 0) return
    const bounded = Math.max(0, Math.min(rows.length - 1, wanted))
    rowId.value = state.table.frame()?.rowId[rows[bounded]!] ?? null
    scrollTo(bounded)
  }

  /** In a tree: right opens, then goes in; left closes, then goes to the parent. false: there is no tree here. */
  function walk(isRight: boolean): boolean {
    const { depths, hasChildren, rows } = state.view.value
    const at = position()
    const id = rowId.value
    if (depths === null || at < 0 || id === null) return false
    const isOpen = !state.collapsed.value.has(id)
    const isParent = hasChildren?.[rows[at]!] === 1
    if (isRight) {
      if (isParent && !isOpen) state.setCollapsed(id, false)
      else if (isParent) moveTo(at + 1)
    } else if (isParent && isOpen) {
      state.setCollapsed(id, true)
    } else {
      let parent = at - 1
      while (parent >= 0 && depths[parent]! >= depths[at]!) parent--
      if (parent >= 0) moveTo(parent)
    }
    return true
  }

  return { rowId, position, moveTo, walk }
}
