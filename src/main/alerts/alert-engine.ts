import type { AlertMessage } from '#core/alerts/alert-message'
import { coversProcess, coversTarget, isHostRule, type AlertRule } from '#core/alerts/alert-rule'
import type { AlertEnd } from '#core/alerts/alert-state'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import { isSameProcess, toKeyText, type ProcessKey } from '#core/process-key'
import type { Verdict } from '#core/verdict/verdict'
import { createAlertSubject, type AlertSubjectState } from './alert-subject'
import { createTargetKnowledge, type TargetKnowledge } from './target-knowledge'

export interface AlertEngineOptions {
  rules: readonly AlertRule[]
  /** What a target is called. */
  labelOf: (targetId: string) => string
  onAlert: (message: AlertMessage) => void
}

/** Holds rules against what is read. It reads nothing itself and never waits. */
export interface AlertEngine {
  /** What a changed rule had raised is cleared; the others go on. */
  setRules(rules: readonly AlertRule[]): void
  addHost(targetId: string, sample: HostSample): void
  addProcess(targetId: string, sample: ProcessSample): void
  addVerdict(targetId: string, key: ProcessKey, verdict: Verdict): void
  /** No more samples of it come. */
  endProcess(targetId: string, key: ProcessKey, atMs: number, reason: 'process-gone' | 'not-watched'): void
  endTarget(targetId: string, atMs: number): void
  /**
   * While a balloon of ours is up on a target, and until averages have forgotten it, its memory is short on purpose: nothing is
   * raised or cleared there.
   */
  setBalloon(targetId: string, isUp: boolean, atMs: number): void
  /** What is raised now, the oldest first, as it was last told. */
  readonly raised: AlertMessage[]
}

export function createAlertEngine(options: AlertEngineOptions): AlertEngine {
  let rules = options.rules
  const targets = new Map<string, TargetKnowledge>()
  /** By rule, target and process; told apart by a newline, which none of them has. */
  const subjects = new Map<string, AlertSubjectState>()

  function knowledgeOf(targetId: string): TargetKnowledge {
    const known = targets.get(targetId) ?? createTargetKnowledge()
    targets.set(targetId, known)
    return known
  }

  function subjectOf(rule: AlertRule, targetId: string, process: AlertMessage['process']): AlertSubjectState {
    const id = [rule.id, targetId, process === null ? '' : toKeyText(process.key)].join('\n')
    const known = subjects.get(id)
    if (known !== undefined) return known
    const subject = createAlertSubject({
      rule,
      targetId,
      process,
      label: () => options.labelOf(targetId),
      knowledge: knowledgeOf(targetId),
      onMessage: options.onAlert,
    })
    subjects.set(id, subject)
    return subject
  }

  /** Ends all subjects that `isOver` says so of. */
  function endAll(isOver: (subject: AlertSubjectState) => boolean, atMs: number, reason: AlertEnd): void {
    for (const [id, subject] of subjects) {
      if (!isOver(subject)) continue
      subjects.delete(id)
      subject.end(atMs, reason)
    }
  }

  return {
    setRules(next) {
      const kept = new Map(next.map((rule) => [rule.id, JSON.stringify(rule)]))
      rules = next
      endAll(({ rule }) => kept.get(rule.id) !== JSON.stringify(rule), Date.now(), 'rule-changed')
    },
    addHost(targetId, sample) {
      const known = knowledgeOf(targetId)
      known.setHost(sample)
      if (known.isHeld(sample.atMs)) return
      for (const rule of rules) {
        if (isHostRule(rule) && coversTarget(rule, targetId)) subjectOf(rule, targetId, null).addHost(sample)
      }
    },
    addProcess(targetId, sample) {
      const known = knowledgeOf(targetId)
      const before = known.processOf(sample.key)?.comm
      // Another program in the same process: what a rule on the old name raised would never be cleared.
      if (before !== undefined && before !== sample.comm)
        endAll(
          ({ rule, process, targetId: of }) =>
            of === targetId &&
            process !== null &&
            isSameProcess(process.key, sample.key) &&
            !coversProcess(rule, targetId, sample.comm),
          sample.atMs,
          'not-watched',
        )
      const ruled = rules.filter((rule) => !isHostRule(rule) && coversProcess(rule, targetId, sample.comm))
      known.addProcess(
        sample,
        ruled.some(({ condition }) => condition.kind === 'metric' && condition.metric === 'heapInuseSlope'),
      )
      if (known.isHeld(sample.atMs)) return
      for (const rule of ruled)
        subjectOf(rule, targetId, { key: sample.key, comm: sample.comm }).addProcess(sample)
    },
    addVerdict(targetId, key, verdict) {
      const known = knowledgeOf(targetId)
      known.setVerdict(key, verdict)
      const comm = known.processOf(key)?.comm
      if (known.isHeld(verdict.atMs)) return
      for (const rule of comm === undefined ? [] : rules) {
        if (rule.condition.kind === 'verdict' && comm !== undefined && coversProcess(rule, targetId, comm))
          subjectOf(rule, targetId, { key, comm }).addVerdict(verdict)
      }
      // What was not urgent may have become so.
      for (const subject of subjects.values())
        if (subject.targetId === targetId) subject.judgeAgain(verdict.atMs)
    },
    endProcess(targetId, key, atMs, reason) {
      const id = toKeyText(key)
      endAll(
        ({ process, targetId: of }) => of === targetId && process !== null && toKeyText(process.key) === id,
        atMs,
        reason,
      )
      targets.get(targetId)?.dropProcess(key)
    },
    endTarget(targetId, atMs) {
      endAll(({ targetId: of }) => of === targetId, atMs, 'target-closed')
      targets.delete(targetId)
    },
    setBalloon(targetId, isUp, atMs) {
      knowledgeOf(targetId).setBalloon(isUp, atMs)
    },
    get raised() {
      return [...subjects.values()].flatMap(({ raised }) => (raised === null ? [] : [raised]))
    },
  }
}
