import { expect, it } from 'vitest'
import { mostOf, readingAt, toColumnGapMs, toHistoryPaths } from './history-path'

const box = { width: 100, height: 50, most: 10, gapMs: 3000 }
const span = { fromMs: 0, toMs: 100_000 }

it('draws the least and the most of each bucket, and a gap where nothing was recorded', () => {
  const history = {
    bucketMs: 1000,
    atMs: [0, 1000, 2000, 50_000, 51_000],
    columns: {
      rssBytes: { min: [1, 2, 3, 4, null], max: [5, 6, 10, 8, null], last: [5, 5, 5, 5, null] },
    },
  }
  const paths = toHistoryPaths(history, 'rssBytes', span, box)
  expect(paths?.band.match(/M/g)).toHaveLength(2)
  expect(paths?.band).toContain('2.5 0.0')
  expect(paths?.line).toContain('M50.5 25.0L50.5 25.0')
  expect(mostOf(history, 'rssBytes')).toBe(10)
})

it('joins readings that come more seldom than a bucket, and not those before and after a pause', () => {
  const atMs = Array.from({ length: 100 }, (_, index) => index * 1000)
  // A walk each 10 s, none from 40 to 80 s.
  const lazyFree = atMs.map((at) => (at % 10_000 === 0 && (at <= 40_000 || at >= 80_000) ? 5 : null))
  const rss = atMs.map(() => 9)
  const columns = {
    rssBytes: { min: rss, max: rss, last: rss },
    lazyFreeBytes: { min: lazyFree, max: lazyFree, last: lazyFree },
  }
  const history = { bucketMs: 1000, atMs, columns }
  const gapMs = toColumnGapMs(history, 'rollup', 'lazyFreeBytes')
  expect(gapMs).toBe(30_000)
  const paths = toHistoryPaths(history, 'lazyFreeBytes', span, { ...box, gapMs })
  expect(paths?.line.match(/[ML]/g)?.join('')).toBe('MLLLLML')
  expect(toColumnGapMs(history, 'process', 'rssBytes')).toBe(5000)
  expect(readingAt(history, 'lazyFreeBytes', 37_000, 30_000)).toBe(5)
  expect(readingAt(history, 'lazyFreeBytes', 75_000, 30_000)).toBeNull()
})

it('is nothing where nothing was reported', () => {
  const history = {
    bucketMs: 1000,
    atMs: [0],
    columns: { rssBytes: { min: [null], max: [null], last: [null] } },
  }
  expect(toHistoryPaths(history, 'rssBytes', span, box)).toBeNull()
  expect(toHistoryPaths(history, 'swapBytes', span, box)).toBeNull()
  expect(mostOf(history, 'rssBytes')).toBeNull()
})
