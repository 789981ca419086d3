import type { ProcessSample, TextLine } from '../metrics/samples'
import { findAnonGrowth } from './anon-growth'
import { findFileMapped } from './file-mapped'
import { findGoroutineStacks } from './goroutine-stacks'
import { findHeapGrowth } from './heap-growth'
import { findMadvFree } from './madv-free'
import { toMemoryReadings } from './memory-readings'
import { findNearLimit } from './near-limit'
import { findNotGo } from './not-go'
import { toNothingUnusual } from './nothing-unusual'
import { findRaceBuild } from './race-build'
import { atMost, createRuleContext, levelByAge, type Rule, type RuleContext } from './rule-context'
import { findScavengerLag } from './scavenger-lag'
import { toGapShare } from './series'
import { findShmem } from './shmem'
import { findSwapped } from './swapped'
import { findThp } from './thp'
import type { Finding, FindingId, FindingLevel, Severity, Verdict, VerdictInput } from './verdict'

const MiB = 1024 * 1024

const rules: readonly Rule[] = [
  findMadvFree,
  findHeapGrowth,
  findAnonGrowth,
  findScavengerLag,
  findNotGo,
  findThp,
  findGoroutineStacks,
  findFileMapped,
  findShmem,
  findRaceBuild,
  findNearLimit,
  findSwapped,
]

/**
 * What explains another finding away: while `by` is at least likely, `weak` is no more than `cap`. The race detector's own memory
 * and huge pages are outside of what Go counts; goroutines that never end hold heap, too; what grows outside of the heap
 * says more than that anonymous memory grows.
 */
const explanations: readonly { by: FindingId; weak: FindingId; cap: FindingLevel; onlyIf?: string }[] = [
  { by: 'raceBuild', weak: 'notGo', cap: 'possible' },
  { by: 'raceBuild', weak: 'anonGrowth', cap: 'possible' },
  { by: 'thp', weak: 'notGo', cap: 'possible' },
  {
    by: 'goroutineStacks',
    weak: 'heapGrowth',
    cap: 'likely',
    onlyIf: 'verdict.finding.goroutineStacks.grows',
  },
]

/** What is an answer to *why*; the others are states that it led to. */
const states: readonly FindingId[] = ['nearLimit', 'swapped']

const levelRanks: Record<FindingLevel, number> = {
  certain: 4,
  likely: 3,
  possible: 2,
  'not-measurable': 1,
  'ruled-out': 0,
}
const severityRanks: Record<Severity, number> = { act: 2, watch: 1, calm: 0 }
/** With more of the window than this in gaps no finding about it is certain. */
const mostGapShare = 0.2
const shortSpanMs = 60_000

/** Runs all rules over what is known of one process and picks the main finding. Pure; never throws. */
export function toVerdict(input: VerdictInput): Verdict {
  const context = createRuleContext(input)
  const found = explainAway(rules.map((rule) => rule(context)).filter((finding) => finding !== null))
    .map((finding) => capByGaps(context, finding))
    .map(capByNulls)
  const causes = found.filter((finding) => isHolding(finding) && finding.level !== 'possible')
  const main =
    best(causes.filter(({ id }) => !states.includes(id))) ??
    best(causes) ??
    best(found.filter((finding) => isHolding(finding) && finding.severity !== 'calm')) ??
    capByNulls(toNothingUnusual(context, found))
  const others = found.filter((finding) => finding !== main).sort(compare)
  return {
    atMs: context.atMs,
    main: main.id,
    findings: [main, ...others],
    readings: toMemoryReadings(context),
    limits: toLimits(context),
    spanMs: context.window.spanMs,
  }
}

/** Something was found, at whatever level. */
export function isHolding({ level }: Pick<Finding, 'level'>): boolean {
  return level === 'certain' || level === 'likely' || level === 'possible'
}

function best(findings: readonly Finding[]): Finding | undefined {
  return [...findings].sort(compare)[0]
}

