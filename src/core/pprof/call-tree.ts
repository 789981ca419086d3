import { AppError } from '../errors'
import { baseLabel } from './diff'
import { toFrameNodes } from './frame-nodes'
import { readWeights, type Weights } from './node-sums'
import type { Profile, ValueType } from './profile'

/** A function as it was called on one way from the program's start. Values are in the unit of the tree. */
export interface CallNode {
  /** Index into the tree's `names`; -1: the root, which is no function. */
  nameId: number
  parent: CallNode | null
  depth: number
  /** What ends here, and what goes through here. For a comparison: how much more than in the base. */
  flat: bigint
  cum: bigint
  /** What went through here in the base; 0 when nothing is compared. */
  baseCum: bigint
  /**
   * Where it lies beside its siblings, of a whole that is 1 wide; all of a node's children fit under it. For a
   * comparison it is as wide as what is in either profile. Values below 0 are as wide as those above.
   */
  x: number
  width: number
  /** Whether it calls anything. */
  hasChildren: boolean
}

interface OpenNode extends CallNode {
  /** Its samples: a stretch of the order. */
  from: number
  to: number
  children: OpenNode[] | null
}

/** Stacks as lists of functions, from the start of the program to what allocated. */
export interface StackTable {
  names: readonly string[]
  /** Sample i has the functions `frames[starts[i]]` up to `frames[starts[i + 1]]`. */
  starts: Uint32Array
  frames: Uint32Array
  weights: Weights
  /** By sample; null: nothing is compared. */
  isBase: Uint8Array | null
}

/** Throws AppError `invalid` for a sample type that is not there. */
export function toStackTable(profile: Profile, sampleType: number): StackTable {
  if (profile.sampleTypes[sampleType] === undefined) {
    throw new AppError('invalid', 'the profile has no such sample type', { hint: 'profile.noSampleType' })
  }
  const { names, starts: locationStarts, nodes } = toFrameNodes(profile)
  const { sampleCount, stackStarts, stacks } = profile
  const starts = new Uint32Array(sampleCount + 1)
  for (let sample = 0; sample < sampleCount; sample++) {
    let length = 0
    for (let at = stackStarts[sample]!; at < stackStarts[sample + 1]!; at++) {
      length += locationStarts[stacks[at]! + 1]! - locationStarts[stacks[at]!]!
    }
    starts[sample + 1] = starts[sample]! + length
  }
  const frames = new Uint32Array(starts[sampleCount]!)
  for (let sample = 0, next = 0; sample < sampleCount; sample++) {
    for (let at = stackStarts[sample + 1]! - 1; at >= stackStarts[sample]!; at--) {
      const location = stacks[at]!
      for (let line = locationStarts[location + 1]! - 1; line >= locationStarts[location]!; line--) {
        frames[next++] = nodes[line]!
      }
    }
  }
  const isBase = Uint8Array.from(profile.labels, (labels) =>
    labels?.text[baseLabel]?.includes('true') === true ? 1 : 0,
  )
  const { weights } = readWeights(profile, sampleType)
  return { names, starts, frames, weights, isBase: isBase.includes(1) ? isBase : null }
}

/**
 * Who called whom, from the program's start down to what allocated, for one sample type of a profile from
 * `prepareProfile` or `filterProfile`, or, for a comparison, from `mergeBase` with `diff_base`. A node's children are
 * found when they are first asked for: of 100,000 different stacks few nodes are ever wide enough to be seen.
 */
export class CallTree {
  readonly sampleType: ValueType
  readonly stacks: StackTable
  readonly root: CallNode
  readonly isComparison: boolean
  /** Samples, so that those of one node are beside each other. */
  readonly #order: Uint32Array
  readonly #scratch: Uint32Array
  readonly #groups: Groups
  /** A value as a share of the whole. */
  readonly #unit: number

  constructor(profile: Profile, sampleType: number) {
    this.stacks = toStackTable(profile, sampleType)
    this.sampleType = profile.sampleTypes[sampleType]!
    this.isComparison = this.stacks.isBase !== null
    const { sampleCount } = profile
    this.#order = Uint32Array.from({ length: sampleCount }, (_, sample) => sample)
    this.#scratch = new Uint32Array(sampleCount)
    this.#groups = new Groups(this.stacks)
    const groups = this.#groups
    groups.clear()
    for (let sample = 0; sample < sampleCount; sample++) groups.add(0, sample)
    const size = groups.sizeOf(0)
    this.#unit = size === 0 ? 0 : 1 / size
    const root: OpenNode = {
      nameId: -1,
      parent: null,
      depth: 0,
      ...groups.valuesOf(0),
      flat: 0n,
      x: 0,
      width: 1,
      hasChildren: sampleCount > 0,
      from: 0,
      to: sampleCount,
      children: null,
    }
    this.root = root
    this.#open(root)
  }

