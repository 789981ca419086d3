import { parseFailure, refuseLarge } from './parse-failure'

/**
 * /sys/kernel/mm/transparent_hugepage/enabled (Documentation/admin-guide/mm/transhuge.rst): `always [madvise] never`
 * gives `madvise`. Throws AppError `parse` or `too-large`.
 */
export function parseThpEnabled(text: string): string {
  const file = 'transparent_hugepage/enabled'
  refuseLarge(file, text.length, 4096)
  const match = /^(?:[a-z+]{1,20} ){0,9}\[([a-z+]{1,20})\](?: [a-z+]{1,20}){0,9}\n?$/.exec(text)
  if (!match) throw parseFailure({ file, line: 1, text }, 'expected one choice in brackets')
  return match[1]!
}
