import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { onRenderTriggered, type ComponentOptions } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'
import type { TargetInfo } from '#core/ipc/contract'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useTargetsStore } from '../../stores/targets'
import TargetCard from './TargetCard.vue'
import TargetRail from './TargetRail.vue'

let wrapper: VueWrapper | undefined
afterEach(() => wrapper?.unmount())

function infoOf(spec: string, more: object = {}): TargetInfo {
  return {
    id: spec,
    spec,
    label: spec.replace(/^ssh:/, ''),
    state: 'connected',
    step: null,
    retryAtMs: null,
    host: { hostname: 'h', kernelRelease: '6.1', bootId: null },
    replay: null,
    error: null,
    ...more,
  } as TargetInfo
}

async function show(infos: TargetInfo[]) {
  const connection = createFakeConnection()
  useTargetsStore()
  for (const info of infos) connection.emit('target', info)
  wrapper = mount(TargetRail, { attachTo: document.body, global: connection.global })
  await flushPromises()
  const sample = (targetId: string, availableBytes: number): void =>
    connection.emit('host', {
      targetId,
      sample: { atMs: 1, memTotalBytes: 100, memAvailableBytes: availableBytes, memFreeBytes: 0 },
    })
  const card = (id: string) => wrapper!.get(`[data-target="${id}"]`)
  return { connection, sample, card }
}

const many = ['local', ...Array.from({ length: 20 }, (_, index) => `ssh:web-${index}`)]

describe('the list of targets', () => {
  it('draws one card for one sample', async () => {
    const drawn: string[] = []
    const counting = TargetCard as ComponentOptions
    const original = counting.setup!
    counting.setup = (props, context) => {
      onRenderTriggered(() => drawn.push((props as { info: TargetInfo }).info.id))
      return original(props, context) as unknown
    }
    try {
      const { sample } = await show(many.map((spec) => infoOf(spec)))
      sample('ssh:web-3', 50)
      await flushPromises()
      expect(new Set(drawn)).toEqual(new Set(['ssh:web-3']))
    } finally {
      counting.setup = original
    }
  })

  it('says the worst in words, with a sign', async () => {
    const { sample, card } = await show([
      ...many.map((spec) => infoOf(spec)),
      infoOf('ssh:db', { state: 'lost', retryAtMs: null, error: { code: 'unreachable', message: 'x' } }),
    ])
    sample('ssh:web-1', 4)
    sample('ssh:web-2', 8)
    await flushPromises()
    expect(card('ssh:web-1').text()).toContain('Less than 5 % of memory available')
    expect(card('ssh:web-2').text()).toContain('Less than 10 % of memory available')
    expect(wrapper!.get('.summary').text()).toBe('1 lost +2')
    expect(wrapper!.get('.summary').attributes('aria-label')).toContain('1 lost · 1 critical · 1 low')
  })

  it('is walked with the arrow keys and entered once by Tab', async () => {
    const { card } = await show(many.map((spec) => infoOf(spec)))
    useTargetsStore().show('ssh:web-2')
    await flushPromises()
    expect(wrapper!.findAll('[data-target][tabindex="0"]')).toHaveLength(1)
    ;(card('ssh:web-2').element as HTMLElement).focus()
    await card('ssh:web-2').trigger('keydown', { key: 'ArrowDown' })
    expect(document.activeElement?.getAttribute('data-target')).toBe('ssh:web-3')
    await card('ssh:web-3').trigger('keydown', { key: 'End' })
    expect(document.activeElement?.getAttribute('data-target')).toBe('ssh:web-19')
  })

  it('asks before it closes a target where a balloon runs, and not otherwise', async () => {
    const { connection, card } = await show(many.map((spec) => infoOf(spec)))
    connection.emit('balloon', {
      targetId: 'ssh:web-1',
      state: { phase: 'ramp', plan: null, step: null, startedAtMs: 1, proof: null, error: null },
    })
    await card('ssh:web-2').trigger('keydown', { key: 'Delete' })
    await card('local').trigger('keydown', { key: 'Delete' })
    await card('ssh:web-1').trigger('keydown', { key: 'Delete' })
    await flushPromises()
    expect(connection.callsOf('targets.close')).toEqual([{ targetId: 'ssh:web-2' }])
    const buttons = [...document.querySelectorAll<HTMLElement>('[role="dialog"] button')]
    buttons.find((each) => each.textContent.includes('End the balloon'))!.click()
    await flushPromises()
    expect(connection.callsOf('targets.close').at(-1)).toEqual({ targetId: 'ssh:web-1' })
  })

  it('tries a lost one again', async () => {
    const { connection } = await show([infoOf('local'), infoOf('ssh:db', { state: 'lost' })])
    await wrapper!.get('[aria-label="Try db again"]').trigger('click')
    expect(connection.callsOf('targets.retry')).toEqual([{ targetId: 'ssh:db' }])
  })

  it('tells recorded stretches of one host apart, also where there are many', async () => {
    const replay = { source: 'file', name: 'monday.ballonet', fromMs: 0, toMs: 60_000, processes: [] }
    const { card } = await show([
      ...many.map((spec) => infoOf(spec)),
      infoOf('incident:1', { label: 'web-1', replay }),
    ])
    const shown = card('incident:1')
    expect(shown.get('.which').text()).toBe('monday.ballonet')
    expect(shown.attributes('data-tip')).not.toContain('incident:1')
  })
})
