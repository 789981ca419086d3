import { useI18n } from 'vue-i18n'
import type { ErrorValue } from '#core/errors'
import { formatParams } from '#core/text/format-params'

/** Sentences for an error: what went wrong by its code, and the hint of what can be done, if there is one. */
export function useErrorText() {
  const { t, te } = useI18n({ useScope: 'global' })

  function title(error: ErrorValue): string {
    return t(`error.code.${error.code}`)
  }

  function hint(error: ErrorValue): string | null {
    if (error.hint === undefined) return null
    return te(error.hint, 'en') ? t(error.hint, formatParams(error.params ?? {})) : null
  }

  return { title, hint }
}
