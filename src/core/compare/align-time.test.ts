import { expect, it } from 'vitest'
import { alignTime } from './align-time'

const a = { fromMs: 1_000, toMs: 5_000 }
const b = { fromMs: 100_000, toMs: 102_000 }

it('lays two stretches on one axis by their beginnings', () => {
  expect(alignTime(a, b, 'start')).toEqual({ offsetA: 1_000, offsetB: 100_000, fromMs: 0, toMs: 4_000 })
})

it('keeps the clock of both', () => {
  expect(alignTime(a, b, 'clock')).toEqual({ offsetA: 0, offsetB: 0, fromMs: 1_000, toMs: 102_000 })
})
