import { mount, flushPromises, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { defineComponent, h, ref } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BalloonPlan } from '#core/balloon/types'
import { backendConnectionKey } from '../../connection/backend-connection'
import { createAppI18n } from '../../i18n/i18n'
import { useCommandsStore } from '../../stores/commands'
import { appClientKey } from '../../connection/app-client'
import { key, plan, stateOf, stepAt } from '../../dev/focus-harness/incident'
import BalloonButton from './BalloonButton.vue'
import BalloonPanel from './BalloonPanel.vue'
import { useBalloon } from './use-balloon'

let wrapper: VueWrapper
let listeners: Map<string, ((payload: never) => void)[]>
const call = vi.fn()

function show(made: BalloonPlan): void {
  listeners = new Map()
  call
    .mockReset()
    .mockImplementation((method: string) => Promise.resolve(method === 'balloon.plan' ? made : null))
  const backend = {
    phase: ref('connected'),
    call,
    on: (event: string, listener: (payload: never) => void) =>
      listeners.set(event, [...(listeners.get(event) ?? []), listener]),
    onConnected: () => () => undefined,
  }
  const pinia = createPinia()
  setActivePinia(pinia)
  const Host = defineComponent(() => {
    const balloon = useBalloon(
      () => 'local',
      () => key,
    )
    return () => [
      h(BalloonButton, { balloon, isOffered: true, isAway: false }),
      h(BalloonPanel, { balloon, hostName: null }),
    ]
  })
  wrapper = mount(Host, {
    global: {
      plugins: [pinia, createAppI18n('en')],
      provide: { [backendConnectionKey as symbol]: backend, [appClientKey as symbol]: {} },
    },
  })
}

function emitState(state: unknown): void {
  for (const listener of listeners.get('balloon') ?? []) listener({ targetId: 'local', state } as never)
}

async function press(text: string): Promise<void> {
  const button = wrapper.findAll('button').find((one) => one.text().includes(text))
  if (button === undefined) throw new Error(`no button ${text} in: ${wrapper.text()}`)
  await button.trigger('click')
  await flushPromises()
}

const methods = () => call.mock.calls.map(([method]: unknown[]) => method)

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  wrapper.unmount()
  vi.useRealTimers()
})

describe('the balloon', () => {
  it('shows the plan and starts by itself after three seconds', async () => {
    show(plan())
    await press('Balloon')
    expect(wrapper.text()).toContain('Starts in 3 s')
    await vi.advanceTimersByTimeAsync(2900)
    expect(methods()).toEqual(['balloon.plan'])
    await vi.advanceTimersByTimeAsync(200)
    expect(methods()).toEqual(['balloon.plan', 'balloon.start'])
    expect(call.mock.calls[1]?.[1]).toMatchObject({ settings: plan().settings, acceptedRisks: [] })
  })

  it('is stopped by Esc before it starts', async () => {
    show(plan())
    await press('Balloon')
    expect(useCommandsStore().run('balloon.stop')).toBe(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(methods()).toEqual(['balloon.plan'])
    expect(wrapper.text()).not.toContain('Starts in')
  })

  it('waits for a person where there is a risk, and says which', async () => {
    show(plan(['swap-in-use']))
    await press('Balloon')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(methods()).toEqual(['balloon.plan'])
    expect(wrapper.text()).toContain('This host has swap')
    await press('Blow up anyway')
    expect(call.mock.calls[1]?.[1]).toMatchObject({ acceptedRisks: ['swap-in-use'] })
  })

  it('starts on somebody else’s host only after that host was named and confirmed', async () => {
    show({ ...plan(['remote-host']), remoteHost: 'prod-db-01\u202e' })
    await press('Balloon')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(wrapper.get('label').text()).toContain('put prod-db-01\\u202e under memory pressure')
    const start = wrapper.findAll('button').find((one) => one.text() === 'Blow up anyway')!
    expect(start.attributes('disabled')).toBeDefined()
    await wrapper.get('label input').setValue(true)
    expect(start.attributes('disabled')).toBeUndefined()
    await press('Blow up anyway')
    expect(methods()).toEqual(['balloon.plan', 'balloon.start'])
    expect(call.mock.calls[1]?.[1]).toMatchObject({ acceptedRisks: ['remote-host'] })
  })

  it('does not offer to start a refused plan and says what to do', async () => {
    show(plan([], 'no-dd'))
    await press('Balloon')
    expect(wrapper.text()).toContain('Install coreutils')
    expect(wrapper.findAll('button').map((button) => button.text())).not.toContain('Blow up')
  })

  it('stops the countdown while it is adjusted, and plans again from the form', async () => {
    show(plan())
    await press('Balloon')
    await press('Adjust')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(methods()).toEqual(['balloon.plan'])
    await wrapper.find('input').setValue('nonsense')
    expect(wrapper.text()).toContain('A size, such as 2 GiB')
    await wrapper.find('input').setValue('3 GiB')
    await press('Plan again')
    expect(call.mock.calls[1]?.[1]).toMatchObject({
      settings: { maxBytes: 3 * 1024 ** 3, psiLimitPercent: 25 },
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(methods()).toEqual(['balloon.plan', 'balloon.plan'])
  })

  it('shows the run with a way to deflate it, then the proof', async () => {
    show(plan())
    emitState(stateOf(stepAt(5000, 104, 100), 1000, false))
    await flushPromises()
    expect(wrapper.text()).toContain('Taking memory')
    expect(wrapper.find('[role=meter]').attributes('aria-valuenow')).toBe(String(4 * 0.62 * 1024 ** 3))
    await press('Deflate')
    expect(methods()).toEqual(['balloon.deflate'])
    emitState(stateOf(stepAt(16_000, 115, 100), 1000, true))
    await flushPromises()
    expect(wrapper.text()).toContain('Confirmed')
    expect(wrapper.find('[data-row=rssBytes]').text()).toContain('2.02\u00a0GiB')
    expect(wrapper.find('[data-row=rssBytes]').text()).toContain('−1.66\u00a0GiB')
  })
})
