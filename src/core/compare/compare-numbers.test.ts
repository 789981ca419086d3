import { expect, test } from 'vitest'
import { compareNumbers } from './compare-numbers'

test('summaries pass over what is not reported', () => {
  const { a, delta } = compareNumbers([NaN, 2, 4, NaN, 3], [4, 8])
  expect(a).toEqual({ first: 2, least: 2, most: 4, last: 3, mean: 3 })
  expect(delta?.mean).toEqual({ absolute: 3, percent: 100 })
})

test('no delta against nothing, and no percent against 0', () => {
  expect(compareNumbers([NaN], [1]).delta).toBeNull()
  expect(compareNumbers([0], [5]).delta?.last).toEqual({ absolute: 5, percent: null })
})
