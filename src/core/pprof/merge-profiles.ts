import { AppError } from '../errors'
import { SampleBuilder, stackOf, valuesOf } from './build-profile'
import { chooseSampleType } from './decode-profile'
import type {
  Profile,
  ProfileFunction,
  ProfileLocation,
  ProfileMapping,
  SampleLabels,
  ValueType,
} from './profile'

/**
 * One profile of several, as the tool merges them: what is the same function, location or stack there becomes one, and
 * samples that come to nothing are dropped. That matters to the total, which is a sum of absolute values. Throws
 * AppError `unsupported` for profiles of different things.
 */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const [first] = profiles
  if (first === undefined) throw new AppError('invalid', 'there is no profile to merge')
  for (const other of profiles) checkSameTypes(first, other)
  const merger = new ProfileMerger(first.sampleTypes.length)
  for (const profile of profiles) merger.add(profile)
  const merged = { ...first, ...combineHeaders(profiles), ...merger.finish() }
  return merger.hasZeroSample ? mergeProfiles([merged]) : merged
}

function checkSameTypes(first: Profile, other: Profile): void {
  const print = (types: readonly ValueType[]): string =>
    types.map(({ type, unit }) => `${type}/${unit}`).join(' ')
  const ofPeriod = (profile: Profile): ValueType[] =>
    profile.periodType === null ? [] : [profile.periodType]
  const pairs = [
    [print(first.sampleTypes), print(other.sampleTypes)],
    [print(ofPeriod(first)) || '/', print(ofPeriod(other)) || '/'],
  ] as const
  for (const [one, another] of pairs) {
    if (one !== another) throw incompatible(one, another)
  }
}

/** Two profiles that cannot be compared, each by what it counts. */
export function incompatible(one: string, other: string): AppError {
  const params = { one: one.slice(0, 200), other: other.slice(0, 200) }
  return new AppError('unsupported', `profiles of different things: ${params.one} and ${params.other}`, {
    hint: 'profile.incompatible',
    params,
  })
}

function combineHeaders(profiles: readonly Profile[]): Partial<Profile> {
  const [first] = profiles
  let { atMs, period, durationNanos } = first!
  let name = first!.defaultSampleTypeName ?? ''
  for (const other of profiles.slice(1)) {
    // The earliest; one without a time counts as the year 1970, as in the tool.
    if (atMs === null || (other.atMs ?? 0) < atMs) atMs = other.atMs
    if (period === 0n || period < other.period) period = other.period
    durationNanos = BigInt.asIntN(64, durationNanos + other.durationNanos)
    if (name === '') name = other.defaultSampleTypeName ?? ''
  }
  return {
    atMs,
    period,
    durationNanos,
    comments: [...new Set(profiles.flatMap(({ comments }) => comments))],
    defaultSampleTypeName: name,
    defaultSampleType: chooseSampleType(first!.sampleTypes, name),
  }
}

/** Bytes of a mapping, rounded up to whole pages of 4 KiB. */
function roundedSize({ startAddress, limitAddress }: ProfileMapping): bigint {
  const size = BigInt.asUintN(64, limitAddress - startAddress + 0xfffn)
  return size - (size % 0x1000n)
}

function toLabelKey(labels: SampleLabels | null): string {
  if (labels === null) return ''
  const sorted = (entries: [string, unknown][]): unknown => entries.sort(([a], [b]) => (a < b ? -1 : 1))
  const numbers = Object.entries(labels.numbers).map(([key, list]): [string, unknown] => [
    key,
    list.map(({ value, unit }) => [value.toString(), unit]),
  ])
  return JSON.stringify([sorted(Object.entries(labels.text)), sorted(numbers)])
}

class ProfileMerger {
  readonly #typeCount: number
  readonly #samples: SampleBuilder
  readonly #functions: ProfileFunction[] = []
  readonly #locations: ProfileLocation[] = []
  readonly #mappings: ProfileMapping[] = []
  readonly #known = new Map<string, number>()
  readonly #knownSamples = new Map<string, number>()

  constructor(typeCount: number) {
    this.#typeCount = typeCount
    this.#samples = new SampleBuilder(typeCount)
  }

  get hasZeroSample(): boolean {
    for (let index = 0; index < this.#samples.count; index++) if (this.#samples.isZero(index)) return true
    return false
  }

  add(profile: Profile): void {
    // The first mapping stands for the program itself.
    if (this.#mappings.length === 0 && profile.mappings.length > 0) this.#mapMapping(profile.mappings[0]!)
    const locations = new Int32Array(profile.locations.length).fill(-1)
    for (let sample = 0; sample < profile.sampleCount; sample++) {
      const values = valuesOf(profile, sample)
      if (values.every((value) => value === 0n)) continue
      const stack = stackOf(profile, sample).map((location) => {
        if (locations[location] === -1) locations[location] = this.#mapLocation(profile, location)
        return locations[location]!
      })
      this.#addSample(stack, values, profile.labels[sample] ?? null)
    }
  }

  finish(): Partial<Profile> & ReturnType<SampleBuilder['finish']> {
    return {
      functions: this.#functions,
      locations: this.#locations,
      mappings: this.#mappings,
      ...this.#samples.finish(),
    }
  }

  #addSample(stack: Uint32Array, values: BigInt64Array, labels: SampleLabels | null): void {
    const key = `${stack.join()}|${toLabelKey(labels)}`
    const known = this.#knownSamples.get(key)
    if (known === undefined) this.#knownSamples.set(key, this.#samples.add(stack, values, labels))
    else this.#samples.addValues(known, values.subarray(0, this.#typeCount))
  }

  /** The index of what has that key; made when there is none. */
  #intern<T>(list: T[], key: string, make: () => T): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    list.push(make())
    this.#known.set(key, list.length - 1)
    return list.length - 1
  }

  #mapMapping(mapping: ProfileMapping): number {
    const { fileOffset, buildId, filename } = mapping
    const key = `m${roundedSize(mapping)}|${fileOffset}|${buildId === '' ? filename : buildId}`
    return this.#intern(this.#mappings, key, () => mapping)
  }

  #mapLocation(profile: Profile, index: number): number {
    const location = profile.locations[index]!
    const mapping = profile.mappings[location.mappingIndex]
    const mappingIndex = mapping === undefined ? -1 : this.#mapMapping(mapping)
    const merged = this.#mappings[mappingIndex]
    const lines = location.lines.map(({ functionIndex, line }) => ({
      functionIndex: functionIndex === -1 ? -1 : this.#mapFunction(profile.functions[functionIndex]!),
      line,
    }))
    // Where a program is loaded differs from run to run.
    const offset = BigInt.asUintN(64, location.address - (mapping?.startAddress ?? 0n))
    const address = BigInt.asUintN(64, offset + (merged?.startAddress ?? 0n))
    const lineKey = lines.map(({ functionIndex, line }) => `${functionIndex}:${line}`).join()
    const key = `l${offset}|${mappingIndex}|${location.isFolded === true}|${lineKey}`
    return this.#intern(this.#locations, key, () => ({ ...location, address, mappingIndex, lines }))
  }

  #mapFunction(source: ProfileFunction): number {
    const key = `f${source.startLine}|${JSON.stringify([source.name, source.systemName, source.filename])}`
    return this.#intern(this.#functions, key, () => source)
  }
}
