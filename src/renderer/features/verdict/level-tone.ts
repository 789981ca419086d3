import type { Finding } from '#core/verdict/verdict'

/** The colour of a finding's badge: what has to be acted on is red, what is harmless green; what is unsure is grey. */
export function toLevelTone({
  level,
  severity,
}: Pick<Finding, 'level' | 'severity'>): 'good' | 'warn' | 'bad' | 'neutral' {
  if (level === 'possible' || level === 'not-measurable' || level === 'ruled-out') return 'neutral'
  return severity === 'act' ? 'bad' : severity === 'watch' ? 'warn' : 'good'
}
