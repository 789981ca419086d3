import type { TextLine } from '../metrics/samples'
import type { ProcessKey } from '../process-key'
import { toNeutralText } from '../text/neutral-text'
import type { FindingId, FindingLevel, Severity } from '../verdict/verdict'
import type { HostPercents } from './alert-readings'
import type { AlertMetric, AlertRule } from './alert-rule'
import type { AlertEnd } from './alert-state'
import type { AlertJudgement, AlertUrgency } from './alert-urgency'

/** `escalated`: it was raised, and only now is it urgent. */
export type AlertKind = 'raised' | 'escalated' | 'cleared'

/** One alert as it is told: to the time line, as a notification, to a webhook. */
export interface AlertMessage {
  /** The same for what is told of one alert from when it was raised until it is cleared. */
  id: string
  kind: AlertKind
  ruleId: string
  ruleName: string
  targetId: string
  targetLabel: string
  /** null: the alert is about the host. */
  process: { key: ProcessKey; comm: string } | null
  metric: AlertMetric | 'verdict'
  /** Percent, bytes or bytes a minute; null: a verdict, or the alert ended without another number. */
  value: number | null
  threshold: number | null
  atMs: number
  /** Since when it holds; of a cleared one, when it was raised. */
  sinceMs: number
  urgency: AlertUrgency
  /** null until it is cleared. */
  end: AlertEnd | null
  /** What is there, under `alert.fact`; of a cleared one under `alert.cleared`. */
  fact: TextLine
  /** Why it is that urgent; null of a cleared one. */
  why: TextLine | null
  /** The finding that decided it, in the words of the verdict. */
  verdict: { finding: FindingId; level: FindingLevel; severity: Severity; sentence: TextLine } | null
  /** The readings of the host at this moment; null for a process. */
  host: HostPercents | null
}

/** What a message is about, and what is known of it. */
export interface AlertSubject {
  rule: AlertRule
  targetId: string
  targetLabel: string
  process: { key: ProcessKey; comm: string } | null
  host: HostPercents | null
  /** Of the process, of its last walk. */
  lazyFreeBytes: number | null
}

export interface AlertMoment {
  kind: AlertKind
  value: number | null
  atMs: number
  sinceMs: number
  raisedAtMs: number
  end: AlertEnd | null
}

const mostNameLength = 200

/** judgement: of now; of a cleared one, the last. Names from hosts and people are made inert here. */
export function toAlertMessage(
  subject: AlertSubject,
  moment: AlertMoment,
  judgement: AlertJudgement,
): AlertMessage {
  const { rule, targetId, process } = subject
  const { condition } = rule
  const isCleared = moment.kind === 'cleared'
  const { finding } = judgement
  const name = (text: string): string => toNeutralText(text, mostNameLength)
  return {
    id: `${rule.id}-${process === null ? 'host' : process.key.pid}-${moment.raisedAtMs}`,
    kind: moment.kind,
    ruleId: rule.id,
    ruleName: name(rule.name),
    targetId,
    targetLabel: name(subject.targetLabel),
    process: process === null ? null : { key: process.key, comm: name(process.comm) },
    metric: condition.kind === 'metric' ? condition.metric : 'verdict',
    value: condition.kind === 'metric' ? moment.value : null,
    threshold: condition.kind === 'metric' ? condition.threshold : null,
    atMs: moment.atMs,
    sinceMs: moment.sinceMs,
    urgency: judgement.urgency,
    end: moment.end,
    fact: isCleared ? toEndLine(moment) : toFact(subject, moment.value),
    why: isCleared ? null : { text: judgement.why.text, params: inert(judgement.why.params) },
    verdict:
      isCleared || finding === null
        ? null
        : {
            finding: finding.id,
            level: finding.level,
            severity: finding.severity,
            sentence: { text: finding.text, params: inert(finding.params) },
          },
    host: subject.host,
  }
}

function toEndLine({ atMs, raisedAtMs, end }: AlertMoment): TextLine {
  return {
    text: `alert.cleared.${end ?? 'below'}`,
    params: { spanMs: Math.max(0, atMs - raisedAtMs) },
  }
}

function toFact(subject: AlertSubject, value: number | null): TextLine {
  const { rule, process, host } = subject
  const { condition } = rule
  const who: TextLine['params'] =
    process === null ? {} : { comm: toNeutralText(process.comm, mostNameLength), pid: process.key.pid }
  const fact = (id: string, params: TextLine['params']): TextLine => ({
    text: `alert.fact.${id}`,
    params: { ...who, ...params },
  })
  if (condition.kind === 'verdict') return fact(`verdict-${condition.finding}`, {})
  const number = value ?? 0
  const lazyFreeRatio = toRatio(host?.lazyFreePercent ?? 0)
  switch (condition.metric) {
    case 'hostUsed':
      return lazyFreeRatio > 0
        ? fact('hostUsedLazyFree', { usedRatio: toRatio(number), lazyFreeRatio })
        : fact('hostUsed', { usedRatio: toRatio(number) })
    case 'hostUnavailable':
    case 'hostLessLazyFree':
      return fact(condition.metric, { usedRatio: toRatio(number) })
    case 'psiSome':
    case 'psiFull':
      return fact(condition.metric, { psiPercent: number })
    case 'rss': {
      const { lazyFreeBytes } = subject
      return lazyFreeBytes !== null && lazyFreeBytes > 0
        ? fact('rssLazyFree', { rssBytes: number, lazyFreeBytes })
        : fact('rss', { rssBytes: number })
    }
    case 'rssLessLazyFree':
      return fact('rssLessLazyFree', { restBytes: number })
    case 'heapInuseSlope':
      return fact('heapInuseSlope', { perMinuteBytes: number })
  }
}

/** As alarms write it: of 1, three digits. */
function toRatio(percent: number): number {
  return Math.round(percent * 10) / 1000
}

function inert(params: TextLine['params']): TextLine['params'] {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? toNeutralText(value, mostNameLength) : value,
    ]),
  )
}
