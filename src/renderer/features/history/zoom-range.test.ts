import { expect, it } from 'vitest'
import { moveEnd, rangeBetween, zoomRange } from './zoom-range'

it('keeps the moment where it was', () => {
  expect(zoomRange({ fromMs: 0, toMs: 100_000 }, 25_000, 0.5)).toEqual({ fromMs: 12_500, toMs: 62_500 })
  expect(zoomRange({ fromMs: 100_000, toMs: 200_000 }, 150_000, 2)).toEqual({ fromMs: 50_000, toMs: 250_000 })
})

it('is never shorter than ten seconds, nor before the epoch', () => {
  expect(zoomRange({ fromMs: 0, toMs: 12_000 }, 6_000, 0.001)).toEqual({ fromMs: 1000, toMs: 11_000 })
  expect(zoomRange({ fromMs: 0, toMs: 12_000 }, 6_000, 4).fromMs).toBe(0)
  expect(rangeBetween(50_000, 20_000)).toEqual({ fromMs: 20_000, toMs: 50_000 })
  const least = rangeBetween(50_000, 50_100)
  expect(least.toMs - least.fromMs).toBe(10_000)
})

it('takes a time that is typed in, also one past the other end', () => {
  const range = { fromMs: 20_000, toMs: 50_000 }
  const nowMs = 100_000
  expect(moveEnd(range, 'fromMs', 30_000, nowMs)).toEqual({ fromMs: 30_000, toMs: 50_000 })
  expect(moveEnd(range, 'fromMs', 60_000, nowMs)).toEqual({ fromMs: 60_000, toMs: 90_000 })
  expect(moveEnd(range, 'toMs', 10_000, nowMs)).toEqual({ fromMs: 0, toMs: 10_000 })
  // Nothing is after now.
  expect(moveEnd(range, 'toMs', 900_000, nowMs)).toEqual({ fromMs: 20_000, toMs: 100_000 })
  expect(moveEnd(range, 'fromMs', 900_000, nowMs)).toEqual({ fromMs: 70_000, toMs: 100_000 })
})
