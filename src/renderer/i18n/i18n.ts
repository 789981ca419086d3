import { createI18n } from 'vue-i18n'
import type { LocaleChoice } from '#core/ipc/contract'
import { chooseLocale, type Locale } from '#core/text/catalogue'
import { catalogues } from './catalogues'

/** What to speak: the choice, else what is nearest to the system's language. */
export function resolveLocale(choice: LocaleChoice, systemLocale: string): Locale {
  return choice === 'system' ? chooseLocale(systemLocale) : choice
}

export function createAppI18n(locale: Locale) {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'en',
    messages: catalogues,
    // A test finds missing keys; a person should not find warnings.
    missingWarn: false,
    fallbackWarn: false,
  })
}

export type AppI18n = ReturnType<typeof createAppI18n>
