import { AppError } from '../errors'
import { baseLabel } from './diff'
import { filterProfile, type FilteredProfile, type ProfileFilters } from './filter'
import { toFrameNodes, type FrameNodes } from './frame-nodes'
import { findInlineMarks, type InlineMark } from './inline-marks'
import { absInt64, toInt64 } from './int64'
import { readWeights, sumNodes, type NodeSums, type Weights } from './node-sums'
import type { Profile, ValueType } from './profile'

export interface AggregateOptions {
  /** Index into `sampleTypes`; absent: the profile's default. */
  sampleType?: number
  /** What the largest row is the first by. */
  sort?: 'flat' | 'cum'
  /** Most rows; 0 or absent: all. */
  nodeCount?: number
  filters?: ProfileFilters
}

/** One function. Values are in the unit of the sample type. */
export interface ProfileRow {
  name: string
  flat: bigint
  cum: bigint
  inline: InlineMark
}

/** Where a profile's values come from, by function: the numbers of `go tool pprof -top`. */
export interface ProfileTable {
  sampleType: ValueType
  /** What percentages are of: all samples before filters, without sign; those of the base for a diff base. */
  total: bigint
  rows: ProfileRow[]
  /** Rows before `nodeCount` cut them. */
  rowCount: number
  /** Functions that are left out because their cum is below the cut of 0.5 %. */
  droppedCount: number
  /** That cut, of the total. */
  dropCutoff: bigint
  filters: ProfileFilters
  /** Filters that matched nothing. */
  unmatched: FilteredProfile['unmatched']
}

const nodeFraction = 0.005
const edgeFraction = 0.001

function cutoff(total: bigint, fraction: number): bigint {
  return absInt64(toInt64(Number(total) * fraction))
}

/**
 * Flat and cum by function name, with the cuts and the order of `go tool pprof -top`, of a profile from
 * `prepareProfile` or `mergeBase`. Throws AppError `invalid` for filters that are no patterns and for a sample type that
 * is not there.
 */
export function aggregate(profile: Profile, options: AggregateOptions = {}): ProfileTable {
  const { sampleType = profile.defaultSampleType, sort = 'flat', nodeCount = 0, filters = {} } = options
  const type = profile.sampleTypes[sampleType]
  if (type === undefined) {
    throw new AppError('invalid', 'the profile has no such sample type', { hint: 'profile.noSampleType' })
  }
  const total = computeTotal(profile, sampleType)
  const { profile: filtered, unmatched } = filterProfile(profile, filters)
  const frames = toFrameNodes(filtered)
  const { weights } = readWeights(filtered, sampleType)
  const sums = sumNodes(filtered, frames, weights)
  const table = selectNodes(filtered, frames, weights, sums, sort, nodeCount)
  return { sampleType: type, total, ...table, dropCutoff: cutoff(total, nodeFraction), filters, unmatched }
}

function computeTotal(profile: Profile, sampleType: number): bigint {
  const { total } = readWeights(profile, sampleType)
  let baseTotal = 0n
  for (const [sample, labels] of profile.labels.entries()) {
    if (labels?.text[baseLabel]?.includes('true') !== true) continue
    const value = profile.values[sample * profile.sampleTypes.length + sampleType]!
    baseTotal = BigInt.asIntN(64, baseTotal + absInt64(value))
  }
  return baseTotal > 0n ? baseTotal : total
}

function selectNodes(
  profile: Profile,
  frames: FrameNodes,
  weights: Weights,
  sums: NodeSums,
  sort: 'flat' | 'cum',
  nodeCount: number,
): Pick<ProfileTable, 'rows' | 'rowCount' | 'droppedCount'> {
  const { flat, cum } = sums
  const all = [...frames.names.keys()].filter((node) => cum[node] !== 0n || flat[node] !== 0n)
  const flatSum = BigInt.asIntN(
    64,
    all.reduce((sum, node) => sum + flat[node]!, 0n),
  )
  const nodeCutoff = cutoff(flatSum, nodeFraction)
  const heavy = nodeCutoff > 0n ? all.filter((node) => absInt64(cum[node]!) >= nodeCutoff) : [...all]
  heavy.sort(compareNodes(frames, sums, sort))
  const shown = nodeCount > 0 ? heavy.slice(0, nodeCount) : heavy
  const kept = shown.length === all.length ? null : new Uint8Array(frames.names.length)
  if (kept !== null) for (const node of shown) kept[node] = 1
  const edgeCutoff = cutoff(flatSum, edgeFraction)
  const marks = findInlineMarks(profile, frames, weights, { kept, edgeCutoff })
  return {
    rows: shown.map((node) => ({
      name: frames.names[node]!,
      flat: flat[node]!,
      cum: cum[node]!,
      inline: marks[node]!,
    })),
    rowCount: heavy.length,
    droppedCount: all.length - heavy.length,
  }
}

/** By bytes of UTF-8, as Go compares. UTF-16 differs where a surrogate meets a code unit above it. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  let at = 0
  while (a.charCodeAt(at) === b.charCodeAt(at)) at++
  const order = (text: string): number => {
    const code = text.charCodeAt(at)
    return Number.isNaN(code) ? -1 : code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code
  }
  return order(a) - order(b)
}

function compareBySize(a: bigint, b: bigint): number {
  const sizeA = absInt64(a)
  const sizeB = absInt64(b)
  return sizeA === sizeB ? 0 : sizeA > sizeB ? -1 : 1
}

function compareNodes(
  { names, sortKeys }: FrameNodes,
  { flat, cum }: NodeSums,
  sort: 'flat' | 'cum',
): (a: number, b: number) => number {
  const [first, second] = sort === 'cum' ? [cum, flat] : [flat, cum]
  return (a, b) =>
    compareBySize(first[a]!, first[b]!) ||
    compareText(names[a]!, names[b]!) ||
    compareBySize(second[a]!, second[b]!) ||
    compareText(sortKeys[a]!, sortKeys[b]!)
}
