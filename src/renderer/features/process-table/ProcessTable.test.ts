import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeConnection } from '../../stores/fake-connection.fixture'
import { useSelectionStore } from '../../stores/selection'
import { useTargetsStore } from '../../stores/targets'
import ProcessTable from './ProcessTable.vue'
import { createFrame, type FixtureProcess } from './table-frame.fixture'

const processes: FixtureProcess[] = Array.from({ length: 5_000 }, (_, index) => ({
  pid: index + 1,
  ppid: index === 0 ? 0 : 1,
  rssBytes: index + 1,
  lazyFreeBytes: NaN,
  rollupAbsence: 2,
}))

/** The virtual rows ask the browser for sizes, which happy-dom does not have. */
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800)
})
afterEach(() => void vi.restoreAllMocks())

async function openTable(shown = processes) {
  const connection = createFakeConnection({
    'targets.open': () => ({ id: 'local', spec: 'local', label: '', state: 'connected' }),
  })
  const wrapper = mount(ProcessTable, { attachTo: document.body, global: connection.global })
  await useTargetsStore().open('local')
  await flushPromises()
  connection.emit('table', { targetId: 'local', frame: createFrame(shown) })
  await flushPromises()
  const grid = wrapper.get('.grid')
  return { connection, wrapper, grid, press: (key: string) => grid.trigger('keydown', { key }) }
}

describe('the process table', () => {
  it('has rows only for what can be seen, and tells how many there are', async () => {
    const { wrapper, grid } = await openTable()
    expect(grid.attributes('aria-rowcount')).toBe('5001')
    const rows = wrapper.findAll('.row')
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.length).toBeLessThan(60)
    expect(rows[0]!.text()).toContain('5000')
    wrapper.unmount()
  })

  it('sorts by a press on a header and says so', async () => {
    const { wrapper } = await openTable()
    const pid = wrapper.findAll('[role=columnheader]')[0]!
    expect(pid.attributes('aria-sort')).toBe('none')
    await pid.get('button').trigger('click')
    expect(pid.attributes('aria-sort')).toBe('ascending')
    expect(wrapper.get('.row').text()).toMatch(/^1p1/)
    await pid.get('button').trigger('click')
    expect(pid.attributes('aria-sort')).toBe('descending')
    wrapper.unmount()
  })

  it('focuses a process by keyboard, and keeps it when the order changes', async () => {
    const { wrapper, grid, press, connection } = await openTable()
    await press('ArrowDown')
    await press('ArrowDown')
    expect(grid.attributes('aria-activedescendant')).toBe('process-49990')
    await press('Enter')
    expect(useSelectionStore().focused).toEqual({
      targetId: 'local',
      key: { pid: 4999, startTimeTicks: 4999 },
    })
    const turned = processes.map((each) => ({ ...each, rssBytes: each.pid === 4999 ? 1e6 : each.rssBytes! }))
    connection.emit('table', { targetId: 'local', frame: createFrame(turned) })
    await flushPromises()
    expect(wrapper.get('.row').attributes('aria-selected')).toBe('true')
    wrapper.unmount()
  })

  it('marks a focused process as gone when a frame is without it', async () => {
    const { wrapper, connection, press } = await openTable()
    await press('Home')
    await press('Enter')
    connection.emit('table', { targetId: 'local', frame: createFrame(processes.slice(0, -1)) })
    await flushPromises()
    expect(useSelectionStore().goneAtMs).not.toBeNull()
    wrapper.unmount()
  })

  it('shows why a number is absent', async () => {
    const { wrapper } = await openTable()
    const cell = wrapper.get('.row [data-column=lazyFreeBytes]')
    expect(cell.text()).toBe('—')
    expect(cell.attributes('data-tip')).toContain('another user’s process')
    wrapper.unmount()
  })

  it('shows names as text, whatever is in them', async () => {
    const { wrapper } = await openTable([{ pid: 1, comm: '<b>x</b>\u202e', rssBytes: 1 }])
    expect(wrapper.get('.row .name').text()).toBe('<b>x</b>\\u202e')
    wrapper.unmount()
  })

  it('says that nothing matches, and shows all again', async () => {
    const { wrapper } = await openTable()
    await wrapper.get('.search input').setValue('no such process')
    expect(wrapper.text()).toContain('No process matches')
    await wrapper.get('.empty-state button').trigger('click')
    expect(wrapper.text()).not.toContain('No process matches')
    wrapper.unmount()
  })

  it('is a tree on demand', async () => {
    const { wrapper, grid, press } = await openTable()
    await wrapper.get('[aria-label="Tree of parents and children"]').trigger('click')
    expect(grid.attributes('role')).toBe('treegrid')
    expect(wrapper.get('.row').attributes()).toMatchObject({ 'aria-level': '1', 'aria-expanded': 'true' })
    await press('Home')
    await press('ArrowLeft')
    expect(grid.attributes('aria-rowcount')).toBe('2')
    wrapper.unmount()
  })
})
