import { AppError } from '../errors'
import type { CharTest } from './go-pattern-classes'

export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'wordEdge' | 'noWordEdge'

/** What a Go regular expression says, as far as it matters to whether a text matches. */
export type PatternNode =
  | { kind: 'char'; test: CharTest }
  | { kind: 'assert'; what: Assertion }
  | { kind: 'sequence'; nodes: PatternNode[] }
  | { kind: 'choice'; nodes: PatternNode[] }
  | { kind: 'repeat'; node: PatternNode; min: number; max: number | null; isCounted: boolean }

export function badPattern(why: string): AppError {
  return new AppError('invalid', `regular expression: ${why}`, {
    hint: 'profile.badPattern',
    params: { why },
  })
}

/** Counts within counts may not come to more than the limit together, as in Go. */
export function isWithin(node: PatternNode, limit: number): boolean {
  if (node.kind === 'sequence' || node.kind === 'choice')
    return node.nodes.every((each) => isWithin(each, limit))
  if (node.kind !== 'repeat') return true
  if (!node.isCounted) return isWithin(node.node, limit)
  const count = node.max ?? node.min
  if (node.max === 0) return true
  return count <= limit && isWithin(node.node, count > 0 ? Math.floor(limit / count) : limit)
}
