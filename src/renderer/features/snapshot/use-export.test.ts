import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { AppError } from '#core/errors'
import type { ProfileInfo } from '#core/ipc/contract'
import type { ProcessKey } from '#core/process-key'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useExport } from './use-export'

const key = { pid: 1, startTimeTicks: 1 }

function mountExport(connection: ReturnType<typeof createFakeConnection>, keys: ProcessKey[]) {
  let state: ReturnType<typeof useExport> | undefined
  const host = defineComponent({
    setup() {
      state = useExport({ targetId: 'local', keys, range: null }, () => undefined)
      return () => h('p')
    },
  })
  const mounted = mount(host, { global: connection.global })
  if (state === undefined) throw new Error('it was not set up')
  return { state, mounted }
}

it('lists the processes of the stretch that was chosen last, in whatever order it is answered', async () => {
  const answers: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  const connection = createFakeConnection({
    'history.processes': () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  })
  const { state, mounted } = mountExport(connection, [])
  for (const range of ['24h', '15m'] as const) {
    state.range.value = range
    await flushPromises()
  }
  expect(answers).toHaveLength(3)
  answers[2]?.resolve([{ key, comm: 'of 15 m', fromMs: 0, toMs: 1 }])
  await flushPromises()
  answers[0]?.resolve([{ key, comm: 'of 1 h', fromMs: 0, toMs: 1 }])
  answers[1]?.reject(new AppError('failed', 'x'))
  await flushPromises()
  expect(state.choices.value).toEqual([{ key, comm: 'of 15 m' }])
  expect(state.error.value).toBeNull()
  mounted.unmount()
})

it('offers the profiles that are kept and those that were recorded in the stretch, each once, the newest 64', async () => {
  const profileAt = (atMs: number): ProfileInfo => ({
    ...{
      id: `p${atMs}`,
      targetId: 'local',
      key,
      comm: 'api',
      atMs,
      sizeBytes: 1,
      costMs: 1,
      url: 'http://a/b',
    },
  })
  const asked: { fromMs: number }[] = []
  const connection = createFakeConnection({
    'history.processes': () => [{ key, comm: 'api', fromMs: 0, toMs: 1 }],
    'history.profiles': (params: { fromMs: number }) => {
      asked.push(params)
      return Array.from({ length: 64 }, (_, index) => profileAt(index))
    },
    'profile.list': () => [profileAt(63), profileAt(100), { ...profileAt(101), targetId: 'ssh:other' }],
  })
  const { state, mounted } = mountExport(connection, [key])
  await flushPromises()
  const listed = state.listedProfiles.value.map(({ atMs }) => atMs)
  expect(listed).toEqual([...Array.from({ length: 63 }, (_, index) => index + 1), 100])
  expect(asked).toMatchObject([{ targetSpec: '', keys: [key] }])
  state.range.value = '24h'
  await flushPromises()
  expect(asked.at(-1)!.fromMs).toBeLessThan(asked[0]!.fromMs)
  mounted.unmount()
})
