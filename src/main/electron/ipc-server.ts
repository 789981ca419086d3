import { writeFile } from 'node:fs/promises'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  nativeTheme,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
} from 'electron'
import { z } from 'zod'
import { fail, ok, toErrorValue, type Result } from '#core/errors'
import type { AppEvents, AppMethods } from '#core/ipc/contract'
import type { Handlers } from '#core/ipc/rpc'
import { settingsSchema, type SettingsStore } from '../settings/settings-store'
import { isAppUrl } from './app-protocol'
import type { BackendProcess } from './backend-process'
import { toFileName } from './file-name'
import { profileFileHandlers } from './profile-files'
import { createSnapshotFileHandlers } from './snapshot-files'
import type { WaitingFiles } from './waiting-files'

const maxImageBytes = 64 * 1024 * 1024
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

const nothing = z.null()
const imageParams = z.object({
  suggestedName: z.string().max(200),
  pngBytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= maxImageBytes && isPng(bytes)),
})

function isPng(bytes: Uint8Array): boolean {
  return pngSignature.every((byte, index) => bytes[index] === byte)
}

/** Only the main frame of a window of ours, showing our own page, is answered. */
function isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return (
    frame !== null &&
    frame.parent === null &&
    isAppUrl(frame.url) &&
    BrowserWindow.fromWebContents(event.sender) !== null
  )
}

export interface IpcServerOptions {
  settings: SettingsStore
  backend: BackendProcess
  waiting: WaitingFiles
  onSettings: () => void
  onLog: (line: string) => void
}

export function setupIpcServer({ settings, backend, waiting, onSettings, onLog }: IpcServerOptions): void {
  const handlers: Handlers<AppMethods> = {
    'app.info': {
      validate: (raw) => nothing.parse(raw),
      handle: () => ({
        version: app.getVersion(),
        electronVersion: process.versions['electron'] ?? '',
        platform: process.platform,
        systemLocale: app.getLocale(),
      }),
    },
    'settings.get': { validate: (raw) => nothing.parse(raw), handle: () => settings.get() },
    'settings.set': {
      validate: (raw) => settingsSchema.partial().parse(raw),
      handle: (change) => {
        const next = settings.set(change)
        nativeTheme.themeSource = next.theme
        onSettings()
        return next
      },
    },
    'image.save': {
      validate: (raw) => imageParams.parse(raw),
      handle: async ({ suggestedName, pngBytes }) => {
        const { canceled, filePath } = await dialog.showSaveDialog({
          defaultPath: toFileName(suggestedName, 'ballonet', '.png'),
          filters: [{ name: 'PNG', extensions: ['png'] }],
        })
        if (canceled || filePath === '') return false
        await writeFile(filePath, pngBytes)
        return true
      },
    },
    ...profileFileHandlers,
    ...createSnapshotFileHandlers(waiting),
  }

  ipcMain.handle('app', async (event, method: unknown, params: unknown): Promise<Result<unknown>> => {
    if (!isTrusted(event)) return fail('refused', 'the sender is not a window of this app')
    if (typeof method !== 'string' || !Object.hasOwn(handlers, method))
      return fail('unsupported', 'no such method')
    try {
      return ok(await answer(handlers, method as keyof AppMethods, params))
    } catch (error) {
      onLog(`${method}: ${toErrorValue(error).message}`)
      return { ok: false, error: error instanceof z.ZodError ? toInvalid(error) : toErrorValue(error) }
    }
  })

  ipcMain.on('connect-backend', (event) => {
    if (isTrusted(event) && event.senderFrame !== null) backend.connect(event.senderFrame)
  })
}

function answer<K extends keyof AppMethods>(handlers: Handlers<AppMethods>, method: K, params: unknown) {
  const { validate, handle } = handlers[method]
  return handle(validate(params))
}

function toInvalid(error: z.ZodError): { code: 'invalid'; message: string } {
  const issue = error.issues[0]
  return {
    code: 'invalid',
    message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`.slice(0, 500),
  }
}

/** To every window. */
export function sendAppEvent<K extends keyof AppEvents>(event: K, payload: AppEvents[K]): void {
  for (const window of BrowserWindow.getAllWindows()) window.webContents.send('app-event', event, payload)
}
