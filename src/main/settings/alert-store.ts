import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '#core/errors'
import { noAlertSettings, type AlertSettings } from '#core/alerts/alert-settings'
import { parseAlertSettings } from '../alerts/alert-schemas'
import { saveWhole } from '../incident/save-whole'

export interface AlertStore {
  get(): AlertSettings
  /** Kept in memory at once, written behind; a failed write is reported through onError. */
  set(change: Partial<AlertSettings>): AlertSettings
  flush(): Promise<void>
}

/**
 * Rules and webhook in one JSON file that only its user may read: the address and the secret of the webhook are in it. A file
 * that is missing gives none, one that is damaged what of it is well; one that is no JSON is set aside under another name, for
 * rules were in it.
 */
export async function openAlertStore(path: string, onError: (error: unknown) => void): Promise<AlertStore> {
  let settings = parseAlertSettings(await readJson(path, onError), noAlertSettings)
  let writing: Promise<void> = Promise.resolve()

  async function write(text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await saveWhole(path, Buffer.from(text))
  }

  return {
    get: () => settings,
    set(change) {
      settings = { ...settings, ...change }
      const text = JSON.stringify(settings, null, 2)
      writing = writing.then(() => write(text)).catch(onError)
      return settings
    },
    flush: () => writing,
  }
}

async function readJson(path: string, onError: (error: unknown) => void): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return null
  }
  try {
    return JSON.parse(text)
  } catch {
    await rename(path, `${path}.unreadable`).catch(onError)
    // What is in it is not repeated: it may be the address of the webhook.
    onError(new AppError('parse', 'alerts.json is no JSON: it was set aside as alerts.json.unreadable'))
    return null
  }
}
