import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { AppInfo, Settings } from '#core/ipc/contract'
import { useAppClient } from '../connection/use-connection'
import { useNoticesStore } from './notices'

const initial: Settings = {
  theme: 'system',
  locale: 'system',
  columns: ['pid', 'command', 'user', 'rssBytes', 'lazyFreeBytes', 'cpuPercent', 'goVersion'],
  panes: {},
}

/** What the person chose; kept by the main process, applied here at once. */
export const useSettingsStore = defineStore('settings', () => {
  const app = useAppClient()
  const notices = useNoticesStore()
  const settings = shallowRef<Settings>(initial)
  const info = shallowRef<AppInfo | null>(null)

  async function load(): Promise<void> {
    const [loadedInfo, loaded] = await Promise.all([
      app.invoke('app.info', null),
      app.invoke('settings.get', null),
    ])
    info.value = loadedInfo
    settings.value = loaded
  }

  function change(patch: Partial<Settings>): void {
    settings.value = { ...settings.value, ...patch }
    app
      .invoke('settings.set', patch)
      .catch((error: unknown) => notices.addError('notice.settingsUnsaved', error))
  }

  function setPane(id: string, sizes: number[]): void {
    change({ panes: { ...settings.value.panes, [id]: sizes } })
  }

  return { settings, info, load, change, setPane }
})
