import { expect, it } from 'vitest'
import { momentLook, momentsNear, signPaths, thinMoments, type ChartMoment } from './chart-moment'

const at = (atMs: number, kind: ChartMoment['kind'] = 'target'): ChartMoment => ({
  atMs,
  kind,
  text: `${atMs}`,
})

it('finds what lies near a moment, the nearest first', () => {
  expect(momentsNear([at(0), at(90), at(105), at(200)], 100, 20).map(({ atMs }) => atMs)).toEqual([105, 90])
})

it('thins out what would lie on each other, but no mark by hand', () => {
  const many = [at(30), at(0), at(5), at(6, 'mark'), at(8)]
  expect(thinMoments(many, 10).map(({ atMs }) => atMs)).toEqual([0, 6, 30])
})

it('has a look of its own for each kind that tells something', () => {
  const kinds = ['mark', 'verdict-changed', 'alert', 'balloon-started', 'process-gone', 'target'] as const
  const looks = kinds.map((kind) => JSON.stringify(momentLook(kind)))
  expect(new Set(looks).size).toBe(kinds.length)
  for (const kind of kinds) expect(signPaths[momentLook(kind).sign]).toMatch(/^M/)
})
