import { expect, it } from 'vitest'
import { useCompareStore } from './compare'
import { createFakeConnection } from './fake-connection.fixture'

const key = { pid: 1, startTimeTicks: 1 }

it('lets go of recorded stretches that ended with their backend, and of no live target', () => {
  const connection = createFakeConnection()
  const store = useCompareStore()
  connection.emit('target', { id: 'local', spec: 'local', state: 'connected', host: {}, replay: null })
  connection.emit('target', { id: 'incident:a', state: 'connected', host: {}, replay: { processes: [] } })
  store.propose({ targetId: 'incident:a', key })
  store.propose({ targetId: 'local', key })
  connection.reconnect()
  expect([store.a, store.b]).toEqual([null, { targetId: 'local', key }])
})