/** Those that hold first, the likely before the possible; then what can't be told, then what is ruled out. */
function compare(a: Finding, b: Finding): number {
  const held = Number(isSure(b)) - Number(isSure(a)) || Number(isHolding(b)) - Number(isHolding(a))
  if (held !== 0) return held
  if (!isHolding(a)) return levelRanks[b.level] - levelRanks[a.level]
  return toRank(b) - toRank(a) || (b.bytes ?? 0) - (a.bytes ?? 0)
}

/** What is certain and asks for nothing comes after what is likely and can't wait; at a tie the larger amount decides. */
function toRank({ level, severity }: Finding): number {
  return levelRanks[level] + severityRanks[severity]
}

function isSure({ level }: Finding): boolean {
  return level === 'certain' || level === 'likely'
}

function explainAway(findings: Finding[]): Finding[] {
  return findings.map((finding) => {
    const strong = explanations.find(
      ({ by, weak, onlyIf }) =>
        weak === finding.id &&
        isHolding(finding) &&
        findings.some(
          (other) => other.id === by && isSure(other) && (onlyIf === undefined || other.text === onlyIf),
        ),
    )
    return strong === undefined ? finding : { ...finding, level: atMost(finding.level, strong.cap) }
  })
}

function capByGaps({ window }: RuleContext, finding: Finding): Finding {
  if (!isHolding(finding) || finding.id === 'raceBuild' || toGapShare(window) <= mostGapShare) return finding
  return { ...finding, level: atMost(finding.level, 'likely') }
}

/** Nothing is certain that rests on a number which is not there. */
function capByNulls(finding: Finding): Finding {
  const isMissing = finding.evidence.some(({ value, unit }) => value === null && unit !== 'text')
  return isMissing ? { ...finding, level: atMost(finding.level, 'likely') } : finding
}

function toLimits({ window, latest, rollup, isGo, atMs, go }: RuleContext): TextLine[] {
  const limits: TextLine[] = []
  const add = (name: string, params: TextLine['params'] = {}): void =>
    void limits.push({ text: `verdict.limit.${name}`, params })
  const understated = toUnderstated(latest)
  if (understated > 0) add('workingSetLow', { understatedBytes: understated })
  if (window.spanMs < shortSpanMs) add('short', { spanMs: window.spanMs })
  if (toGapShare(window) > mostGapShare) add('gaps', { gapPercent: toGapShare(window) * 100 })
  if (rollup === null) {
    const reason = latest.absent.smaps_rollup ?? 'not-read'
    add(limitOfAbsence[reason] ?? 'walkFailed')
  } else if (levelByAge(atMs - rollup.atMs) !== 'certain') add('walkOld', { ageMs: atMs - rollup.atMs })
  if (isGo && latest.endpoint.phase !== 'ok') add(`endpoint.${latest.endpoint.phase}`)
  else if (go !== null && levelByAge(atMs - go.atMs) !== 'certain') add('goOld', { ageMs: atMs - go.atMs })
  return limits
}

/**
 * Pages that were marked with MADV_FREE and used again leave LazyFree at once, but stay on the inactive file list until
 * reclaim meets them: the working set leaves them out though they are in use. A few pages are no matter.
 */
function toUnderstated({ cgroup, rollup }: ProcessSample): number {
  if (cgroup?.currentBytes == null || cgroup.inactiveFileBytes === null || cgroup.anonBytes === null) return 0
  if (rollup?.lazyFreeBytes == null) return 0
  const workingSet = cgroup.currentBytes - cgroup.inactiveFileBytes
  const bytes = cgroup.anonBytes - rollup.lazyFreeBytes - workingSet
  return bytes > Math.max(16 * MiB, cgroup.currentBytes / 20) ? bytes : 0
}

const limitOfAbsence: Partial<Record<string, string>> = {
  'not-read': 'walkNotRead',
  'permission-denied': 'walkDenied',
  'too-expensive': 'walkTooExpensive',
  'not-reported': 'walkNotReported',
}
