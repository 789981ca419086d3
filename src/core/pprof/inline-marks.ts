import type { FrameNodes } from './frame-nodes'
import { absInt64 } from './int64'
import type { Weights } from './node-sums'
import type { Profile } from './profile'

/** `inline`: wherever it was called, its code stands in the caller; `partial-inline`: in some callers. */
export type InlineMark = 'inline' | 'partial-inline' | null

interface CallEdge {
  node: number
  weight: bigint
  isInline: boolean
  /** The sample that counted it last. */
  seenIn: number
}

export interface InlineOptions {
  /** By node: 1 stays in the table; calls go past what does not. null: all stay. */
  kept: Uint8Array | null
  /** Calls that weigh less are not looked at. */
  edgeCutoff: bigint
}

/** By node, how it was inlined. Only calls of what is inlined somewhere are followed. */
export function findInlineMarks(
  profile: Profile,
  frames: FrameNodes,
  weights: Weights,
  { kept, edgeCutoff }: InlineOptions,
): InlineMark[] {
  const marks = new Array<InlineMark>(frames.names.length).fill(null)
  if (!frames.isInlined.some((is, node) => is === 1 && (kept === null || kept[node] === 1))) return marks
  const inline = new Set<number>()
  const other = new Set<number>()
  for (const { node, weight, isInline } of collectEdges(profile, frames, weights, kept).values()) {
    if (absInt64(weight) < edgeCutoff) continue
    if (isInline) inline.add(node)
    else other.add(node)
  }
  for (const node of inline) marks[node] = other.has(node) ? 'partial-inline' : 'inline'
  return marks
}

function collectEdges(
  profile: Profile,
  frames: FrameNodes,
  weights: Weights,
  kept: Uint8Array | null,
): Map<number, CallEdge> {
  const { stackStarts, stacks, sampleCount } = profile
  const { starts, nodes, names, isInlined } = frames
  const edges = new Map<number, CallEdge>()
  for (let sample = 0; sample < sampleCount; sample++) {
    if (Number(weights[sample]) === 0) continue
    const weight = BigInt(weights[sample]!)
    let caller = -1
    for (let at = stackStarts[sample + 1]! - 1; at >= stackStarts[sample]!; at--) {
      const first = starts[stacks[at]!]!
      const last = starts[stacks[at]! + 1]! - 1
      for (let line = last; line >= first; line--) {
        const node = nodes[line]!
        if (kept !== null && kept[node] === 0) continue
        if (isInlined[node] === 1 && caller !== -1 && caller !== node) {
          const key = node * names.length + caller
          countEdge(edges, key, { node, weight, isInline: line !== last, seenIn: sample })
        }
        caller = node
      }
    }
  }
  return edges
}

function countEdge(edges: Map<number, CallEdge>, key: number, call: CallEdge): void {
  const edge = edges.get(key)
  if (edge === undefined) edges.set(key, call)
  else if (edge.seenIn !== call.seenIn) {
    edge.weight = BigInt.asIntN(64, edge.weight + call.weight)
    edge.isInline &&= call.isInline
    edge.seenIn = call.seenIn
  }
}
