import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '#core/errors'
import { noAlertSettings, type AlertSettings } from '#core/alerts/alert-settings'
import { parseAlertSettings } from '../alerts/alert-schemas'
import { saveWhole } from '../files/save-whole'

export interface AlertStore {
  get(): AlertSettings
  /** One after the other. Rejects with AppError when they can't be written: then they are as they were. */
  change(to: (settings: AlertSettings) => Partial<AlertSettings>): Promise<AlertSettings>
  /** Resolves when all changes are written, or refused. */
  flush(): Promise<void>
}

/**
 * Rules and webhook in one JSON file that only its user may read: the address and the secret of the webhook are in it. A file
 * that is missing gives none, one that is damaged what of it is well; one that is no JSON, or that can't be read, as of a run as root, is
 * set aside under another name, for rules were in it.
 */
export async function openAlertStore(path: string, onError: (error: unknown) => void): Promise<AlertStore> {
  let settings = parseAlertSettings(await readJson(path, onError), noAlertSettings)
  let last: Promise<unknown> = Promise.resolve()

  async function changeNow(to: (settings: AlertSettings) => Partial<AlertSettings>): Promise<AlertSettings> {
    const next = { ...settings, ...to(settings) }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await saveWhole(path, Buffer.from(JSON.stringify(next, null, 2)))
    settings = next
    return next
  }

  return {
    get: () => settings,
    change(to) {
      const changed = last.then(() => changeNow(to))
      last = changed.catch(() => undefined)
      return changed
    },
    flush: async () => void (await last),
  }
}

async function readJson(path: string, onError: (error: unknown) => void): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') await setAside(`can't be read (${code})`)
    return null
  }
  try {
    return JSON.parse(text)
  } catch {
    // What is in it is not repeated: it may be the address of the webhook.
    await setAside('is no JSON')
    return null
  }

  async function setAside(why: string): Promise<void> {
    await rename(path, `${path}.unreadable`).catch(onError)
    onError(new AppError('parse', `alerts.json ${why}: it was set aside as alerts.json.unreadable`))
  }
}
