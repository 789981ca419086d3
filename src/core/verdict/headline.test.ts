import { expect, it } from 'vitest'
import { toHeadline } from './headline'
import { sample } from './verdict.fixture'

it('says why there is no verdict', () => {
  expect(toHeadline(null, false)).toBe('waiting')
  expect(toHeadline(null, true)).toBe('ended')
  expect(toHeadline(sample, false)).toBe('waiting')
  expect(toHeadline({ ...sample, absent: { status: 'no-memory' } }, false)).toBe('noMemory')
})
