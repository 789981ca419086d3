import { expect, it } from 'vitest'
import { createSampleTable } from '../../live/sample-table'
import { toOverlayPath, valuesOf } from './overlay-path'

it('draws each side from its own beginning, with a gap where nothing was read', () => {
  const table = createSampleTable(['rssBytes'])
  for (const second of [0, 1, 2, 30, 31]) table.push(500_000 + second * 1000, [second < 10 ? 10 : 20])
  const path = toOverlayPath(table, 0, 500_000, {
    fromMs: 0,
    toMs: 40_000,
    width: 40,
    height: 100,
    most: 20,
    within: { fromMs: 0, toMs: 1e9 },
  })
  expect(path.match(/M/g)).toHaveLength(2)
  expect(path).toContain('M0.5 50.0')
  expect(path).toContain('M30.5 0.0')
})

it('gives the values of a window, what was not reported as NaN', () => {
  const table = createSampleTable(['rssBytes'])
  for (const second of [1, 2, 3, 4]) table.push(second * 1000, [second === 3 ? null : second])
  expect([...valuesOf(table, 0, 2000, 4000)]).toEqual([2, NaN, 4])
})

it('draws only the window of its side', () => {
  const table = createSampleTable(['rssBytes'])
  for (let second = 0; second < 60; second++) table.push(second * 1000, [10])
  const axis = { fromMs: 0, toMs: 59_000, width: 59, height: 100, most: 20 }
  const path = toOverlayPath(table, 0, 0, { ...axis, within: { fromMs: 10_000, toMs: 20_000 } })
  expect(path.match(/[ML]/g)).toHaveLength(11)
  expect(path.startsWith('M10.5 50.0')).toBe(true)
})
