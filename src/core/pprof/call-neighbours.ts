import { absInt64 } from './int64'
import type { StackTable } from './call-tree'

/** One function that calls or is called, and what goes through these calls. */
export interface CallNeighbour {
  name: string
  value: bigint
}

/** A function with those that call it and those that it calls, the largest first. */
export interface CallNeighbours {
  name: string
  flat: bigint
  cum: bigint
  callers: CallNeighbour[]
  callees: CallNeighbour[]
}

/**
 * Callers and callees of every function of that name, as `go tool pprof -peek` counts them: a call that recursion repeats
 * counts once a stack, and a function that calls itself is no neighbour of itself. null: no stack has the name.
 */
export function toCallNeighbours(stacks: StackTable, name: string): CallNeighbours | null {
  const { names, starts, frames, weights } = stacks
  const isHere = Uint8Array.from(names, (other) => (other === name ? 1 : 0))
  const callers = new NeighbourSums()
  const callees = new NeighbourSums()
  let flat = 0n
  let cum = 0n
  let isFound = false
  for (let sample = 0; sample + 1 < starts.length; sample++) {
    const [start, end] = [starts[sample]!, starts[sample + 1]!]
    let at = start
    while (at < end && isHere[frames[at]!] === 0) at++
    if (at === end) continue
    isFound = true
    const weight = BigInt(weights[sample]!)
    cum += weight
    if (isHere[frames[end - 1]!] === 1) flat += weight
    for (; at < end; at++) {
      if (isHere[frames[at]!] === 0) continue
      if (at > start && isHere[frames[at - 1]!] === 0) callers.add(frames[at - 1]!, weight, sample)
      if (at + 1 < end && isHere[frames[at + 1]!] === 0) callees.add(frames[at + 1]!, weight, sample)
    }
  }
  return isFound ? { name, flat, cum, callers: callers.toList(names), callees: callees.toList(names) } : null
}

class NeighbourSums {
  readonly #sums = new Map<number, { value: bigint; seenIn: number }>()

  add(nameId: number, weight: bigint, sample: number): void {
    const sum = this.#sums.get(nameId)
    if (sum === undefined) this.#sums.set(nameId, { value: weight, seenIn: sample })
    else if (sum.seenIn !== sample) {
      sum.value = BigInt.asIntN(64, sum.value + weight)
      sum.seenIn = sample
    }
  }

  toList(names: readonly string[]): CallNeighbour[] {
    return [...this.#sums]
      .map(([id, { value }]) => ({ name: names[id]!, value }))
      .sort((a, b) => {
        const [sizeA, sizeB] = [absInt64(a.value), absInt64(b.value)]
        return sizeA === sizeB ? (a.name < b.name ? -1 : 1) : sizeA > sizeB ? -1 : 1
      })
  }
}
