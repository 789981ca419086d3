import type { ProcessFacts } from '#core/metrics/samples'

/** Why a Go runtime returns memory the way it does; a key under `focus.madvise`. */
export type MadviseReason = 'byGodebug' | 'byVersion' | 'versionUnknown' | 'environmentUnknown'

/** GODEBUG wins over the version's default; where the environment can't be read, the version's default is only likely. */
export function toMadviseReason(facts: ProcessFacts): MadviseReason {
  if (facts.goEnvironment?.['GODEBUG']?.includes('madvdontneed=') === true) return 'byGodebug'
  if (facts.goVersion === null) return 'versionUnknown'
  return facts.goEnvironment === null ? 'environmentUnknown' : 'byVersion'
}
