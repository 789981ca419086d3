import { isSameProcess } from '../process-key'
import type { BalloonProof } from '../balloon/types'
import type { GoSample, RollupSample } from '../metrics/samples'
import type { Point } from './slope'
import type {
  Evidence,
  EvidenceSource,
  EvidenceUnit,
  Finding,
  FindingId,
  FindingLevel,
  NextStep,
  VerdictInput,
} from './verdict'

const MiB = 1024 * 1024

/** A balloon of long ago says nothing of what was freed since. */
const proofMaxAgeMs = 30 * 60_000
/** Readings up to this age count as of now; up to the second as of lately. */
const freshMs = 60_000
const agedMs = 10 * 60_000
/** What is seen at two moments this far apart is no moment's whim. */
const steadyMs = 8_000

/** What all rules look at, worked out once. */
export interface RuleContext extends VerdictInput {
  atMs: number
  /** Rss of the last walk, or VmRSS without one. */
  rssBytes: number | null
  /** Less than this explains nothing of such an RSS. */
  materialBytes: number
  rollup: RollupSample | null
  go: GoSample | null
  isGo: boolean
  /** Of this process, and not long ago. */
  proof: BalloonProof | null
}

/** A rule looks for one thing. null: it does not concern this process. */
export type Rule = (context: RuleContext) => Finding | null

export function createRuleContext(input: VerdictInput): RuleContext {
  const { latest, facts, proof } = input
  const rssBytes = latest.rollup?.rssBytes ?? latest.rssBytes
  const proofAtMs = proof === null ? 0 : proof.startedAtMs + proof.elapsedMs
  const isOwnProof = proof !== null && isSameProcess(proof.target, latest.key)
  return {
    ...input,
    atMs: latest.atMs,
    rssBytes,
    materialBytes: Math.max(16 * MiB, (rssBytes ?? 0) / 10),
    rollup: latest.rollup,
    go: latest.go,
    isGo: facts?.isGo === true || (facts?.isGo !== false && latest.go !== null),
    proof: isOwnProof && latest.atMs - proofAtMs <= proofMaxAgeMs ? proof : null,
  }
}

const order: readonly FindingLevel[] = ['possible', 'likely', 'certain']

/** The less certain of the two. */
export function atMost(level: FindingLevel, cap: FindingLevel): FindingLevel {
  const [a, b] = [order.indexOf(level), order.indexOf(cap)]
  return a < 0 || b < 0 || a <= b ? level : cap
}

/** What an age allows at most. */
export function levelByAge(ageMs: number): FindingLevel {
  return ageMs <= freshMs ? 'certain' : ageMs <= agedMs ? 'likely' : 'possible'
}

/** `certain` when it was material at two moments some seconds apart, without a break; else `likely`. */
export function levelBySteadiness(points: readonly Point[], leastValue: number): FindingLevel {
  const last = points.at(-1)
  if (last === undefined) return 'likely'
  for (let index = points.length - 1; index >= 0; index--) {
    const point = points[index]
    if (point === undefined || point.value < leastValue) return 'likely'
    if (last.atMs - point.atMs >= steadyMs) return 'certain'
  }
  return 'likely'
}

/** RSS has moved on since the walk, so that its parts are of another picture. */
export function hasMovedSince({ latest, rollup, materialBytes }: RuleContext): boolean {
  if (rollup?.rssBytes == null || latest.rssBytes === null) return false
  return Math.abs(latest.rssBytes - rollup.rssBytes) > materialBytes
}

/** One number of the evidence, as `verdict.evidence.<name>`. */
export function evidence(
  { atMs: nowMs }: RuleContext,
  name: string,
  value: number | null,
  from: { unit?: EvidenceUnit; atMs: number | null; source: EvidenceSource },
  params: Evidence['params'] = {},
): Evidence {
  const isRead = value !== null && Number.isFinite(value) && from.atMs !== null
  return {
    text: `verdict.evidence.${name}`,
    params,
    value: value !== null && Number.isFinite(value) ? value : null,
    unit: from.unit ?? 'bytes',
    atMs: isRead ? from.atMs : null,
    ageMs: isRead && from.atMs !== null ? Math.max(0, nowMs - from.atMs) : null,
    source: from.source,
  }
}

/** A fact in words; `text` is a whole key. */
export function fact(text: string, source: EvidenceSource, params: Evidence['params'] = {}): Evidence {
  return { text, params, value: null, unit: 'text', atMs: null, ageMs: null, source }
}

/** Of the last walk. */
export function fromRollup(
  context: RuleContext,
  name: 'rssBytes' | 'lazyFreeBytes' | 'anonymousBytes' | 'anonHugePagesBytes',
): Evidence {
  const { rollup } = context
  return evidence(context, name, rollup?.[name] ?? null, {
    atMs: rollup?.atMs ?? null,
    source: 'smaps_rollup',
  })
}

/** Of the last answer of the endpoint. */
export function fromGo(
  context: RuleContext,
  name:
    | 'heapInuseBytes'
    | 'heapIdleBytes'
    | 'heapReleasedBytes'
    | 'stackInuseBytes'
    | 'sysBytes'
    | 'nextGcBytes'
    | 'goroutines',
): Evidence {
  const { go } = context
  return evidence(context, name, go?.[name] ?? null, {
    unit: name === 'goroutines' ? 'count' : 'bytes',
    atMs: go?.atMs ?? null,
    source: 'endpoint',
  })
}

/** Of the last poll's status. */
export function fromStatus(
  context: RuleContext,
  name: 'rssBytes' | 'rssAnonBytes' | 'rssFileBytes' | 'rssShmemBytes' | 'swapBytes',
): Evidence {
  const value = context.latest[name]
  return evidence(context, name, value, { atMs: context.atMs, source: 'status' })
}

/** What to do, as `verdict.next.<name>`. */
export function step(
  name: string,
  action: NextStep['action'] = null,
  params: NextStep['params'] = {},
): NextStep {
  return { text: `verdict.next.${name}`, params, action }
}

/** A finding with the sentence `verdict.finding.<id>.<variant>`; calm and without an amount unless told. */
export function toFinding(
  id: FindingId,
  level: FindingLevel,
  variant: string,
  rest: Partial<Omit<Finding, 'id' | 'level' | 'text'>> = {},
): Finding {
  return {
    id,
    level,
    severity: 'calm',
    text: `verdict.finding.${id}.${variant}`,
    params: {},
    bytes: null,
    evidence: [],
    next: [],
    ...rest,
  }
}
