import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useReplayStore } from '../../stores/replay'
import ReadingsTab from './ReadingsTab.vue'

const raw = 'Name:\tapi\u202e\nState:\tS\n'

it('a raw text shows what it holds, and is that of the moment that was chosen last', async () => {
  const answers = new Map<string, (text: string) => void>()
  const connection = createFakeConnection({
    'replay.reading': ({ path }: { path: string }) =>
      new Promise<string>((resolve) => answers.set(path, resolve)),
  })
  const readings = ['/proc/1/status', '/proc/meminfo'].map((path) => ({ atMs: 1, path }))
  useReplayStore().overviews.set('incident:1', { readings } as never)
  const tab = mount(ReadingsTab, { props: { targetId: 'incident:1' }, global: connection.global })
  const [first, second] = tab.findAll('button')
  await first!.trigger('click')
  await second!.trigger('click')
  answers.get('/proc/meminfo')?.(raw)
  answers.get('/proc/1/status')?.('of the one before')
  await flushPromises()
  expect(tab.find('pre').element.textContent).toBe('Name:\tapi\\u202e\nState:\tS\n')
})
