import { writeFile } from 'node:fs/promises'
import { dialog } from 'electron'
import { z } from 'zod'
import type { AppMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import { isGzip } from '#core/pprof/inflate-profile'
import { maxProfileFileBytes } from '#core/pprof/profile-file'
import { readNamedFile } from '../files/read-named-file'
import { toFileName } from './file-name'

const saveParams = z.object({
  suggestedName: z.string().max(200),
  bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= maxProfileFileBytes && isGzip(bytes)),
})

/** Opening and saving profiles: the person chooses the file, the page never names one. */
export const profileFileHandlers: Handlers<Pick<AppMethods, 'profile.openFile' | 'profile.saveFile'>> = {
  'profile.openFile': {
    validate: (raw) => z.null().parse(raw),
    async handle() {
      const { canceled, filePaths } = await dialog.showOpenDialog({
        properties: ['openFile'],
        filters: [
          { name: 'pprof', extensions: ['pb.gz', 'pprof', 'prof', 'pb', 'gz'] },
          { name: '*', extensions: ['*'] },
        ],
      })
      const [path] = filePaths
      return canceled || path === undefined ? null : readNamedFile(path, maxProfileFileBytes)
    },
  },
  'profile.saveFile': {
    validate: (raw) => saveParams.parse(raw),
    async handle({ suggestedName, bytes }) {
      const { canceled, filePath } = await dialog.showSaveDialog({
        defaultPath: toFileName(suggestedName, 'heap', '.pb.gz'),
        filters: [{ name: 'pprof', extensions: ['pb.gz'] }],
      })
      if (canceled || filePath === '') return false
      await writeFile(filePath, bytes)
      return true
    },
  },
}
