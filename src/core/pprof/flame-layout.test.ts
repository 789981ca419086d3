import { describe, expect, it } from 'vitest'
import { CallTree } from './call-tree'
import { findBox, toFlameLayout, type FlameLayout } from './flame-layout'
import { createManyStacks, createStackProfile } from './stack-profile.fixture'

const tree = new CallTree(
  createStackProfile([
    { stack: ['main', 'a', 'x'], value: 50 },
    { stack: ['main', 'b'], value: 30 },
    { stack: ['main', 'c', 'y'], value: 19 },
    { stack: ['main', 'd'], value: 1 },
  ]),
  0,
)
const rows = (layout: FlameLayout): string[] =>
  Array.from({ length: layout.rowStarts.length - 1 }, (_, row) =>
    [...layout.nameIds.subarray(layout.rowStarts[row], layout.rowStarts[row + 1])]
      .map((id) => tree.names[id] ?? 'all')
      .join(' '),
  )

describe('toFlameLayout', () => {
  it('lays out the whole, row by row', () => {
    const layout = toFlameLayout(tree, { from: 0, to: 1, minWidth: 0 })
    expect(rows(layout)).toEqual(['all', 'main', 'a b c d', 'x y'])
    expect([...layout.x].map((x) => Math.round(x * 100))).toEqual([0, 0, 0, 50, 80, 99, 0, 80])
    expect([...layout.cum]).toEqual([100n, 100n, 50n, 30n, 19n, 1n, 50n, 19n])
  })
  it('leaves out what is too narrow, and what is beside the window', () => {
    expect(rows(toFlameLayout(tree, { from: 0, to: 1, minWidth: 0.02 }))[2]).toBe('a b c')
    expect(rows(toFlameLayout(tree, { from: 0.6, to: 0.9, minWidth: 0 }))).toEqual([
      'all',
      'main',
      'b c',
      'y',
    ])
  })
  it('keeps a whole without a value as one box', () => {
    const empty = new CallTree(createStackProfile([{ stack: ['main'], value: 0 }]), 0)
    expect([...toFlameLayout(empty, { from: 0, to: 1, minWidth: 0 }).nameIds]).toEqual([-1])
  })
  it('has no more boxes than can be seen, however many stacks there are', () => {
    const many = new CallTree(createStackProfile(createManyStacks(20_000, 20)), 0)
    const minWidth = 1 / 1400
    const layout = toFlameLayout(many, { from: 0, to: 1, minWidth })
    expect(layout.rowStarts.length).toBeGreaterThan(4)
    for (let row = 0; row + 1 < layout.rowStarts.length; row++)
      expect(layout.rowStarts[row + 1]! - layout.rowStarts[row]!).toBeLessThanOrEqual(1400)
    expect(layout.width.every((width) => width >= minWidth)).toBe(true)
  })
})

describe('findBox', () => {
  const layout = toFlameLayout(tree, { from: 0, to: 1, minWidth: 0 })
  it('finds what is under a point', () => {
    const name = (row: number, at: number): string | undefined =>
      tree.names[layout.nameIds[findBox(layout, row, at)] ?? -1]
    expect(name(2, 0.2)).toBe('a')
    expect(name(2, 0.51)).toBe('b')
    expect(name(2, 0.995)).toBe('d')
    expect(name(3, 0.85)).toBe('y')
  })
  it('finds nothing where nothing is', () => {
    expect(findBox(layout, 3, 0.6)).toBe(-1)
    expect(findBox(layout, 4, 0.2)).toBe(-1)
    expect(findBox(layout, -1, 0.2)).toBe(-1)
    expect(findBox(layout, 0, 1)).toBe(-1)
  })
})
