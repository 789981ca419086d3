import { toAlertMessage, type AlertMessage, type AlertMoment } from '#core/alerts/alert-message'
import {
  toHostPercents,
  toHostValue,
  toLazyFree,
  toProcessValue,
  toVerdictValue,
} from '#core/alerts/alert-readings'
import { isHostMetric, isHostRule, type AlertRule } from '#core/alerts/alert-rule'
import { createAlertState, type AlertEnd, type AlertTransition } from '#core/alerts/alert-state'
import { judgeHost, judgeProcess, type AlertJudgement } from '#core/alerts/alert-urgency'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import type { Verdict } from '#core/verdict/verdict'
import type { TargetKnowledge } from './target-knowledge'

/** One rule on one host or process. */
export interface AlertSubjectState {
  readonly rule: AlertRule
  readonly targetId: string
  readonly process: AlertMessage['process']
  /** As it was last told; null: not raised. */
  readonly raised: AlertMessage | null
  addHost(sample: HostSample): void
  addProcess(sample: ProcessSample): void
  addVerdict(verdict: Verdict): void
  /** Something else is known: an alert that was not urgent may be now, and is then told once more. */
  judgeAgain(atMs: number): void
  end(atMs: number, reason: AlertEnd): void
}

export interface AlertSubjectOptions {
  rule: AlertRule
  targetId: string
  process: AlertMessage['process']
  label: () => string
  knowledge: TargetKnowledge
  onMessage: (message: AlertMessage) => void
}

export function createAlertSubject(options: AlertSubjectOptions): AlertSubjectState {
  const { rule, targetId, process, knowledge } = options
  const { condition, forMs } = rule
  const state = createAlertState(
    condition.kind === 'verdict'
      ? { threshold: 1, clearBelow: 1, forMs }
      : { threshold: condition.threshold, clearBelow: condition.clearBelow, forMs },
  )
  let raised: { message: AlertMessage; judgement: AlertJudgement; atMs: number; sinceMs: number } | null =
    null
  let lastValue: number | null = null

  const percents = () =>
    knowledge.host === null ? null : toHostPercents(knowledge.host, knowledge.lazyFreeBytes())

  function judge(): AlertJudgement {
    if (process !== null) return judgeProcess(knowledge.processOf(process.key)?.verdict ?? null)
    return judgeHost(condition, knowledge.host, percents(), knowledge.judged())
  }

  function toMessage(moment: AlertMoment, judgement: AlertJudgement): AlertMessage {
    const known = process === null ? null : knowledge.processOf(process.key)
    return toAlertMessage(
      {
        rule,
        targetId,
        targetLabel: options.label(),
        process,
        host: isHostRule(rule) ? percents() : null,
        lazyFreeBytes: known === null ? null : toLazyFree(known.sample),
      },
      moment,
      judgement,
    )
  }

  function take(transition: AlertTransition | null): void {
    if (transition?.kind === 'raised') {
      const { atMs, sinceMs, value } = transition
      const judgement = judge()
      const message = toMessage(
        { kind: 'raised', value, atMs, sinceMs, raisedAtMs: atMs, end: null },
        judgement,
      )
      raised = { message, judgement, atMs, sinceMs }
      options.onMessage(message)
    } else if (transition !== null && raised !== null) {
      const { atMs, raisedAtMs, reason, value } = transition
      const { judgement } = raised
      raised = null
      const moment = { kind: 'cleared', value, atMs, sinceMs: raisedAtMs, raisedAtMs, end: reason } as const
      options.onMessage(toMessage(moment, judgement))
    }
  }

  function push(atMs: number, value: number | null): void {
    lastValue = value ?? lastValue
    take(state.push({ atMs, value }))
  }

  function judgeAgain(atMs: number): void {
    if (raised === null || raised.judgement.urgency === 'urgent') return
    const judgement = judge()
    if (judgement.urgency !== 'urgent') return
    const { sinceMs, atMs: raisedAtMs } = raised
    const moment = { kind: 'escalated', value: lastValue, atMs, sinceMs, raisedAtMs, end: null } as const
    const message = toMessage(moment, judgement)
    raised = { ...raised, message, judgement }
    options.onMessage(message)
  }

  return {
    rule,
    targetId,
    process,
    get raised() {
      return raised?.message ?? null
    },
    addHost(sample) {
      if (condition.kind !== 'metric' || !isHostMetric(condition.metric)) return
      push(sample.atMs, toHostValue(condition.metric, sample, knowledge.lazyFreeBytes()))
      judgeAgain(sample.atMs)
    },
    addProcess(sample) {
      if (condition.kind !== 'metric' || isHostMetric(condition.metric)) return
      const slope = knowledge.processOf(sample.key)?.slope?.perMinuteBytes() ?? null
      push(sample.atMs, toProcessValue(condition.metric, sample, slope))
    },
    addVerdict(verdict) {
      if (condition.kind === 'verdict') push(verdict.atMs, toVerdictValue(condition, verdict))
    },
    judgeAgain,
    end: (atMs, reason) => take(state.end(atMs, reason)),
  }
}