  get names(): readonly string[] {
    return this.stacks.names
  }

  /** The widest first. */
  childrenOf(node: CallNode): readonly CallNode[] {
    return this.#open(node as OpenNode)
  }

  #open(node: OpenNode): OpenNode[] {
    if (node.children !== null) return node.children
    const { names } = this.stacks
    const groups = this.#groups
    groups.clear()
    for (let at = node.from; at < node.to; at++) {
      const sample = this.#order[at]!
      groups.add(this.#nameAt(sample, node.depth), sample)
    }
    // What ends here has no name, and comes last.
    const found = groups.used.filter((id) => id < names.length)
    found.sort((a, b) => groups.sizeOf(b) - groups.sizeOf(a) || a - b)
    let { x, from } = node
    node.children = found.map((nameId) => {
      const to = from + groups.countOf(nameId)
      const width = groups.sizeOf(nameId) * this.#unit
      const child: OpenNode = {
        nameId,
        parent: node,
        depth: node.depth + 1,
        ...groups.valuesOf(nameId),
        flat: 0n,
        x,
        width,
        hasChildren: false,
        from,
        to,
        children: null,
      }
      x += width
      from = to
      return child
    })
    this.#sortSamples(node, from)
    for (const child of node.children) this.#setFlat(child)
    return node.children
  }

  /** The function of a sample at a depth; one past the last name: its stack ends before. */
  #nameAt(sample: number, depth: number): number {
    const { starts, frames, names } = this.stacks
    const at = starts[sample]! + depth
    return at < starts[sample + 1]! ? frames[at]! : names.length
  }

  /** Puts the samples of a node in the order of its children, and those that end in it at `endFrom`. */
  #sortSamples(node: OpenNode, endFrom: number): void {
    const next = this.#groups.places
    for (const child of node.children!) next[child.nameId] = child.from
    next[this.stacks.names.length] = endFrom
    for (let at = node.from; at < node.to; at++) {
      const sample = this.#order[at]!
      this.#scratch[next[this.#nameAt(sample, node.depth)]!++] = sample
    }
    this.#order.set(this.#scratch.subarray(node.from, node.to), node.from)
  }

  #setFlat(node: OpenNode): void {
    const { weights } = this.stacks
    const ended = this.stacks.names.length
    let flat = 0n
    for (let at = node.from; at < node.to; at++) {
      const sample = this.#order[at]!
      if (this.#nameAt(sample, node.depth) === ended) flat += BigInt(weights[sample]!)
      else node.hasChildren = true
    }
    node.flat = flat
  }
}

/** Sums by name of the samples of one node; used again for the next. */
class Groups {
  used: number[] = []
  /** By name: where the next of its samples goes. */
  readonly places: Uint32Array
  readonly #isBase: Uint8Array | null
  readonly #weights: Weights
  readonly #sums: Weights
  readonly #baseSums: Weights
  readonly #sizes: Float64Array
  readonly #counts: Uint32Array

  constructor({ names, weights, isBase }: StackTable) {
    const count = names.length + 1
    const createSums = (): Weights =>
      weights instanceof Float64Array ? new Float64Array(count) : new BigInt64Array(count)
    this.#isBase = isBase
    this.#weights = weights
    this.#sums = createSums()
    this.#baseSums = createSums()
    this.#sizes = new Float64Array(count)
    this.#counts = new Uint32Array(count)
    this.places = new Uint32Array(count)
  }

  clear(): void {
    for (const id of this.used) {
      this.#sums[id] = this.#baseSums[id] = this.#sums instanceof Float64Array ? 0 : 0n
      this.#sizes[id] = this.#counts[id] = 0
    }
    this.used = []
  }

  add(id: number, sample: number): void {
    if (this.#counts[id]!++ === 0) this.used.push(id)
    this.#sizes[id]! += Math.abs(Number(this.#weights[sample]))
    addTo(this.#sums, id, this.#weights, sample)
    if (this.#isBase !== null && this.#isBase[sample] === 1) addTo(this.#baseSums, id, this.#weights, sample)
  }

  countOf(id: number): number {
    return this.#counts[id]!
  }

  sizeOf(id: number): number {
    return this.#sizes[id]!
  }

  /** Samples of the base came in with their sign turned. */
  valuesOf(id: number): { cum: bigint; baseCum: bigint } {
    return { cum: BigInt(this.#sums[id]!), baseCum: -BigInt(this.#baseSums[id]!) }
  }
}

function addTo(sums: Weights, id: number, weights: Weights, sample: number): void {
  if (sums instanceof Float64Array) sums[id]! += weights[sample] as number
  else sums[id]! += weights[sample] as bigint
}
