/** What one value of a sample counts, as the profile names it: `inuse_space` in `bytes`. */
export interface ValueType {
  type: string
  unit: string
}

export interface ProfileFunction {
  /** As pprof shows it. Identity of a node at the usual granularity. */
  name: string
  systemName: string
  filename: string
  startLine: number
}

/** One line of a location; a location has several where calls were inlined, the innermost first. */
export interface ProfileLine {
  /** Index into `functions`; -1: none. */
  functionIndex: number
  line: number
}

export interface ProfileLocation {
  address: bigint
  /** Index into `mappings`; -1: none. */
  mappingIndex: number
  lines: readonly ProfileLine[]
  /** Several functions were folded into one there; absent: no. */
  isFolded?: boolean
}

export interface ProfileMapping {
  startAddress: bigint
  limitAddress: bigint
  fileOffset: bigint
  filename: string
  buildId: string
}

/** Labels of one sample, such as a request's route. */
export interface SampleLabels {
  text: Readonly<Record<string, readonly string[]>>
  numbers: Readonly<Record<string, readonly { value: bigint; unit: string }[]>>
}

/**
 * A decoded pprof profile (google/pprof profile.proto). Samples stand in columns: sample i has the locations
 * `stacks[stackStarts[i]]` up to `stacks[stackStarts[i + 1]]`, the leaf first, as indices into `locations`, and the values
 * `values[i * sampleTypes.length + t]`. Values are exact 64-bit numbers.
 */
export interface Profile {
  sampleTypes: readonly ValueType[]
  /** Which of `sampleTypes` is shown when nobody chose: default_sample_type, else the last. */
  defaultSampleType: number
  /** As the profile itself names it; absent or empty: it does not. */
  defaultSampleTypeName?: string
  functions: readonly ProfileFunction[]
  locations: readonly ProfileLocation[]
  mappings: readonly ProfileMapping[]
  sampleCount: number
  stackStarts: Uint32Array
  stacks: Uint32Array
  values: BigInt64Array
  /** By sample; null where a sample has none. Empty when no sample has any. */
  labels: readonly (SampleLabels | null)[]
  /** Wall clock at which it was taken, ms since the epoch; null: not recorded. */
  atMs: number | null
  durationNanos: bigint
  periodType: ValueType | null
  period: bigint
  comments: readonly string[]
  dropFrames: string
  keepFrames: string
}
