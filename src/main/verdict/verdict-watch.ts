import { isSameProcess } from '#core/process-key'
import type { BalloonProof } from '#core/balloon/types'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import type { ProfileGrowth } from '#core/pprof/profile-growth'
import { isHolding, toVerdict } from '#core/verdict/to-verdict'
import type { Finding, Verdict } from '#core/verdict/verdict'
import { createVerdictWindow } from '#core/verdict/window'

/** Verdicts are made from samples of a second each: more often than this says nothing new. */
const leastMs = 3_000
/** What says the same is sent again so often, for its numbers and their ages. */
const refreshMs = 15_000

/** What is known beside the samples, asked for at each verdict. */
export interface VerdictKnowledge {
  hostFacts: () => HostFacts
  host: () => HostSample | null
  growth: () => ProfileGrowth | null
}

/** The verdict on one watched process. Forgets everything with its watch. */
export interface VerdictWatch {
  readonly latest: Verdict | null
  addSample(sample: ProcessSample): void
  setFacts(facts: ProcessFacts): void
  addProof(proof: BalloonProof): void
}

/** `onVerdict`: it says something else than before, or its numbers have moved on. */
export function createVerdictWatch(
  knowledge: VerdictKnowledge,
  onVerdict: (verdict: Verdict, facts: ProcessFacts | null) => void,
): VerdictWatch {
  const window = createVerdictWindow()
  let facts: ProcessFacts | null = null
  let proof: BalloonProof | null = null
  let latest: Verdict | null = null
  let judgedAtMs = Number.NEGATIVE_INFINITY
  let sentAtMs = Number.NEGATIVE_INFINITY
  let sentMeaning = ''
  let judgedSources = ''

  function judge(sample: ProcessSample): void {
    judgedAtMs = sample.atMs
    const { hostFacts, host, growth } = knowledge
    latest = toVerdict({
      window,
      latest: sample,
      facts,
      host: host(),
      hostFacts: hostFacts(),
      growth: growth(),
      proof,
    })
    const meaning = toMeaning(latest)
    if (meaning === sentMeaning && sample.atMs - sentAtMs < refreshMs && sample.atMs >= sentAtMs) return
    sentMeaning = meaning
    sentAtMs = sample.atMs
    onVerdict(latest, facts)
  }

  return {
    get latest() {
      return latest
    },
    addSample(sample) {
      // A kernel thread or a zombie has no memory to judge.
      if (sample.absent.status === 'no-memory' || sample.absent.stat === 'no-memory') return
      window.push(sample)
      const sources = toSources(sample)
      const isDue =
        sample.atMs - judgedAtMs >= leastMs || sample.atMs < judgedAtMs || sources !== judgedSources
      judgedSources = sources
      if (isDue) judge(sample)
    },
    setFacts(next) {
      // Another program took the process over: what was seen before was not of it.
      if (facts !== null && toProgram(facts) !== toProgram(next)) {
        window.clear()
        proof = null
      }
      if (facts?.isGo !== next.isGo || facts.goVersion !== next.goVersion)
        judgedAtMs = Number.NEGATIVE_INFINITY
      facts = next
    },
    addProof(next) {
      if (facts !== null && !isSameProcess(next.target, facts.key)) return
      if (next.startedAtMs === proof?.startedAtMs) return
      proof = next
      judgedAtMs = Number.NEGATIVE_INFINITY
    },
  }
}

/** Which of the dear numbers are there: the first walk and the first answer are judged at once. */
function toSources({ rollup, go, endpoint }: ProcessSample): string {
  return `${rollup !== null} ${go !== null} ${endpoint.phase}`
}

function toProgram({ exePath, cmdline }: ProcessFacts): string {
  return JSON.stringify([exePath, cmdline])
}

/** What a person would take from it: a change of the last digits is none. */
function toMeaning({ main, findings, limits }: Verdict): string {
  const told = findings.map(({ id, level, severity, text, bytes, next }: Finding) => [
    id,
    level,
    severity,
    text,
    isHolding({ level }) && bytes !== null ? bytes.toPrecision(2) : null,
    next.map((step) => step.text),
  ])
  return JSON.stringify([main, told, limits.map(({ text }) => text)])
}
