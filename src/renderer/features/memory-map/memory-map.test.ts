import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import type { ErrorValue } from '#core/errors'
import type { MemoryMap } from '#core/metrics/memory-map'
import { createFakeMap } from '../../dev/fake-map'
import { processSample } from '../../dev/focus-harness/incident'
import { createAppI18n } from '../../i18n/i18n'
import MapSummary from './MapSummary.vue'
import MemoryMapTab from './MemoryMapTab.vue'
import { selectMapRows, toMapRows, toSummary, type MapView } from './map-rows'
import { formatMapNumber } from './map-text'
import type { MemoryMapState } from './use-memory-map'

const global = { plugins: [createAppI18n('en')] }
const sample = processSample(500_000, 500, 1e9, 0)
const first = createFakeMap(1_000_000, 0)
const later = createFakeMap(1_060_000, 1024)
const view: MapView = { group: null, search: '', sortId: 'rssBytes', isDescending: true }

describe('map rows', () => {
  it('are all mappings, the largest first, and can be searched by name and address', () => {
    const pair = { map: first, base: null }
    const rows = selectMapRows(pair, toMapRows(pair), view)
    expect(rows).toHaveLength(first.count)
    expect(rows[0]!.after).toBe(3)
    const found = selectMapRows(pair, toMapRows(pair), { ...view, search: 'LIBEXAMPLE-7.' })
    expect(found).toHaveLength(2)
    expect(selectMapRows(pair, toMapRows(pair), { ...view, search: 'c00000' })[0]!.after).toBe(3)
    expect(selectMapRows(pair, toMapRows(pair), { ...view, group: 'stack' })).toHaveLength(1)
    const byAddress = selectMapRows(pair, toMapRows(pair), {
      ...view,
      sortId: 'address',
      isDescending: false,
    })
    expect(byAddress.map(({ after }) => after)).toEqual(byAddress.map((_, index) => index))
  })
  it('with a base are those that changed, by how much', () => {
    const pair = { map: later, base: first }
    expect(toMapRows(pair)).toEqual([{ before: 3, after: 3 }])
    const [arena] = toSummary(pair)
    expect(arena).toMatchObject({
      id: 'goArena',
      totals: { rssBytes: 1024 * 1024, lazyFreeBytes: 0, count: 0 },
    })
    expect(toSummary(pair).at(-1)).toMatchObject({ id: 'total', totals: { rssBytes: 1024 * 1024 } })
  })
  it('write a change with its sign, and what is not reported as a dash', () => {
    expect([1048576, -1048576, 0, null, NaN].map((bytes) => formatMapNumber(bytes, true))).toEqual([
      '+1.00\u00a0MiB',
      '\u22121.00\u00a0MiB',
      '·',
      '—',
      '—',
    ])
    expect(formatMapNumber(0, false)).toBe('0')
  })
})

describe('MapSummary', () => {
  it('chooses a kind, and all again', async () => {
    const rows = toSummary({ map: first, base: null })
    const wrapper = mount(MapSummary, { props: { rows, isChange: false, modelValue: null }, global })
    expect(wrapper.find('[data-group=total] [data-number=rssBytes]').text()).toMatch(/GiB/)
    await wrapper.find('[data-group=stack] button').trigger('click')
    expect(wrapper.emitted('update:modelValue')).toEqual([['stack']])
    await wrapper.setProps({ modelValue: 'stack' })
    await wrapper.find('[data-group=total] button').trigger('click')
    expect(wrapper.emitted('update:modelValue')?.at(-1)).toEqual([null])
  })
})

describe('MemoryMapTab', () => {
  function show(
    change: Partial<Record<'map' | 'base', MemoryMap>> & { error?: ErrorValue; reads?: number[] },
  ) {
    const state = {
      map: shallowRef(change.map ?? null),
      base: shallowRef(change.base ?? null),
      isShowingChanges: shallowRef(false),
      isReading: shallowRef(false),
      error: shallowRef(change.error ?? null),
      read: () => Promise.resolve(void change.reads?.push(1)),
    } satisfies MemoryMapState
    const props = { state, sample, isGone: false, nowMs: 1_062_000 }
    return { state, wrapper: mount(MemoryMapTab, { props, global }) }
  }

  it('reads nothing until it is asked', async () => {
    const reads: number[] = []
    const { wrapper } = show({ reads })
    await flushPromises()
    expect(reads).toEqual([])
    expect(wrapper.text()).toContain('only when asked')
    await wrapper.find('button').trigger('click')
    expect(reads).toEqual([1])
  })
  it('says what a huge process would suffer, before it is read', async () => {
    const { wrapper } = show({})
    expect(wrapper.text()).not.toContain('stall')
    await wrapper.setProps({ sample: { ...sample, rssBytes: 200 * 2 ** 30, rollup: null } })
    expect(wrapper.text()).toContain(
      'With 200\u00a0GiB in RSS, reading would stall this process for about 6.0\u00a0s.',
    )
  })
  it('shows the age, the cost, and the changes since the reading before', async () => {
    const { wrapper, state } = show({ map: later, base: first })
    expect(wrapper.text()).toContain(`${later.count} mappings (2\u00a0s ago)`)
    const changes = wrapper
      .findAll('button')
      .find((button) => button.text().startsWith('Show changes since'))!
    await changes.trigger('click')
    expect(state.isShowingChanges.value).toBe(true)
    expect(wrapper.find('[data-group=goArena] [data-number=rssBytes]').text()).toBe('+1.00\u00a0MiB')
    expect(wrapper.text()).toContain('1 of 1')
  })
  it('has a face for what may not be read, what ended and what has no memory', async () => {
    const denied = show({ error: { code: 'permission-denied', message: 'no' } })
    expect(denied.wrapper.find('[role=alert]').text()).not.toBe('')
    expect(denied.wrapper.find('button').text()).toBe('Try again')
    const gone = show({ map: later })
    await gone.wrapper.setProps({ isGone: true })
    expect(gone.wrapper.find('button').attributes('disabled')).toBeDefined()
    const kernel = show({})
    await kernel.wrapper.setProps({ sample: { ...sample, absent: { status: 'no-memory' } } })
    expect(kernel.wrapper.find('button').exists()).toBe(false)
    expect(kernel.wrapper.text()).toContain('A kernel thread')
  })
})
