import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import OtherMomentNotice from './OtherMomentNotice.vue'

it.each([
  [0, false],
  [5_000, false],
  // The process had ended, or had not begun.
  [3_600_000, true],
  [-3_600_000, true],
])('numbers that are %d ms from the moment that is looked at: %s', (awayMs, isTold) => {
  const atMs = new Date(2026, 2, 1, 12, 34, 56).getTime()
  const notice = mount(OtherMomentNotice, {
    props: { atMs, cursorMs: atMs + awayMs },
    global: createFakeConnection().global,
  })
  expect(notice.text().includes('12:34:56')).toBe(isTold)
})
