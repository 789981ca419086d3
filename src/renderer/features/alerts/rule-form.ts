import {
  alertLevels,
  isHostMetric,
  type AlertCondition,
  type AlertLevel,
  type AlertMetric,
  type AlertRule,
} from '#core/alerts/alert-rule'
import { findingIds, type FindingId } from '#core/verdict/verdict'

const MiB = 1024 * 1024

/** What a rule looks at, as it is chosen. */
export type RuleKind = AlertMetric | 'verdict'
export type RuleUnit = 'percent' | 'mib' | 'mib-per-minute'

/** A rule as it is typed. Amounts of memory in MiB, times in seconds. */
export interface RuleFields {
  name: string
  /** Empty: every target. */
  target: string
  /** Empty: every watched process. */
  pattern: string
  kind: RuleKind
  threshold: string
  clearBelow: string
  finding: FindingId
  level: AlertLevel
  seconds: string
}

export type RuleField = 'name' | 'threshold' | 'clearBelow' | 'seconds'
export type RuleProblem = 'empty' | 'number' | 'percent' | 'above' | 'time'

export const newRuleFields: RuleFields = {
  name: '',
  target: '',
  pattern: '',
  kind: 'hostUsed',
  threshold: '90',
  clearBelow: '85',
  finding: 'heapGrowth',
  level: 'likely',
  seconds: '60',
}

export const ruleFindings = findingIds.filter((id) => id !== 'nothingUnusual')
export const ruleLevels = alertLevels

/** Whether it is about the host: no process is named then. */
export function isHostKind(kind: RuleKind): boolean {
  return kind !== 'verdict' && isHostMetric(kind)
}

/** Of its threshold; a verdict has none. */
export function unitOf(kind: AlertMetric): RuleUnit {
  if (isHostMetric(kind)) return 'percent'
  return kind === 'heapInuseSlope' ? 'mib-per-minute' : 'mib'
}

export function toRuleFields({ name, scope, condition, forMs }: AlertRule): RuleFields {
  const fields: RuleFields = {
    ...newRuleFields,
    name,
    target: scope.targetSpec ?? '',
    pattern: scope.processPattern ?? '',
    seconds: String(forMs / 1000),
  }
  if (condition.kind === 'verdict')
    return { ...fields, kind: 'verdict', finding: condition.finding, level: condition.level }
  const factor = factorOf(condition.metric)
  return {
    ...fields,
    kind: condition.metric,
    threshold: String(condition.threshold / factor),
    clearBelow: String(condition.clearBelow / factor),
  }
}

/** The rule that the fields say, or what is wrong with each. `old`: the one that is changed, null for a new one. */
export function parseRuleFields(
  fields: Readonly<RuleFields>,
  old: AlertRule | null,
): { rule: AlertRule | null; problems: Partial<Record<RuleField, RuleProblem>> } {
  const problems: Partial<Record<RuleField, RuleProblem>> = {}
  const name = fields.name.trim()
  if (name === '') problems.name = 'empty'
  const seconds = toNumber(fields.seconds)
  if (seconds === null) problems.seconds = 'number'
  else if (seconds > 86_400) problems.seconds = 'time'
  const condition = toCondition(fields, problems)
  if (Object.keys(problems).length > 0) return { rule: null, problems }
  const pattern = isHostKind(fields.kind) ? '' : fields.pattern.trim()
  return {
    problems,
    rule: {
      id: old?.id ?? crypto.randomUUID(),
      name,
      scope: {
        targetSpec: fields.target === '' ? null : fields.target,
        processPattern: pattern === '' ? null : pattern,
      },
      condition,
      forMs: Math.round((seconds ?? 0) * 1000),
      isEnabled: old?.isEnabled ?? true,
    },
  }
}

function toCondition(
  { kind, threshold, clearBelow, finding, level }: Readonly<RuleFields>,
  problems: Partial<Record<RuleField, RuleProblem>>,
): AlertCondition {
  if (kind === 'verdict') return { kind, finding, level }
  const [most, least] = [toNumber(threshold), toNumber(clearBelow)]
  if (most === null || most === 0) problems.threshold = 'number'
  else if (unitOf(kind) === 'percent' && most > 100) problems.threshold = 'percent'
  if (least === null || least === 0) problems.clearBelow = 'number'
  else if (most !== null && least > most) problems.clearBelow = 'above'
  const factor = factorOf(kind)
  return {
    kind: 'metric',
    metric: kind,
    threshold: (most ?? 0) * factor,
    clearBelow: (least ?? 0) * factor,
  }
}

const factorOf = (metric: AlertMetric): number => (unitOf(metric) === 'percent' ? 1 : MiB)

/** Not negative; null: no number, or one that no memory has. */
function toNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.')
  const value = /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN
  return value <= 1e9 ? value : null
}
