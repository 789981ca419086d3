import type { FindingId, FindingLevel } from '../verdict/verdict'

/** Numbers of a host: percent of MemTotal, by each of the three readings, and of the time that tasks waited for memory. */
export const hostAlertMetrics = [
  'hostUsed', // as `free`: total - free - buffers - cache
  'hostUnavailable', // total - MemAvailable
  'hostLessLazyFree', // as `free`, less LazyFree of the watched processes
  'psiSome',
  'psiFull',
] as const

/** Numbers of one watched process: bytes, and bytes a minute for the slope. */
export const processAlertMetrics = ['rss', 'rssLessLazyFree', 'heapInuseSlope'] as const

export type HostAlertMetric = (typeof hostAlertMetrics)[number]
export type ProcessAlertMetric = (typeof processAlertMetrics)[number]
export type AlertMetric = HostAlertMetric | ProcessAlertMetric

/** The levels at which a finding holds, the surest first. */
export const alertLevels = ['certain', 'likely', 'possible'] as const satisfies readonly FindingLevel[]
export type AlertLevel = (typeof alertLevels)[number]

/** Percent, bytes or bytes a minute, as the metric is. */
export interface MetricCondition {
  kind: 'metric'
  metric: AlertMetric
  /** Raised at or above it. */
  threshold: number
  /** Cleared below it; at most the threshold, the distance between them is the hysteresis. */
  clearBelow: number
}

/** The verdict on a process says `finding`, at `level` or surer. */
export interface VerdictCondition {
  kind: 'verdict'
  finding: FindingId
  level: AlertLevel
}

export type AlertCondition = MetricCondition | VerdictCondition

export interface AlertScope {
  /** `local`, `ssh:HOST` …; null: every target. */
  targetSpec: string | null
  /** What the process is called, `*` standing for any text; null: every watched process. Nothing to a metric of the host. */
  processPattern: string | null
}

export interface AlertRule {
  id: string
  name: string
  scope: AlertScope
  condition: AlertCondition
  /** How long it must hold before it is raised; 0: at once. */
  forMs: number
  isEnabled: boolean
}

export const mostAlertRules = 100
/** A day. */
export const mostForMs = 86_400_000

export function isHostMetric(metric: AlertMetric): metric is HostAlertMetric {
  return (hostAlertMetrics as readonly AlertMetric[]).includes(metric)
}

/** Whether its subject is the host, not a process on it. */
export function isHostRule({ condition }: AlertRule): boolean {
  return condition.kind === 'metric' && isHostMetric(condition.metric)
}

export function coversTarget({ scope, isEnabled }: AlertRule, targetSpec: string): boolean {
  return isEnabled && (scope.targetSpec === null || scope.targetSpec === targetSpec)
}

/** `comm` is what the kernel calls the process: at most 15 characters of its name. */
export function coversProcess(rule: AlertRule, targetSpec: string, comm: string): boolean {
  const { processPattern } = rule.scope
  return coversTarget(rule, targetSpec) && (processPattern === null || matchesPattern(processPattern, comm))
}

/** Plain text but for `*`, which stands for any text, also for none. Takes at most pattern × text steps. */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0
  let textAt = 0
  /** The last star, and up to where it stands for the text. */
  let starAt = -1
  let starEnd = 0
  while (textAt < text.length) {
    if (pattern[at] === '*') {
      starAt = at++
      starEnd = textAt
    } else if (pattern[at] === text[textAt]) {
      at++
      textAt++
    } else if (starAt >= 0) {
      at = starAt + 1
      textAt = ++starEnd
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
