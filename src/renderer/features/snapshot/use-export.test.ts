import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { AppError } from '#core/errors'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useExport } from './use-export'

const key = { pid: 1, startTimeTicks: 1 }

it('lists the processes of the stretch that was chosen last, in whatever order it is answered', async () => {
  const answers: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  const connection = createFakeConnection({
    'history.processes': () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
  })
  let state: ReturnType<typeof useExport> | undefined
  const host = defineComponent({
    setup() {
      state = useExport({ targetId: 'local', keys: [], range: null }, () => undefined)
      return () => h('p')
    },
  })
  const mounted = mount(host, { global: connection.global })
  for (const range of ['24h', '15m'] as const) {
    state!.range.value = range
    await flushPromises()
  }
  expect(answers).toHaveLength(3)
  answers[2]?.resolve([{ key, comm: 'of 15 m', fromMs: 0, toMs: 1 }])
  await flushPromises()
  answers[0]?.resolve([{ key, comm: 'of 1 h', fromMs: 0, toMs: 1 }])
  answers[1]?.reject(new AppError('failed', 'x'))
  await flushPromises()
  expect(state!.choices.value).toEqual([{ key, comm: 'of 15 m' }])
  expect(state!.error.value).toBeNull()
  mounted.unmount()
})
