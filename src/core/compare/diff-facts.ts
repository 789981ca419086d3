import type { HostFacts, ProcessFacts, TextLine } from '../metrics/samples'

/** What is known of one side of a comparison; null: not reported. */
export interface FactsSide {
  host: HostFacts | null
  process: ProcessFacts | null
}

type FactValue = string | number | boolean | null

export interface FactPair {
  /** Stable name of the fact, such as `kernelRelease` or `environment.GOGC`. */
  id: string
  /** null: not reported. */
  a: FactValue
  b: FactValue
  /** What each side's value means, where that is known. */
  meaning: { a: TextLine | null; b: TextLine | null }
}

export interface FactsDifference {
  /** Both reported and not equal, what explains most first. */
  different: FactPair[]
  /** Reported by one side only: no difference is known. */
  oneSided: FactPair[]
  equal: FactPair[]
}

/** Differences first, in the order of how much they explain. A fact that neither side reports is left out. */
export function diffFacts(a: FactsSide, b: FactsSide): FactsDifference {
  const difference: FactsDifference = { different: [], oneSided: [], equal: [] }
  for (const [id, read] of readers) {
    const pair = { id, a: read(a) ?? null, b: read(b) ?? null, meaning: meaningOf(id, a, b) }
    if (pair.a === null && pair.b === null) continue
    if (pair.a === null || pair.b === null) difference.oneSided.push(pair)
    else (pair.a === pair.b ? difference.equal : difference.different).push(pair)
  }
  return difference
}

/** The policy already carries the sentence that says why it is so. */
function meaningOf(id: string, a: FactsSide, b: FactsSide): FactPair['meaning'] {
  if (id !== 'madvise') return { a: null, b: null }
  return { a: a.process?.madviseWhy ?? null, b: b.process?.madviseWhy ?? null }
}

type FactReader = (side: FactsSide) => FactValue | undefined

/** A readable environment without the name is a value of its own: the empty text, not null. */
const environment =
  (name: string): FactReader =>
  ({ process }) =>
    process?.goEnvironment ? (process.goEnvironment[name] ?? '') : null

/** As a shell would have to be told, so that the borders of the arguments are seen. */
function toWord(argument: string): string {
  return /^[^\s'"\\$`]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`
}

const readers: readonly (readonly [string, FactReader])[] = [
  ['kernelRelease', ({ host }) => host?.kernelRelease],
  ['goVersion', ({ process }) => process?.goVersion],
  ['madvise', ({ process }) => (process?.madvise === 'unknown' ? null : process?.madvise)],
  ['madvFreeCounted', ({ host }) => host?.kernelMemory.madvFreeCounted],
  ['lazyFreeReported', ({ host }) => host?.kernelMemory.lazyFreeReported],
  ['environment.GODEBUG', environment('GODEBUG')],
  ['environment.GOGC', environment('GOGC')],
  ['environment.GOMEMLIMIT', environment('GOMEMLIMIT')],
  ['environment.GOMAXPROCS', environment('GOMAXPROCS')],
  ['thpEnabled', ({ host }) => host?.thpEnabled],
  ['thpDefrag', ({ host }) => host?.thpDefrag],
  ['cgroupVersion', ({ host }) => host?.cgroupVersion],
  ['swapTotalBytes', ({ host }) => host?.kernelMemory.swapTotalBytes],
  ['cmdline', ({ process }) => process?.cmdline?.map(toWord).join(' ')],
  ['isRaceBuild', ({ process }) => process?.isRaceBuild],
  ['buildMode', ({ process }) => process?.build?.buildMode],
  ['goModule', ({ process }) => process?.goModule],
  ['cpuCount', ({ host }) => host?.cpuCount],
  ['arch', ({ host }) => host?.arch],
  ['pageSizeBytes', ({ host }) => host?.pageSizeBytes],
]
