import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { toVerdict } from '#core/verdict/to-verdict'
import type { Verdict } from '#core/verdict/verdict'
import { createVerdictWindow } from '#core/verdict/window'

/** Judges played samples as the backend judges real ones, at each of them. */
export function createFakeVerdict(
  hostFacts: HostFacts | null,
): (sample: ProcessSample, facts: ProcessFacts, host: HostSample | null) => Verdict {
  const window = createVerdictWindow()
  return (latest, facts, host) => {
    window.push(latest)
    return toVerdict({ window, latest, facts, host, hostFacts, growth: null, proof: null })
  }
}
