import { expect, it } from 'vitest'
import { parseTimeInput, toTimeInput } from './time-input'

it('goes to a field and back', () => {
  const atMs = new Date(2026, 1, 3, 4, 5, 6).getTime()
  expect(toTimeInput(atMs)).toBe('2026-02-03T04:05:06')
  expect(parseTimeInput(toTimeInput(atMs))).toBe(atMs)
  expect(parseTimeInput('2026-02-03T04:05')).toBe(atMs - 6000)
})

it('is nothing where a field holds no time', () => {
  expect(parseTimeInput('')).toBeNull()
  expect(parseTimeInput('2026-13-45T99:99')).toBeNull()
})
