import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Settings } from '#core/ipc/contract'
import { displayColumnIds, type DisplayColumnId } from '#core/metrics/process-table'

const defaultColumns: DisplayColumnId[] = [
  'pid',
  'command',
  'user',
  'rssBytes',
  'lazyFreeBytes',
  'cpuPercent',
  'goVersion',
]

const paneSizes = z.record(z.string().max(40), z.array(z.number().min(0).max(100)).max(8))

/** What the renderer may change; also how a settings file from elsewhere is checked. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  locale: z.enum(['system', 'en', 'zh-CN']),
  columns: z
    .array(z.enum(displayColumnIds as [DisplayColumnId, ...DisplayColumnId[]]))
    .max(displayColumnIds.length),
  panes: paneSizes,
})

export const defaultSettings: Settings = {
  theme: 'system',
  locale: 'system',
  columns: defaultColumns,
  panes: {},
}

export interface SettingsStore {
  get(): Settings
  /** Merges, keeps in memory at once, and writes behind; a failed write is reported through onError. */
  set(change: Partial<Settings>): Settings
  /** Resolves when everything is on disk. */
  flush(): Promise<void>
}

/** Settings in one JSON file. A file that is missing or damaged gives the defaults, field by field. */
export async function openSettingsStore(
  path: string,
  onError: (error: unknown) => void,
): Promise<SettingsStore> {
  let settings = await readSettings(path)
  let writing: Promise<void> = Promise.resolve()

  async function write(text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true })
    // A new name, then a rename: a crash in the middle leaves the old file whole.
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  return {
    get: () => settings,
    set(change) {
      settings = { ...settings, ...settingsSchema.partial().parse(change) }
      const text = JSON.stringify(settings, null, 2)
      writing = writing.then(() => write(text)).catch(onError)
      return settings
    },
    flush: () => writing,
  }
}

async function readSettings(path: string): Promise<Settings> {
  let raw: unknown
  try {
    raw = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return defaultSettings
  }
  if (typeof raw !== 'object' || raw === null) return defaultSettings
  const fields = raw as Record<string, unknown>
  const { theme, locale, columns, panes } = settingsSchema.shape
  return {
    theme: theme.catch(defaultSettings.theme).parse(fields['theme']),
    locale: locale.catch(defaultSettings.locale).parse(fields['locale']),
    columns: columns.catch(defaultSettings.columns).parse(fields['columns']),
    panes: panes.catch(defaultSettings.panes).parse(fields['panes']),
  }
}
