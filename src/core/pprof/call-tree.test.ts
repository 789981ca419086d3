import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../errors'
import { toCallNeighbours } from './call-neighbours'
import { CallTree, type CallNode } from './call-tree'
import { createManyStacks, createStackProfile, type FixtureStack } from './stack-profile.fixture'

const treeOf = (...samples: [stack: string, value: number | bigint, isBase?: boolean][]): CallTree =>
  new CallTree(
    createStackProfile(
      samples.map(([stack, value, isBase = false]) => ({ stack: stack.split(' '), value, isBase })),
    ),
    0,
  )

/** All nodes, row by row. */
function listNodes(tree: CallTree): CallNode[] {
  const nodes = [tree.root]
  for (const node of nodes) nodes.push(...tree.childrenOf(node))
  return nodes
}

/** Each node as `main a b: flat cum`, row by row. */
const print = (tree: CallTree): string[] =>
  listNodes(tree).map((node) => {
    const path: string[] = []
    for (let at: CallNode | null = node; at !== null && at.nameId !== -1; at = at.parent)
      path.unshift(tree.names[at.nameId]!)
    return `${path.join(' ')}: ${node.flat} ${node.cum}`
  })

describe('CallTree', () => {
  it('has a row after the other, the largest child first', () => {
    expect(print(treeOf(['main a', 1], ['main b c', 5], ['main b', 2], ['other', 3]))).toEqual([
      ': 0 11',
      'main: 0 8',
      'other: 3 3',
      'main b: 2 7',
      'main a: 1 1',
      'main b c: 5 5',
    ])
  })

  it('keeps recursion as calls of their own', () => {
    expect(print(treeOf(['f f f', 2], ['f g f', 1])).slice(1)).toEqual([
      'f: 0 3',
      'f f: 0 2',
      'f g: 0 1',
      'f f f: 2 2',
      'f g f: 1 1',
    ])
  })

  it('compares with a base: the difference, what was before, and a width for both', () => {
    const tree = treeOf(['main grown', 30], ['main grown', -10, true], ['main gone', -40, true])
    expect(print(tree)).toEqual([': 0 -20', 'main: 0 -20', 'main grown: 20 20', 'main gone: -40 -40'])
    // As much in either profile: the one that comes first is the one that grew.
    expect(listNodes(tree).map(({ baseCum, width }) => [baseCum, width])).toEqual([
      [50n, 1],
      [50n, 1],
      [10n, 0.5],
      [40n, 0.5],
    ])
  })

  it('is exact where floats are not', () => {
    const most = 2n ** 62n
    expect(print(treeOf(['main a', most], ['main b', 1n]))[1]).toBe(`main: 0 ${most + 1n}`)
  })

  it('takes a profile without samples, and one whose values are all 0', () => {
    const empty = treeOf()
    expect(empty.root).toMatchObject({ width: 1, cum: 0n, hasChildren: false })
    expect(listNodes(empty)).toHaveLength(1)
    expect(listNodes(treeOf(['main', 0])).map(({ width }) => width)).toEqual([1, 0])
  })

  it('refuses a sample type that is not there', () => {
    expect(() => new CallTree(createStackProfile([]), 1)).toThrow(AppError)
  })

  it('has children under their parents, and loses nothing', () => {
    const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 })
    const samples = fc.array(fc.record({ stack, value: fc.integer({ min: -1000, max: 1000 }) }))
    fc.assert(
      fc.property(samples, (list: FixtureStack[]) => {
        const tree = new CallTree(createStackProfile(list), 0)
        expect(tree.root.cum).toBe(BigInt(list.reduce((sum, { value }) => sum + Number(value), 0)))
        for (const node of listNodes(tree)) {
          const children = tree.childrenOf(node)
          const ofChildren = children.reduce((sum, { cum }) => sum + cum, 0n)
          if (node !== tree.root) expect(node.flat + ofChildren).toBe(node.cum)
          expect(node.hasChildren || node === tree.root).toBe(children.length > 0 || node === tree.root)
          for (const { x, width } of children) {
            expect(x).toBeGreaterThanOrEqual(node.x - 1e-9)
            expect(x + width).toBeLessThanOrEqual(node.x + node.width + 1e-9)
          }
        }
      }),
    )
  })

  it('finds the same calls in many stacks as a walk by name does', () => {
    const samples = createManyStacks(3000, 12, 60)
    const prefixes = new Set(
      samples.flatMap(({ stack }) => stack.map((_, at) => stack.slice(0, at + 1).join(' '))),
    )
    expect(listNodes(new CallTree(createStackProfile(samples), 0))).toHaveLength(prefixes.size + 1)
  })
})

describe('toCallNeighbours', () => {
  const tree = treeOf(['main a f x', 5], ['main b f', 2], ['main a f f y', 3], ['main a f b f x', 7])

  it('counts a repeated call once a stack, and a function never beside itself', () => {
    expect(toCallNeighbours(tree.stacks, 'f')).toEqual({
      name: 'f',
      flat: 2n,
      cum: 17n,
      callers: [
        { name: 'a', value: 15n },
        { name: 'b', value: 9n },
      ],
      callees: [
        { name: 'x', value: 12n },
        { name: 'b', value: 7n },
        { name: 'y', value: 3n },
      ],
    })
    const twice = treeOf(['a f b a f b', 4])
    expect(toCallNeighbours(twice.stacks, 'f')).toMatchObject({
      cum: 4n,
      callers: [{ name: 'a', value: 4n }],
      callees: [{ name: 'b', value: 4n }],
    })
  })

  it('knows nothing of a name that is not there', () => {
    expect(toCallNeighbours(tree.stacks, 'z')).toBeNull()
  })
})
