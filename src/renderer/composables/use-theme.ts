import { computed, watchEffect } from 'vue'
import { useMediaQuery } from '@vueuse/core'
import { useSettingsStore } from '../stores/settings'

/** Puts `data-theme` on <html>: the choice, or what the system says now. */
export function useTheme() {
  const store = useSettingsStore()
  const isSystemDark = useMediaQuery('(prefers-color-scheme: dark)')
  const theme = computed<'light' | 'dark'>(() => {
    const choice = store.settings.theme
    if (choice === 'system') return isSystemDark.value ? 'dark' : 'light'
    return choice
  })
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
  return { theme }
}
