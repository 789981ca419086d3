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
const tooLarge = { code: 'too-large', hint: 'error.snapshot-too-large' } as const
const notAFile = { code: 'invalid', hint: 'error.not-a-file' } as const
const tooMany = {
  code: 'too-large',
  message: 'more files than are opened at once',
  hint: 'error.too-many-replays',
  params: { limit: mostDropped },
} as const

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

  async function openDropped(file: File): Promise<void> {
    if (file.size > maxFileBytes) {
      notices.add({ titleKey: 'snapshot.notice.open', error: { ...tooLarge, message: `${file.size} bytes` } })
      return
    }
    const bytes = await file.arrayBuffer().catch(() => null)
    if (bytes !== null) return openBytes(file.name, new Uint8Array(bytes))
    // A folder, or gone since then: the browser does not say.
    notices.add({ titleKey: 'snapshot.notice.open', error: { ...notAFile, message: file.name } })
  }

  /** Those of the dropped files that are snapshots are opened; the others are given back. */
  async function dropFiles(dropped: readonly File[]): Promise<File[]> {
    const snapshots = dropped.filter(({ name }) => name.toLowerCase().endsWith('.ballonet'))
    for (const file of snapshots.slice(0, mostDropped)) await openDropped(file)
    if (snapshots.length > mostDropped) notices.add({ titleKey: 'snapshot.notice.open', error: tooMany })
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
