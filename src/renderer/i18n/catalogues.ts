import { sharedText, type Locale } from '#core/text/catalogue'

/** A catalogue: nested texts, or a text with `{name}` parameters. */
export interface Messages {
  [key: string]: string | Messages
}

interface AreaModule {
  messages: Messages
}

/** `i18n/<locale>/<area>.ts` exports `messages`; they come under the key of their area. */
function toAreas(modules: Record<string, AreaModule>): Messages {
  return Object.fromEntries(
    Object.entries(modules).map(([path, module]) => [
      /([^/]+)\.ts$/.exec(path)?.[1] ?? path,
      module.messages,
    ]),
  )
}

/** The window's own texts, by locale and area. */
export const windowTexts: Record<Locale, Messages> = {
  en: toAreas(import.meta.glob<AreaModule>('./en/*.ts', { eager: true })),
  'zh-CN': toAreas(import.meta.glob<AreaModule>('./zh-cn/*.ts', { eager: true })),
}

/** The texts shared with the command line beside the window's own; no area has the same name (catalogues.test.ts). */
export const catalogues: Record<Locale, Messages> = {
  en: { ...sharedText.en, ...windowTexts.en },
  'zh-CN': { ...sharedText['zh-CN'], ...windowTexts['zh-CN'] },
}
