import type { HostSample, TextLine } from '../metrics/samples'
import { mainFinding, type Finding, type Verdict } from '../verdict/verdict'
import type { HostPercents } from './alert-readings'
import type { AlertCondition } from './alert-rule'

/** `unknown`: nothing read can tell; better looked at than slept through. */
export type AlertUrgency = 'urgent' | 'not-urgent' | 'unknown'

export interface AlertJudgement {
  urgency: AlertUrgency
  /** A key under `alert.why`. */
  why: TextLine
  /** The finding that decided it. */
  finding: Finding | null
}

/** A watched process of the same target and the last verdict on it. */
export interface JudgedProcess {
  comm: string
  verdict: Verdict
}

/** Waits that are felt, percent of the last 10 s. */
const pressurePercent = 10
/** No more than this is ever left to chance. */
const fullPercent = 95

/**
 * Whether a host's alarm is urgent. In this order: a verdict on one of its processes asks to act; tasks wait for memory;
 * MemAvailable, which the kernel itself goes by, says that it can or can't be taken back; else what is left without LazyFree.
 */
export function judgeHost(
  condition: AlertCondition,
  host: HostSample | null,
  percents: HostPercents | null,
  processes: readonly JudgedProcess[],
): AlertJudgement {
  for (const { comm, verdict } of processes) {
    const finding = verdict.findings.find(asksToAct)
    if (finding !== undefined) return { urgency: 'urgent', why: why('verdictActs', { comm }), finding }
  }
  const isAboutWaits = condition.kind === 'metric' && condition.metric.startsWith('psi')
  const psiPercent = host?.psiSomeAvg10 ?? host?.psiFullAvg10 ?? 0
  if (isAboutWaits || psiPercent >= pressurePercent) return judged('urgent', why('pressure', { psiPercent }))
  const isMost = (percent: number): boolean =>
    percent >= Math.min(fullPercent, condition.kind === 'metric' ? condition.threshold : fullPercent)
  const unavailablePercent = percents?.unavailablePercent ?? null
  if (unavailablePercent !== null) {
    return isMost(unavailablePercent)
      ? judged('urgent', why('unavailable', { unavailablePercent }))
      : judged('not-urgent', why('available', { unavailablePercent }))
  }
  const restPercent = percents?.lessLazyFreePercent ?? null
  if (restPercent === null) return judged('unknown', why('nothingTells'))
  return isMost(restPercent)
    ? judged('urgent', why('restIsMuch', { restPercent }))
    : judged('not-urgent', why('restIsLittle', { restPercent }))
}

/** Whether a process's alarm is urgent: the verdict on it decides. */
export function judgeProcess(verdict: Verdict | null): AlertJudgement {
  const main = verdict === null ? null : mainFinding(verdict)
  if (verdict === null || main === null || main.level === 'not-measurable')
    return judged('unknown', why('noVerdict'))
  const act = verdict.findings.find(asksToAct)
  if (act !== undefined) return { urgency: 'urgent', why: why('verdictSays'), finding: act }
  const maybe = verdict.findings.find(({ severity, level }) => severity === 'act' && level === 'possible')
  if (maybe !== undefined) return { urgency: 'unknown', why: why('verdictUnsure'), finding: maybe }
  const isSure = main.level === 'certain' || main.level === 'likely'
  return { urgency: isSure ? 'not-urgent' : 'unknown', why: why('verdictSays'), finding: main }
}

function asksToAct({ severity, level }: Finding): boolean {
  return severity === 'act' && (level === 'certain' || level === 'likely')
}

function judged(urgency: AlertUrgency, line: TextLine): AlertJudgement {
  return { urgency, why: line, finding: null }
}

function why(id: string, params: TextLine['params'] = {}): TextLine {
  return { text: `alert.why.${id}`, params }
}
