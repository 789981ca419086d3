import type { Profile, SampleLabels } from './profile'

/** Collects samples into the columns of a profile. */
export class SampleBuilder {
  readonly #typeCount: number
  readonly #stackStarts: number[] = [0]
  readonly #stacks: number[] = []
  readonly #values: bigint[] = []
  readonly #labels: (SampleLabels | null)[] = []
  #hasLabels = false

  constructor(typeCount: number) {
    this.#typeCount = typeCount
  }

  get count(): number {
    return this.#stackStarts.length - 1
  }

  /** Adds a sample and says its index. */
  add(stack: ArrayLike<number>, values: ArrayLike<bigint>, labels: SampleLabels | null): number {
    for (let at = 0; at < stack.length; at++) this.#stacks.push(stack[at]!)
    for (let type = 0; type < this.#typeCount; type++) this.#values.push(values[type]!)
    this.#stackStarts.push(this.#stacks.length)
    this.#labels.push(labels)
    if (labels !== null) this.#hasLabels = true
    return this.count - 1
  }

  /** Adds to the values of a sample that is there, as 64-bit numbers that wrap. */
  addValues(index: number, values: ArrayLike<bigint>): void {
    for (let type = 0; type < this.#typeCount; type++) {
      const at = index * this.#typeCount + type
      this.#values[at] = BigInt.asIntN(64, this.#values[at]! + values[type]!)
    }
  }

  isZero(index: number): boolean {
    const start = index * this.#typeCount
    return this.#values.slice(start, start + this.#typeCount).every((value) => value === 0n)
  }

  finish(): Pick<Profile, 'sampleCount' | 'stackStarts' | 'stacks' | 'values' | 'labels'> {
    return {
      sampleCount: this.count,
      stackStarts: Uint32Array.from(this.#stackStarts),
      stacks: Uint32Array.from(this.#stacks),
      values: BigInt64Array.from(this.#values),
      labels: this.#hasLabels ? this.#labels : [],
    }
  }
}

/** Locations of a sample, the leaf first, as indices. */
export function stackOf(profile: Profile, sample: number): Uint32Array {
  return profile.stacks.subarray(profile.stackStarts[sample], profile.stackStarts[sample + 1])
}

/** Values of a sample, by sample type. */
export function valuesOf(profile: Profile, sample: number): BigInt64Array {
  const count = profile.sampleTypes.length
  return profile.values.subarray(sample * count, (sample + 1) * count)
}

/** The samples of a profile that are chosen, with the stack that is given for each; null leaves one out. */
export function withStacks(
  profile: Profile,
  choose: (stack: Uint32Array, sample: number) => Uint32Array | null,
): Profile {
  const stackStarts = new Uint32Array(profile.sampleCount + 1)
  const stacks = new Uint32Array(profile.stacks.length)
  const kept: number[] = []
  let length = 0
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const stack = choose(stackOf(profile, sample), sample)
    if (stack === null) continue
    stacks.set(stack, length)
    length += stack.length
    kept.push(sample)
    stackStarts[kept.length] = length
  }
  const typeCount = profile.sampleTypes.length
  const values = new BigInt64Array(kept.length * typeCount)
  for (const [index, sample] of kept.entries()) values.set(valuesOf(profile, sample), index * typeCount)
  return {
    ...profile,
    sampleCount: kept.length,
    stackStarts: stackStarts.subarray(0, kept.length + 1),
    stacks: stacks.subarray(0, length),
    values,
    labels: profile.labels.length === 0 ? [] : kept.map((sample) => profile.labels[sample]!),
  }
}
