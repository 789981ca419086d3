import type { FrameNodes } from './frame-nodes'
import type { Profile } from './profile'

/** The values of one sample type by sample: floats where all sums of them are exact, else 64-bit numbers that wrap. */
export type Weights = Float64Array | BigInt64Array

export interface NodeSums {
  /** By node: what its own samples come to. */
  flat: BigInt64Array
  /** By node: what all samples that it is in come to, each once. */
  cum: BigInt64Array
}

/** The values of a sample type, and the sum of what they are without their sign. */
export function readWeights(profile: Profile, sampleType: number): { weights: Weights; total: bigint } {
  const { values, sampleTypes, sampleCount } = profile
  const exact = new BigInt64Array(sampleCount)
  const floats = new Float64Array(sampleCount)
  let floatTotal = 0
  for (let sample = 0; sample < sampleCount; sample++) {
    const value = values[sample * sampleTypes.length + sampleType]!
    exact[sample] = value
    floats[sample] = Number(value)
    floatTotal += Math.abs(floats[sample]!)
  }
  if (floatTotal < Number.MAX_SAFE_INTEGER) return { weights: floats, total: BigInt(floatTotal) }
  const total = exact.reduce((sum, value) => sum + (value < 0n ? -value : value), 0n)
  return { weights: exact, total: BigInt.asIntN(64, total) }
}

/** Flat and cum of every node. */
export function sumNodes(profile: Profile, frames: FrameNodes, weights: Weights): NodeSums {
  return weights instanceof Float64Array
    ? sumFloats(profile, frames, weights)
    : sumExact(profile, frames, weights)
}

function sumFloats(profile: Profile, frames: FrameNodes, weights: Float64Array): NodeSums {
  const { sampleCount, stackStarts, stacks } = profile
  const { starts, nodes, names } = frames
  const flat = new Float64Array(names.length)
  const cum = new Float64Array(names.length)
  /** By node: one more than the sample that counted it last. */
  const seenIn = new Uint32Array(names.length)
  for (let sample = 0; sample < sampleCount; sample++) {
    const weight = weights[sample]!
    const first = stackStarts[sample]!
    const end = stackStarts[sample + 1]!
    if (weight === 0 || first === end) continue
    flat[nodes[starts[stacks[first]!]!]!]! += weight
    for (let at = first; at < end; at++) {
      const location = stacks[at]!
      for (let line = starts[location]!; line < starts[location + 1]!; line++) {
        const node = nodes[line]!
        if (seenIn[node] === sample + 1) continue
        seenIn[node] = sample + 1
        cum[node]! += weight
      }
    }
  }
  return { flat: BigInt64Array.from(flat, BigInt), cum: BigInt64Array.from(cum, BigInt) }
}

/** The same where floats would not be exact. */
function sumExact(profile: Profile, frames: FrameNodes, weights: BigInt64Array): NodeSums {
  const { sampleCount, stackStarts, stacks } = profile
  const { starts, nodes, names } = frames
  const flat = new BigInt64Array(names.length)
  const cum = new BigInt64Array(names.length)
  for (let sample = 0; sample < sampleCount; sample++) {
    const weight = weights[sample]!
    const stack = stacks.subarray(stackStarts[sample], stackStarts[sample + 1])
    if (weight === 0n || stack.length === 0) continue
    const seen = new Set<number>()
    for (const location of stack) {
      for (let line = starts[location]!; line < starts[location + 1]!; line++) seen.add(nodes[line]!)
    }
    const leaf = nodes[starts[stack[0]!]!]!
    flat[leaf] = flat[leaf]! + weight
    for (const node of seen) cum[node] = cum[node]! + weight
  }
  return { flat, cum }
}
