import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { ProfileInfo } from '#core/ipc/contract'
import { AppError } from '#core/errors'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { openProfileEngineKey } from './profile-engine'
import type { ShownProfile } from './profile-session'
import ProfileTab from './ProfileTab.vue'
import { useProfileList } from './use-profile-list'

const key = { pid: 7, startTimeTicks: 70 }
const info = (id: string, atMs: number): ProfileInfo => ({
  ...{ id, targetId: 'local', key, comm: 'pay', atMs, sizeBytes: 1333, costMs: 4, url: 'http://127.0.0.1/' },
})
const row = (name: string, flat: bigint, cum: bigint) => ({ name, flat, cum, inline: null })
const shown: ShownProfile = {
  table: {
    sampleType: { type: 'inuse_space', unit: 'bytes' },
    total: 4000n,
    rows: [row('a\u202e', 3000n, 3000n), row('main', 0n, 4000n)],
    rowCount: 2,
    droppedCount: 1,
    dropCutoff: 20n,
    filters: {},
    unmatched: [],
  },
  unit: 'B',
  names: ['main', 'a\u202e'],
  isComparison: false,
  cum: 4000n,
  baseCum: 0n,
  sampleCount: 2,
}

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
      unobserve(): void {}
    },
  )
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(320)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(320)
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(800)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function openTab(kept: ProfileInfo[], openError: AppError | null = null) {
  const asked: { method: string; params: unknown }[] = []
  const answers: Record<string, unknown> = {
    open: { sampleTypes: [shown.table.sampleType], defaultSampleType: 0, sampleCount: 2, atMs: 5 },
    show: shown,
    neighbours: {
      ...{ name: 'main', flat: 0n, cum: 4000n, callers: [] },
      callees: [{ name: 'a\u202e', value: 3000n }],
    },
    calls: [],
    layout: null,
  }
  const engine = {
    call: (method: string, params: unknown) => {
      asked.push({ method, params })
      return method === 'open' && openError !== null
        ? Promise.reject(openError)
        : Promise.resolve(answers[method])
    },
    close: () => undefined,
  }
  const connection = createFakeConnection({
    'profile.list': () => kept,
    'profile.bytes': () => new Uint8Array([1]),
    'profile.fetch': () => info('p9', 9000),
    'profile.openFile': () => ({ name: 'old.pb.gz', bytes: new Uint8Array([2]) }),
  })
  const host = defineComponent(() => {
    const list = useProfileList(() => ({ targetId: 'local', key }))
    return () => h(ProfileTab, { list, canFetch: true })
  })
  const provide = { ...connection.global.provide, [openProfileEngineKey as symbol]: () => engine }
  const wrapper = mount(host, { attachTo: document.body, global: { ...connection.global, provide } })
  await flushPromises()
  const button = (text: string) => wrapper.findAll('button').find((each) => each.text().includes(text))!
  const askedFor = (method: string) =>
    asked.filter((each) => each.method === method).map(({ params }) => params)
  return { connection, wrapper, button, askedFor }
}

describe('the Profile tab', () => {
  it('says how to get the first profile, and shows the one that was fetched', async () => {
    const { wrapper, button, connection, askedFor } = await openTab([])
    expect(wrapper.text()).toContain('No profile yet')
    await button('Fetch profile').trigger('click')
    connection.emit('profile', info('p9', 9000))
    await flushPromises()
    expect(askedFor('show')).toEqual([expect.objectContaining({ id: 'p9', baseId: null, sampleType: 0 })])
    expect(wrapper.text()).not.toContain('No profile yet')
    wrapper.unmount()
  })

  it('shows the newest of the process as go tool pprof prints it, names as text', async () => {
    const { wrapper, askedFor } = await openTab([info('p1', 1000), info('p2', 2000)])
    expect(askedFor('open')).toEqual([expect.objectContaining({ id: 'p2' })])
    const cells = wrapper.findAll('.grid .row')[0]!.findAll('[role=gridcell]')
    expect(cells.map((cell) => cell.text())).toEqual([
      '3000B',
      '75.00%',
      '75.00%',
      '3000B',
      '75.00%',
      'a\\u202e',
    ])
    expect(wrapper.text()).toContain('4,000 bytes total')
    wrapper.unmount()
  })

  it('compares with the first of the process', async () => {
    const { wrapper, askedFor } = await openTab([info('p1', 1000), info('p2', 2000)])
    await wrapper.get('select[aria-label="Compare with"]').setValue('first')
    await flushPromises()
    expect(askedFor('show').at(-1)).toMatchObject({ id: 'p2', baseId: 'p1' })
    wrapper.unmount()
  })

  it('selects by keyboard and shows callers and callees', async () => {
    const { wrapper, button } = await openTab([info('p1', 1000)])
    await wrapper.get('.grid').trigger('keydown', { key: 'End' })
    await flushPromises()
    expect(wrapper.findAll('.grid .row')[1]!.attributes('aria-selected')).toBe('true')
    await button('Callers and callees').trigger('click')
    expect(wrapper.get('.neighbours').text()).toContain('a\\u202e')
    wrapper.unmount()
  })

  it('sorts by cum, and takes focus and ignore', async () => {
    const { wrapper, button, askedFor } = await openTab([info('p1', 1000)])
    await button('cum').trigger('click')
    await wrapper.get('input[aria-label=focus]').setValue('main')
    await flushPromises()
    expect(askedFor('show').at(-1)).toMatchObject({ sort: 'cum', focus: 'main', ignore: '' })
    wrapper.unmount()
  })

  it('opens a file, and tells what is no profile', async () => {
    const { wrapper, button } = await openTab([], new AppError('parse', 'no profile'))
    await button('Open file…').trigger('click')
    await flushPromises()
    expect(wrapper.get('[role=alert]').text()).toContain('could not be read')
    wrapper.unmount()
  })

  it('fetches every so many minutes', async () => {
    const { wrapper, connection } = await openTab([])
    await wrapper.get('select[aria-label="Fetch by itself"]').setValue('5')
    expect(connection.callsOf('profile.every')).toEqual([{ targetId: 'local', key, minutes: 5 }])
    wrapper.unmount()
  })
})
