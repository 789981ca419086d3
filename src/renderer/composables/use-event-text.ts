import { useI18n } from 'vue-i18n'
import type { SessionEvent } from '#core/ipc/contract'
import { formatParams } from '#core/text/format-params'
import { toVisibleText } from '../ui/visible-text'

/** Says what happened. Names of processes and hosts come from elsewhere: they are shown as what they are. */
export function useEventText(): (event: SessionEvent) => string {
  const i18n = useI18n({ useScope: 'global' })
  return (event) => {
    const key = event.text.startsWith('event.') ? event.text : `event.${event.text}`
    if (!i18n.te(key, 'en')) return i18n.t(`focus.event.${event.kind}`)
    const params = Object.entries(formatParams(event.params)).map(([name, text]) => [
      name,
      toVisibleText(text),
    ])
    return i18n.t(key, Object.fromEntries(params) as Record<string, string>)
  }
}
