import {
  toDomainSentence,
  toPlanSentences,
  toProofSentence,
  toRiskSentence,
  type Sentence,
} from '#core/balloon/sentences'
import type {
  BalloonPlan,
  BalloonProof,
  BalloonSettings,
  BalloonState,
  BalloonStep,
  ProofReading,
} from '#core/balloon/types'
import { AppError } from '#core/errors'
import type { ProcessKey } from '#core/process-key'
import { formatText } from '#core/text/catalogue'
import { formatDuration } from '#core/text/units'
import { createBalloonRunner } from '#main/balloon/balloon-runner'
import type { Target } from '#main/targets/target'
import { confirmHost, type HostConfirmation } from './confirm-host'
import { toSizeText, type Output } from './output'

export interface BalloonRunOptions {
  target: Target
  key: ProcessKey
  settings: Partial<BalloonSettings>
  /** The person accepted whatever risk there is. */
  acceptsRisks: boolean
  confirmation: HostConfirmation
  readHeapInuse: () => number | null
  output: Output
  isJson: boolean
  stop: AbortSignal
}

const english = ({ key, params }: Sentence): string => formatText('en', key, params)

function toStepRecord(step: BalloonStep) {
  const { atMs, ...rest } = step
  return { time: new Date(atMs).toISOString(), ...rest }
}

function toProofRecord(proof: BalloonProof) {
  const side = ({ atMs, ...rest }: ProofReading) => ({ time: new Date(atMs).toISOString(), ...rest })
  const { target, startedAtMs, before, after, ...rest } = proof
  return {
    time: new Date(startedAtMs + proof.elapsedMs).toISOString(),
    pid: target.pid === 0 ? null : target.pid,
    ...rest,
    before: side(before),
    after: side(after),
  }
}

function printPlan(plan: BalloonPlan, output: Output): void {
  output.line(`Balloon: ${english(toDomainSentence(plan.domain))}.`)
  if (plan.refusal !== null) return
  for (const sentence of toPlanSentences(plan)) output.line(`  ${english(sentence)}`)
}

function printStep(step: BalloonStep, output: Output): void {
  const sizes = [
    step.balloonBytes,
    step.availableBytes,
    step.rssBytes,
    step.lazyFreeBytes,
    step.heapInuseBytes,
  ]
  output.line(
    [
      new Date(step.atMs).toTimeString().slice(0, 8),
      formatText('en', `balloon.phase.${step.phase}`).padEnd(19),
      ...sizes.map((bytes) => toSizeText(bytes).padStart(10)),
      (step.psiSomePercent === null ? '-' : step.psiSomePercent.toFixed(1)).padStart(6),
    ].join(' '),
  )
}

function printProof(proof: BalloonProof, output: Output): void {
  const rows: [string, keyof ProofReading][] = [
    ['VIRT', 'virtBytes'],
    ['RSS', 'rssBytes'],
    ['LazyFree', 'lazyFreeBytes'],
    ['heap in use', 'heapInuseBytes'],
    ['MemAvailable', 'memAvailableBytes'],
  ]
  output.line('')
  output.line(
    `${formatText('en', `balloon.proof.verdict.${proof.verdict}`).toUpperCase()}: ${english(toProofSentence(proof))}`,
  )
  output.line('                    before       after')
  for (const [name, field] of rows) {
    output.line(
      `  ${name.padEnd(14)}${toSizeText(proof.before[field]).padStart(10)}  ${toSizeText(proof.after[field]).padStart(10)}`,
    )
  }
  const stall = proof.psiSomeMs === null ? '-' : formatDuration(proof.psiSomeMs)
  output.line(
    `  pglazyfreed (whole host) ${toSizeText(proof.lazyFreedBytes)}, stalled ${stall}, balloon at most ${toSizeText(proof.peakBytes)}, ` +
      `${formatDuration(proof.elapsedMs)}; ended because: ${formatText('en', `balloon.stop.${proof.stopReason}`)}`,
  )
}

/** Refuses a plan that can't be blown, or that has risks which nobody accepted, with the reasons. */
function checkPlan(plan: BalloonPlan, acceptsRisks: boolean): void {
  if (plan.refusal !== null) {
    throw new AppError('refused', `no balloon: ${formatText('en', `balloon.refusal.${plan.refusal}`)}`)
  }
  const open = plan.risks.filter((risk) => risk !== 'remote-host')
  if (open.length > 0 && !acceptsRisks) {
    const risks = open.map((risk) => english(toRiskSentence(risk, plan))).join(' ')
    throw new AppError('refused', `not started, --yes accepts it: ${risks}`)
  }
}

/** Plans, blows up, prints each step and last the proof. Whatever ends it, the memory is back when this resolves. */
export async function runBalloon(options: BalloonRunOptions): Promise<BalloonProof> {
  const { target, key, settings, output, isJson, stop } = options
  let hasHeader = false
  const runner = createBalloonRunner({
    target,
    onState({ step, proof }: BalloonState) {
      if (step === null || proof !== null) return
      if (isJson) return output.json(toStepRecord(step))
      if (!hasHeader)
        output.line(
          'TIME     PHASE                  BALLOON  AVAILABLE        RSS   LAZYFREE  HEAPINUSE    PSI',
        )
      hasHeader = true
      printStep(step, output)
    },
  })
  const deflate = (): void => runner.deflate('person')
  stop.addEventListener('abort', deflate)
  try {
    const plan = await runner.plan(key, settings)
    if (!isJson) printPlan(plan, output)
    checkPlan(plan, options.acceptsRisks)
    if (plan.remoteHost !== null) await confirmHost(plan.remoteHost, options.confirmation, stop)
    if (stop.aborted) throw new AppError('cancelled', 'cancelled before it started')
    await runner.start(key, settings, plan.risks, options.readHeapInuse)
    const { proof, error } = await runner.whenIdle()
    if (proof === null)
      throw new AppError(error?.code ?? 'failed', error?.message ?? 'the balloon gave no proof')
    if (isJson) output.json(toProofRecord(proof))
    else printProof(proof, output)
    if (proof.stopReason === 'link-lost') {
      throw new AppError('unreachable', 'the link to the host was lost during the run')
    }
    return proof
  } finally {
    stop.removeEventListener('abort', deflate)
    await runner.dispose()
  }
}
