import type { AlertRule } from '#core/alerts/alert-rule'
import { formatBytes, formatDuration, formatPercent } from '#core/text/units'
import { isHostKind, unitOf } from './rule-form'

/** `Used, as free counts it ≥ 90.0 % for 1 min · every target`: a rule in one line. */
export function toRuleSummary(
  rule: AlertRule,
  t: (key: string, params?: Record<string, string>) => string,
): string {
  const { condition, scope, forMs } = rule
  const time = t('alerts.summary.time', { time: formatDuration(forMs) })
  const what =
    condition.kind === 'verdict'
      ? t('alerts.summary.verdict', {
          finding: t(`verdict.title.${condition.finding}`),
          level: t(`verdict.level.${condition.level}`),
        })
      : t('alerts.summary.metric', {
          metric: t(`alerts.metric.${condition.metric}`),
          threshold: toAmount(condition.metric, condition.threshold, t),
        })
  const where = [
    scope.targetSpec === 'local' ? t('targets.local') : (scope.targetSpec ?? t('alerts.anyTarget')),
  ]
  if (!isHostKind(condition.kind === 'verdict' ? 'verdict' : condition.metric))
    where.push(scope.processPattern ?? t('alerts.anyProcess'))
  return [forMs > 0 ? `${what} ${time}` : what, ...where].join(' · ')
}

function toAmount(
  metric: Parameters<typeof unitOf>[0],
  value: number,
  t: (key: string, params?: Record<string, string>) => string,
): string {
  const unit = unitOf(metric)
  if (unit === 'percent') return formatPercent(value)
  return unit === 'mib' ? formatBytes(value) : t('verdict.unit.perMinute', { size: formatBytes(value) })
}
