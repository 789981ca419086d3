import { watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { resolveLocale } from '../i18n/i18n'
import { useSettingsStore } from '../stores/settings'

/** Keeps the language of the texts and of <html lang> at the choice. */
export function useLocale(): void {
  const store = useSettingsStore()
  const { locale } = useI18n({ useScope: 'global' })
  watchEffect(() => {
    const next = resolveLocale(store.settings.locale, store.info?.systemLocale ?? navigator.language)
    locale.value = next
    document.documentElement.lang = next
  })
}
