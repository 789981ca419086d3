import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createFakeConnection } from './fake-connection.fixture'
import { useNoticesStore } from './notices'
import { useReplayStore } from './replay'

const target = { id: 'incident:a', replay: { fromMs: 0, toMs: 1000 } }
const key = { pid: 1, startTimeTicks: 1 }

function open() {
  const answers: Record<string, { resolve: (value: unknown) => void; reject: (error: unknown) => void }> = {}
  const wait = (name: string) => () =>
    new Promise((resolve, reject) => {
      answers[name] = { resolve, reject }
    })
  const connection = createFakeConnection({
    'replay.overview': wait('overview'),
    'replay.verdict': wait('verdict'),
  })
  const store = useReplayStore()
  connection.emit('target', target)
  return { answers, connection, store, notices: useNoticesStore() }
}

it('keeps nothing of a stretch that was closed before it was told of', async () => {
  const { answers, connection, store, notices } = open()
  void store.judge(target.id, key)
  await flushPromises()
  connection.emit('targetClosed', { targetId: target.id })
  answers['overview']?.resolve({ fromMs: 0, toMs: 1000 })
  answers['verdict']?.reject(new Error('it is not open'))
  await flushPromises()
  expect([store.cursors.size, store.overviews.size, store.verdicts.size]).toEqual([0, 0, 0])
  expect(notices.shown).toEqual([])
})

it('forgets all stretches with the backend that held them', async () => {
  const { answers, connection, store } = open()
  await flushPromises()
  answers['overview']?.resolve({ fromMs: 0, toMs: 1000 })
  await flushPromises()
  expect([store.cursors.size, store.overviews.size]).toEqual([1, 1])
  connection.reconnect()
  expect([store.cursors.size, store.overviews.size]).toEqual([0, 0])
})
