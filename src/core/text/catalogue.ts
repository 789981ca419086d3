import { alertEventText, alertText } from './alert'
import { balloonText } from './balloon'
import { connectionText } from './connection'
import { errorText } from './errors'
import { demoText, goText } from './go'
import { headlineText } from './headline'
import { profileText } from './profile'
import { profileEventText, profileFetchText } from './profile-fetch'
import { reportText } from './report'
import { rssBandText } from './rss-band'
import { samplingText } from './sampling'
import { targetText } from './targets'
import { verdictEventText, verdictText } from './verdict'

export const locales = ['en', 'zh-CN'] as const
export type Locale = (typeof locales)[number]

/** The nearest locale that there is a catalogue for: every Chinese is 简体中文, everything else English. */
export function chooseLocale(tag: string): Locale {
  return /^zh\b/i.test(tag.replaceAll('_', '-')) ? 'zh-CN' : 'en'
}

/**
 * Sentences that both the window and the command line say, by locale and area. The window merges them into its own
 * catalogues under the same keys (`error.code.gone`).
 */
export const sharedText = {
  en: textOf('en'),
  'zh-CN': textOf('zh-CN'),
} as const

function textOf<L extends Locale>(locale: L) {
  return {
    alert: alertText[locale],
    balloon: balloonText[locale],
    connection: connectionText[locale],
    demo: demoText[locale],
    error: errorText[locale],
    go: goText[locale],
    headline: headlineText[locale],
    profile: profileText[locale],
    profileFetch: profileFetchText[locale],
    report: reportText[locale],
    rssBand: rssBandText[locale],
    event: {
      ...samplingText[locale].event,
      ...targetText[locale],
      alert: alertEventText[locale],
      profile: profileEventText[locale],
      verdict: verdictEventText[locale],
    },
    verdict: verdictText[locale],
  }
}

export type TextParams = Record<string, string | number>

/** The sentence of a dotted key with its `{name}` parameters filled in; a key that is not there comes back itself. */
export function formatText(locale: Locale, key: string, params: TextParams = {}): string {
  let node: unknown = sharedText[locale]
  for (const part of key.split('.')) {
    node =
      typeof node === 'object' && node !== null && Object.hasOwn(node, part)
        ? (node as Record<string, unknown>)[part]
        : undefined
  }
  if (typeof node !== 'string') return key
  return node.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}
