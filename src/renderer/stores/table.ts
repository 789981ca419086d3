import { defineStore } from 'pinia'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { toErrorValue, type ErrorValue } from '#core/errors'
import { columnIds, type ColumnId, type RowMeta, type TableFrame } from '#core/metrics/process-table'
import { useBackend } from '../connection/use-connection'
import { useSettingsStore } from './settings'
import { useTargetsStore } from './targets'

/** Without a frame for so long the table is stale: three polls. */
const staleAfterMs = 3_000
const visibleRowsDelayMs = 400

/**
 * The newest process table of the target that is looked at. The frame and the metas are plain, unwatched data; `version`
 * is what changes with each frame.
 */
export const useTableStore = defineStore('table', () => {
  const backend = useBackend()
  const targets = useTargetsStore()
  const settings = useSettingsStore()

  const version = ref(0)
  const isStale = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const metas = new Map<number, RowMeta>()
  let frame: TableFrame | null = null
  let visibleRowIds: number[] = []
  let visibleTimer: ReturnType<typeof setTimeout> | undefined
  let staleTimer: ReturnType<typeof setTimeout> | undefined

  function wantedColumns(): ColumnId[] {
    return columnIds.filter((id) => settings.settings.columns.includes(id))
  }

  async function subscribe(): Promise<void> {
    const targetId = targets.activeId
    if (targetId === null) return
    try {
      await backend.call('table.subscribe', { targetId, columns: wantedColumns(), visibleRowIds })
      error.value = null
    } catch (thrown) {
      if (targets.activeId === targetId) error.value = toErrorValue(thrown)
    }
  }

  function forget(): void {
    frame = null
    metas.clear()
    visibleRowIds = []
    isStale.value = false
    error.value = null
    clearTimeout(staleTimer)
    version.value++
  }

  /** Metas of ended processes go once they are as many as the living. */
  function prune(living: TableFrame): void {
    if (metas.size < living.count * 2 + 64) return
    const alive = new Set(living.rowId)
    for (const rowId of metas.keys()) if (!alive.has(rowId)) metas.delete(rowId)
  }

  function take(next: TableFrame): void {
    for (const meta of next.metas) metas.set(meta.rowId, meta)
    prune(next)
    frame = next
    isStale.value = false
    clearTimeout(staleTimer)
    staleTimer = setTimeout(() => (isStale.value = true), staleAfterMs)
    version.value++
  }

  /** Rows in view: their expensive numbers are read first. */
  function setVisibleRows(rowIds: number[]): void {
    visibleRowIds = rowIds
    visibleTimer ??= setTimeout(() => {
      visibleTimer = undefined
      void subscribe()
    }, visibleRowsDelayMs)
  }

  backend.on('table', ({ targetId, frame: next }) => {
    if (targetId === targets.activeId) take(next)
  })
  backend.onConnected((isReconnect) => {
    // Row ids belong to one backend: those of another one start anew. Reopened targets subscribe by the watch below.
    if (isReconnect) forget()
  })
  targets.onMoved((_oldId, newId) => {
    if (newId === targets.activeId) void subscribe()
  })
  watch(
    () => targets.activeId,
    (now, before) => {
      forget()
      if (before !== null && before !== undefined)
        backend.call('table.unsubscribe', { targetId: before }).catch(() => undefined)
      if (now !== null) void subscribe()
    },
    { immediate: true },
  )
  // What could not be asked for while it was away is asked for when it is there.
  watch(
    () => targets.active?.state,
    (state) => {
      if (state === 'connected' && error.value !== null) void subscribe()
    },
  )
  watch(
    () => wantedColumns().join(),
    () => void subscribe(),
  )

  onScopeDispose(() => {
    clearTimeout(staleTimer)
    clearTimeout(visibleTimer)
  })

  return {
    version,
    isStale,
    error,
    frame: () => frame,
    meta: (rowId: number) => metas.get(rowId),
    setVisibleRows,
  }
})
