import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { TimeRange } from '#core/snapshot/history'
import type { ProcessKey } from '#core/process-key'
import { useAppClient, useBackend } from '../connection/use-connection'
import { useNoticesStore } from './notices'
import { usePageStore } from './page'
import { useSelectionStore } from './selection'
import { useTargetsStore } from './targets'

/** As large as a snapshot can be. */
const maxFileBytes = 256 * 1024 * 1024
const mostDropped = 8

export interface ExportRequest {
  targetId: string
  keys: ProcessKey[]
  /** null: the last hour, or all of what is open. */
  range: TimeRange | null
}

/** Files of incidents: what is opened becomes a target, what is exported is asked for in a dialog. */
export const useSnapshotsStore = defineStore('snapshots', () => {
  const backend = useBackend()
  const app = useAppClient()
  const notices = useNoticesStore()
  const page = usePageStore()
  const targets = useTargetsStore()
  const selection = useSelectionStore()
  const isExportOpen = ref(false)
  const request = shallowRef<ExportRequest | null>(null)
  /** Files that are being opened now. */
  const opening = ref(0)

  function askExport(asked: ExportRequest): void {
    request.value = asked
    isExportOpen.value = true
  }

  /** Shows what a file holds; a notice says why it can't. */
  async function openBytes(name: string, bytes: Uint8Array): Promise<void> {
    opening.value++
    try {
      const info = await backend.call('snapshot.open', { name: name.slice(0, 300), bytes })
      page.show('targets')
      targets.show(info.id)
      const [process] = info.replay?.processes ?? []
      if (process !== undefined) selection.focus(info.id, process.key)
    } catch (error) {
      notices.addError('snapshot.notice.open', error)
    } finally {
      opening.value--
    }
  }

  async function chooseFile(): Promise<void> {
    try {
      const file = await app.invoke('snapshot.openFile', null)
      if (file !== null) await openBytes(file.name, file.bytes)
    } catch (error) {
      notices.addError('snapshot.notice.open', error)
    }
  }

  /** Those of the dropped files that are snapshots are opened; the others are given back. */
  async function dropFiles(dropped: readonly File[]): Promise<File[]> {
    const snapshots = dropped.filter(({ name }) => name.toLowerCase().endsWith('.ballonet'))
    for (const file of snapshots.slice(0, mostDropped)) {
      if (file.size > maxFileBytes) {
        const error = {
          code: 'too-large' as const,
          message: `${file.size} bytes`,
          hint: 'error.snapshot-too-large',
        }
        notices.add({ titleKey: 'snapshot.notice.open', error })
      } else await openBytes(file.name, new Uint8Array(await file.arrayBuffer()))
    }
    return dropped.filter((file) => !snapshots.includes(file))
  }

  /** Files that were opened by a double click or on the command line, also before this window was there. */
  async function takeWaiting(): Promise<void> {
    for (;;) {
      try {
        const file = await app.invoke('snapshot.takeWaiting', null)
        if (file === null) return
        await openBytes(file.name, file.bytes)
      } catch (error) {
        // The next one may be readable.
        notices.addError('snapshot.notice.open', error)
      }
    }
  }
  app.on('snapshotWaiting', () => void takeWaiting())

  return { isExportOpen, request, opening, askExport, openBytes, chooseFile, dropFiles, takeWaiting }
})
