import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import type { Bridge } from './connection/bridge'
import { appClientKey } from './connection/app-client'
import { backendConnectionKey } from './connection/backend-connection'
import { openWindowConnection } from './connection/open-window-connection'
import { createAppI18n, resolveLocale } from './i18n/i18n'
import { useSettingsStore } from './stores/settings'
import { useTargetsStore } from './stores/targets'
import './styles/tokens.css'
import './styles/base.css'

/** Builds the window's app on the bridge and shows it once the settings are known: no flash of another theme. */
export async function openWindow(bridge: Bridge): Promise<void> {
  const { app: appClient, backend } = openWindowConnection(bridge)
  const app = createApp(App)
  app.provide(appClientKey, appClient)
  app.provide(backendConnectionKey, backend)
  app.use(createPinia())
  const settings = useSettingsStore()
  // Listens before the connection is there: a target is told once, and that may be sooner than the settings.
  useTargetsStore()
  // Without settings the window is still of use, with its defaults.
  await settings.load().catch(() => undefined)
  app.use(
    createAppI18n(resolveLocale(settings.settings.locale, settings.info?.systemLocale ?? navigator.language)),
  )
  app.mount('#app')
}
