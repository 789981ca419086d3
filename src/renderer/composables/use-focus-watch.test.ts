import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { nextTick } from 'vue'
import { useLiveStore } from '../live/use-live-store'
import { createFakeConnection } from '../stores/fake-connection.fixture'
import { useSelectionStore } from '../stores/selection'
import { useTargetsStore } from '../stores/targets'
import { useFocusWatch } from './use-focus-watch'

const [first, second] = [808, 909].map((pid) => ({ pid, startTimeTicks: 1 }))
const target = { id: 'local', spec: 'local', label: 'here', state: 'connected', host: null, replay: null }
const recorded = { ...target, id: 'incident:1', replay: { processes: [{ key: first, comm: 'api' }] } }

it('watches the process in focus also where no view of it is there, and nothing that was not recorded', async () => {
  const connection = createFakeConnection({
    'process.watch': () => ({ key: first }),
    'replay.overview': () => new Promise(() => undefined),
    'replay.process': () => new Promise(() => undefined),
  })
  const targets = useTargetsStore()
  const selection = useSelectionStore()
  const app = mount({ setup: () => (useFocusWatch(), () => null) }, { global: connection.global })
  connection.emit('target', target)
  connection.emit('target', recorded)
  targets.show('local')
  selection.focus('local', first!)
  await flushPromises()
  // The focus opens, and the history takes its place.
  app.getCurrentComponent().appContext.app.runWithContext(() => useLiveStore().watch('local', first!).close())
  await flushPromises()
  expect(connection.callsOf('process.watch')).toHaveLength(1)
  expect(connection.callsOf('process.unwatch')).toEqual([])
  selection.focus('local', second!)
  await flushPromises()
  expect(connection.callsOf('process.unwatch')).toMatchObject([{ key: first }])
  targets.show('incident:1')
  selection.focus('incident:1', second!)
  await nextTick()
  expect(selection.isUnwatched).toBe(true)
  selection.focus('incident:1', first!)
  expect(selection.isUnwatched).toBe(false)
  await flushPromises()
  const watched = connection.callsOf('process.watch') as { targetId: string }[]
  expect(watched.filter(({ targetId }) => targetId !== 'local')).toEqual([
    { targetId: 'incident:1', key: first },
  ])
  app.unmount()
})
