import { toVerdict } from '#core/verdict/to-verdict'
import type { BalloonProof } from '#core/balloon/types'
import type { Verdict } from '#core/verdict/verdict'
import { createVerdictWindow } from '#core/verdict/window'
import type { ScenarioRun } from './recording'

/** The verdict on a run as it stood after its first so many samples; all of them unless told. */
export function judge(
  { facts, hostFacts, samples, hosts }: ScenarioRun,
  { count = samples.length, proof = null }: { count?: number; proof?: BalloonProof | null } = {},
): Verdict {
  const window = createVerdictWindow()
  for (const sample of samples.slice(0, count)) window.push(sample)
  const latest = samples[count - 1]
  if (latest === undefined) throw new Error(`no sample ${count}`)
  return toVerdict({ window, latest, facts, host: hosts[count - 1] ?? null, hostFacts, growth: null, proof })
}

/** `main: level`, and what else is held to be so: for messages and for comparison. */
export function toSummary({ main, findings }: Verdict): { main: string; held: string[] } {
  const held = findings.filter(
    ({ level }) => level === 'certain' || level === 'likely' || level === 'possible',
  )
  return { main, held: held.map(({ id, level }) => `${id}: ${level}`) }
}
