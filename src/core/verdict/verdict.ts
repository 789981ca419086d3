import type { BalloonProof } from '../balloon/types'
import type { MetricSource } from '../metrics/catalogue'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample, TextLine } from '../metrics/samples'
import type { ProfileGrowth } from '../pprof/profile-growth'
import type { VerdictWindow } from './window'

/** What a rule looks for. `nothingUnusual` is the answer when no other one holds. */
export const findingIds = [
  'madvFree', // freed memory that the kernel keeps in RSS until it needs it
  'heapGrowth', // the Go heap's floor rises
  'anonGrowth', // anonymous memory rises, and no allocator's numbers say whose it is
  'scavengerLag', // idle heap that the Go runtime has not given back
  'notGo', // memory of a Go process that its runtime knows nothing of: cgo, mmap, another allocator
  'fileMapped', // pages of files in RSS
  'shmem', // shared memory and tmpfs in RSS
  'thp', // huge pages hold what was given back
  'goroutineStacks',
  'raceBuild',
  'nearLimit', // a cgroup limit, GOMEMLIMIT or the host's own end
  'swapped',
  'nothingUnusual',
] as const

export type FindingId = (typeof findingIds)[number]

/**
 * `certain`: everything that it rests on was read, recently and more than once, and agrees. `likely`: one of these is
 * missing. `possible`: a sign, no more. `ruled-out`: the numbers say no. `not-measurable`: nothing here can tell.
 */
export type FindingLevel = 'certain' | 'likely' | 'possible' | 'ruled-out' | 'not-measurable'

/** `act`: ends badly if nothing is done; `watch`: costs memory or misleads an alarm; `calm`: no harm. */
export type Severity = 'act' | 'watch' | 'calm'

export type EvidenceUnit = 'bytes' | 'bytes-per-minute' | 'percent' | 'count' | 'per-second' | 'ms' | 'text'

/** Where a number of the evidence is from. `kernel`: a probe of the host; `profile`: two heap profiles. */
export type EvidenceSource = MetricSource | 'kernel' | 'profile'

/** One number, or one fact, that a finding rests on. `text` names it. */
export interface Evidence extends TextLine {
  /** null: it was looked for and is not there; `text` says why. For unit `text` the sentence says it all. */
  value: number | null
  unit: EvidenceUnit
  /** When it was read, ms since the epoch; null: it does not age, or was not read. */
  atMs: number | null
  /** Against the verdict's moment, ms. */
  ageMs: number | null
  source: EvidenceSource
}

/** What a step needs of the window. */
export type StepAction = 'balloon' | 'profile' | 'memory-map'

/** What to do, or what would settle it. */
export interface NextStep extends TextLine {
  action: StepAction | null
}

/** One answer of one rule. `text` and `params` are its sentence, parameters raw (`*Bytes`, `*Ms`, `*Percent`). */
export interface Finding extends TextLine {
  id: FindingId
  level: FindingLevel
  severity: Severity
  /** Memory that it accounts for, to tell the large from the small; null: it is about no amount. */
  bytes: number | null
  evidence: Evidence[]
  next: NextStep[]
}

export type MemoryReadingId =
  | 'hostUsed' // as `free`: total - free - buffers - cache
  | 'hostUnavailable' // total - MemAvailable
  | 'hostLessLazyFree' // as `free`, less the process's LazyFree
  | 'containerUsage' // memory.current, memory.usage_in_bytes
  | 'containerRss' // anonymous memory of the cgroup
  | 'workingSet' // usage - inactive_file

/** One way to read the same alarm. */
export interface MemoryReading {
  id: MemoryReadingId
  usedBytes: number
  /** MemTotal, or the limit of the cgroup; null: no limit. */
  totalBytes: number | null
  percent: number | null
  atMs: number
  ageMs: number
  /** Who acts when this one is full. Empty: nobody but an alarm, for the kernel takes a part of it back first. */
  actors: ('kubelet' | 'oom-killer')[]
}

export interface Verdict {
  atMs: number
  main: FindingId
  /** The main one first, then what else holds, then what is not measurable, then what is ruled out. One a rule at most. */
  findings: Finding[]
  readings: MemoryReading[]
  /** What keeps it from being more certain: a short window, gaps, numbers that are not there. */
  limits: TextLine[]
  /** How long the process was looked at, ms. */
  spanMs: number
}

export interface VerdictInput {
  window: VerdictWindow
  latest: ProcessSample
  /** null: not read yet. */
  facts: ProcessFacts | null
  host: HostSample | null
  hostFacts: HostFacts | null
  /** Between the process's first kept heap profile and its newest; null: not compared. */
  growth: ProfileGrowth | null
  /** The last balloon on this very process. */
  proof: BalloonProof | null
}

/** The finding that `main` names. */
export function mainFinding(verdict: Verdict): Finding | null {
  return verdict.findings.find(({ id }) => id === verdict.main) ?? null
}
