import { dialog } from 'electron'
import { z } from 'zod'
import type { AppMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import { snapshotLimits } from '#core/snapshot/manifest'
import { readNamedFile } from '../files/read-named-file'
import { saveWhole } from '../files/save-whole'
import { toFileName } from './file-name'
import type { WaitingFiles } from './waiting-files'

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b
const nothing = (raw: unknown): null => z.null().parse(raw)
const saveParams = z.object({
  suggestedName: z.string().max(200),
  bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= snapshotLimits.fileBytes && isZip(bytes)),
})
const filters = [{ name: 'Ballonet', extensions: ['ballonet'] }]

/** Opening and saving snapshots: the person chooses the file, the page never names one. */
export function createSnapshotFileHandlers(
  waiting: WaitingFiles,
): Handlers<Pick<AppMethods, Extract<keyof AppMethods, `snapshot.${string}`>>> {
  return {
    'snapshot.openFile': {
      validate: nothing,
      async handle() {
        const { canceled, filePaths } = await dialog.showOpenDialog({
          properties: ['openFile'],
          filters: [...filters, { name: '*', extensions: ['*'] }],
        })
        const [path] = filePaths
        return canceled || path === undefined ? null : readNamedFile(path, snapshotLimits.fileBytes)
      },
    },
    'snapshot.saveFile': {
      validate: (raw) => saveParams.parse(raw),
      async handle({ suggestedName, bytes }) {
        const { canceled, filePath } = await dialog.showSaveDialog({
          defaultPath: toFileName(suggestedName, 'incident', '.ballonet'),
          filters,
        })
        if (canceled || filePath === '') return false
        await saveWhole(filePath, bytes)
        return true
      },
    },
    'snapshot.takeWaiting': {
      validate: nothing,
      handle() {
        const path = waiting.take()
        return path === null ? null : readNamedFile(path, snapshotLimits.fileBytes)
      },
    },
  }
}
