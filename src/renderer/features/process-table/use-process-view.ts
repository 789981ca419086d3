import { computed, ref, shallowRef } from 'vue'
import type { DisplayColumnId } from '#core/metrics/process-table'
import { useSettingsStore } from '../../stores/settings'
import { useTableStore } from '../../stores/table'
import { displayColumns, toDisplayColumns } from './display-columns'
import { createProcessView, emptyView } from './process-view'

/** What is shown of the newest frame: columns, order, filter, tree. */
export function useProcessView() {
  const table = useTableStore()
  const settings = useSettingsStore()

  const sortId = ref<DisplayColumnId>('rssBytes')
  const isDescending = ref(true)
  const filter = ref('')
  const isGoOnly = ref(false)
  const isTree = ref(false)
  const collapsed = shallowRef<ReadonlySet<number>>(new Set())

  const columns = computed(() => toDisplayColumns(settings.settings.columns))

  /** Numbers first from the largest, names from A; the same column again turns round. */
  function sortBy(id: DisplayColumnId): void {
    if (sortId.value === id) {
      isDescending.value = !isDescending.value
      return
    }
    sortId.value = id
    const column = displayColumns.find((candidate) => candidate.id === id)
    isDescending.value = column?.isNumber === true && id !== 'pid'
  }

  function setCollapsed(rowId: number, isCollapsed: boolean): void {
    const next = new Set(collapsed.value)
    if (isCollapsed) next.add(rowId)
    else next.delete(rowId)
    collapsed.value = next
  }

  const view = computed(() => {
    // The frame is plain data: its version is what this depends on.
    void table.version
    const frame = table.frame()
    if (frame === null) return emptyView
    return createProcessView(frame, table.meta, {
      sortId: sortId.value,
      isDescending: isDescending.value,
      filter: filter.value,
      isGoOnly: isGoOnly.value,
      isTree: isTree.value,
      collapsed: collapsed.value,
    })
  })

  // Apart from the view, which each frame makes anew: these change seldom.
  const rowCount = computed(() => view.value.rows.length)
  const matchCount = computed(() => view.value.matchCount)

  /** Largest RSS of all processes: the full length of the bars in the RSS column. */
  const mostRssBytes = computed(() => {
    void table.version
    let most = 0
    for (const bytes of table.frame()?.columns.rssBytes ?? []) if (bytes > most) most = bytes
    return most
  })

  return {
    table,
    columns,
    sortId,
    isDescending,
    filter,
    isGoOnly,
    isTree,
    collapsed,
    view,
    rowCount,
    matchCount,
    mostRssBytes,
    sortBy,
    setCollapsed,
  }
}

export type ProcessViewState = ReturnType<typeof useProcessView>
