import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import HistoryMoments from './HistoryMoments.vue'

it('what was typed stays where it could not be kept', async () => {
  const add = vi.fn<(text: string) => Promise<boolean>>().mockResolvedValue(false)
  const { global } = createFakeConnection({})
  const moments = mount(HistoryMoments, { props: { moments: [], cursorMs: 1, add }, global })
  const input = moments.find('input')
  await input.setValue(' deployed ')
  await moments.find('form').trigger('submit')
  await flushPromises()
  expect(add).toHaveBeenLastCalledWith('deployed')
  expect(input.element.value).toBe(' deployed ')
  add.mockResolvedValue(true)
  await moments.find('form').trigger('submit')
  await flushPromises()
  expect(input.element.value).toBe('')
})
