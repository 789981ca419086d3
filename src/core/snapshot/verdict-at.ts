import type { HostFacts } from '../metrics/samples'
import type { ProfileGrowth } from '../pprof/profile-growth'
import { toVerdict } from '../verdict/to-verdict'
import type { Verdict } from '../verdict/verdict'
import { createVerdictWindow } from '../verdict/window'
import type { IncidentProcess, StreamColumns } from './incident'
import { hostAt, samplesOf } from './sample-at'

/** As far as a verdict looks back. */
const lookBackMs = 2 * 3_600_000

export interface VerdictSource {
  process: IncidentProcess
  hostFacts: HostFacts
  hostStream: StreamColumns
  /** Between the profiles that had been fetched by then; null: fewer than two, or not compared. */
  growth: ProfileGrowth | null
}

/** What the numbers of a process meant at a moment, by today's rules and by what was known then. null: nothing was. */
export function verdictAt(source: VerdictSource, momentMs: number): Verdict | null {
  const { process, hostFacts, hostStream, growth } = source
  const window = createVerdictWindow()
  let latest = null
  for (const sample of samplesOf(process, momentMs - lookBackMs, momentMs)) {
    // A kernel thread or a zombie has no memory to judge.
    if (sample.absent.status === 'no-memory' || sample.absent.stat === 'no-memory') continue
    window.push(sample)
    latest = sample
  }
  if (latest === null) return null
  const { proof } = process
  const isProven = proof !== null && proof.startedAtMs + proof.elapsedMs <= momentMs
  return toVerdict({
    window,
    latest,
    facts: process.facts,
    host: hostAt(hostStream, momentMs),
    hostFacts,
    growth,
    proof: isProven ? proof : null,
  })
}
