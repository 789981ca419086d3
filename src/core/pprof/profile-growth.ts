import { AppError } from '../errors'
import type { Profile } from './profile'

/** One function, and how much more it holds than before. */
export interface GrowingFunction {
  name: string
  /** What it allocated itself. */
  flatDeltaBytes: number
  /** With what it called. */
  cumDeltaBytes: number
  /** The stack below it that grew most: function names, the leaf first. */
  stack: string[]
}

/** What grew between two heap profiles of one process. */
export interface ProfileGrowth {
  fromAtMs: number
  toAtMs: number
  /** `inuse_space`. */
  sampleType: string
  /** Over all stacks; negative: it shrank. */
  totalDeltaBytes: number
  /** Those that grew, by flat; at most 5. */
  top: GrowingFunction[]
}

const sampleType = 'inuse_space'
const maxTop = 5
const maxFrames = 64
const maxNameLength = 300

/** Throws AppError `parse` for a profile that does not count memory in use. */
export function toProfileGrowth(
  first: { profile: Profile; atMs: number },
  newest: { profile: Profile; atMs: number },
): ProfileGrowth {
  const sums = new FunctionSums()
  sums.add(first.profile, -1)
  sums.add(newest.profile, 1)
  return {
    fromAtMs: first.atMs,
    toAtMs: newest.atMs,
    sampleType,
    totalDeltaBytes: sums.totalBytes,
    top: sums.toTop(),
  }
}

interface StackSum {
  names: string[]
  deltaBytes: number
}

interface NamedSum {
  flatBytes: number
  cumBytes: number
  stacks: Map<string, StackSum>
}

/** Sums by name: the two profiles number their functions each in its own way. */
class FunctionSums {
  totalBytes = 0
  readonly #byName = new Map<string, NamedSum>()

  add(profile: Profile, sign: 1 | -1): void {
    const column = profile.sampleTypes.findIndex(({ type }) => type === sampleType)
    if (column < 0)
      throw new AppError('parse', `the profile has no ${sampleType}`, { hint: 'profileFetch.notProfile' })
    const namesOf = profile.locations.map(({ lines }) =>
      lines.map(({ functionIndex }) => profile.functions[functionIndex]?.name ?? ''),
    )
    const width = profile.sampleTypes.length
    for (let i = 0; i < profile.sampleCount; i++) {
      const value = Number(profile.values[i * width + column] ?? 0n) * sign
      if (value === 0) continue
      const stack = profile.stacks.subarray(profile.stackStarts[i], profile.stackStarts[i + 1])
      const names: string[] = []
      for (const location of stack) names.push(...(namesOf[location] ?? []))
      this.#addSample(names, value)
    }
  }

  #addSample(names: string[], value: number): void {
    this.totalBytes += value
    // Recursion counts once.
    for (const name of new Set(names)) this.#sumOf(name).cumBytes += value
    const [leaf] = names
    if (leaf === undefined) return
    const sum = this.#sumOf(leaf)
    sum.flatBytes += value
    const id = names.join('\n')
    const known = sum.stacks.get(id)
    if (known === undefined) sum.stacks.set(id, { names, deltaBytes: value })
    else known.deltaBytes += value
  }

  #sumOf(name: string): NamedSum {
    let sum = this.#byName.get(name)
    if (sum === undefined) {
      sum = { flatBytes: 0, cumBytes: 0, stacks: new Map() }
      this.#byName.set(name, sum)
    }
    return sum
  }

  toTop(): GrowingFunction[] {
    return [...this.#byName]
      .filter(([, { flatBytes }]) => flatBytes > 0)
      .sort(([a, x], [b, y]) => y.flatBytes - x.flatBytes || (a < b ? -1 : 1))
      .slice(0, maxTop)
      .map(([name, { flatBytes, cumBytes, stacks }]) => ({
        name: name.slice(0, maxNameLength),
        flatDeltaBytes: flatBytes,
        cumDeltaBytes: cumBytes,
        stack: toLargest(stacks)
          .slice(0, maxFrames)
          .map((frame) => frame.slice(0, maxNameLength)),
      }))
  }
}

function toLargest(stacks: ReadonlyMap<string, StackSum>): string[] {
  let largest: StackSum | null = null
  for (const stack of stacks.values()) {
    if (largest === null || stack.deltaBytes > largest.deltaBytes) largest = stack
  }
  return largest?.names ?? []
}
