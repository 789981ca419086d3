import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#core/errors'
import { createFrame } from '../features/process-table/table-frame.fixture'
import { useCommandsStore } from './commands'
import { useDemoStore } from './demo'
import { createFakeConnection } from './fake-connection.fixture'
import { useNoticesStore } from './notices'
import { useSelectionStore } from './selection'
import { useSessionEventsStore } from './session-events'
import { useSettingsStore } from './settings'
import { useTableStore } from './table'
import { useTargetsStore } from './targets'

const local = { id: 'local', spec: 'local', label: 'here', state: 'connected' }
const key = { pid: 3, startTimeTicks: 3 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('targets', () => {
  it('open and are looked at', async () => {
    createFakeConnection({ 'targets.open': () => local })
    const targets = useTargetsStore()
    await targets.open('local')
    expect(targets.active?.label).toBe('here')
    expect(targets.openingSpec).toBeNull()
  })

  it('say why they did not open', async () => {
    createFakeConnection({
      'targets.open': () => {
        throw new AppError('unsupported', 'not yet')
      },
    })
    const targets = useTargetsStore()
    expect(await targets.open('ssh:x')).toBeNull()
    expect(targets.openError?.code).toBe('unsupported')
    expect(targets.activeId).toBeNull()
  })

  it('open again after a reconnect, and take selection and table along to the new id', async () => {
    let opened = 0
    const connection = createFakeConnection({ 'targets.open': () => ({ ...local, id: `local-${++opened}` }) })
    const targets = useTargetsStore()
    const selection = useSelectionStore()
    useTableStore()
    await targets.open('local')
    selection.focus('local-1', key)
    connection.reconnect()
    await flushPromises()
    expect([...targets.targets.keys()]).toEqual(['local-2'])
    expect(targets.activeId).toBe('local-2')
    expect(selection.focused?.targetId).toBe('local-2')
    expect(connection.callsOf('table.subscribe').at(-1)).toMatchObject({ targetId: 'local-2' })
  })

  it('have failed, and are not gone, when they do not open again', async () => {
    let opened = 0
    const connection = createFakeConnection({
      'targets.open': () => {
        if (++opened > 1) throw new AppError('unreachable', 'no')
        return local
      },
    })
    const targets = useTargetsStore()
    await targets.open('local')
    connection.reconnect()
    await flushPromises()
    expect(targets.active).toMatchObject({ state: 'failed', error: { code: 'unreachable' } })
  })
})

describe('the selection', () => {
  it('keeps a process that ended, and marks it', () => {
    const connection = createFakeConnection()
    const selection = useSelectionStore()
    useTargetsStore().show('local')
    selection.focus('local', key)
    connection.emit('processGone', { targetId: 'local', key: { pid: 3, startTimeTicks: 99 }, atMs: 5 })
    expect(selection.goneAtMs).toBeNull()
    connection.emit('processGone', { targetId: 'local', key, atMs: 7 })
    expect(selection).toMatchObject({ goneAtMs: 7, focused: { targetId: 'local', key } })
    selection.focus('local', { pid: 4, startTimeTicks: 1 })
    expect(selection.goneAtMs).toBeNull()
  })
})

describe('the table', () => {
  async function openTable() {
    const connection = createFakeConnection({ 'targets.open': () => local })
    const table = useTableStore()
    await useTargetsStore().open('local')
    await flushPromises()
    return { connection, table }
  }

  it('asks for the numbers of the shown columns only, and again when they change', async () => {
    const { connection } = await openTable()
    expect(connection.callsOf('table.subscribe')).toEqual(
      [
        { targetId: 'local', columns: ['rssBytes', 'cpuPercent', 'lazyFreeBytes'].sort(), visibleRowIds: [] },
      ].map((each) => ({ ...each, columns: expect.arrayContaining(each.columns) as string[] })),
    )
    useSettingsStore().change({ columns: ['pid', 'pssBytes'] })
    await flushPromises()
    expect(connection.callsOf('table.subscribe').at(-1)).toMatchObject({ columns: ['pssBytes'] })
  })

  it('takes frames of its target, remembers metas, and forgets those of the dead', async () => {
    const { connection, table } = await openTable()
    const many = Array.from({ length: 300 }, (_, index) => ({ pid: index + 1 }))
    connection.emit('table', { targetId: 'local', frame: createFrame(many) })
    connection.emit('table', { targetId: 'other', frame: createFrame([{ pid: 9 }]) })
    expect(table.frame()?.count).toBe(300)
    expect(table.meta(2000)?.pid).toBe(200)
    connection.emit('table', { targetId: 'local', frame: { ...createFrame([{ pid: 1 }]), metas: [] } })
    expect(table.meta(10)?.pid).toBe(1)
    expect(table.meta(2000)).toBeUndefined()
  })

  it('is stale after three seconds without a frame, and not before the first', async () => {
    const { connection, table } = await openTable()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(table.isStale).toBe(false)
    connection.emit('table', { targetId: 'local', frame: createFrame([{ pid: 1 }]) })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(table.isStale).toBe(false)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(table.isStale).toBe(true)
    connection.emit('table', { targetId: 'local', frame: createFrame([{ pid: 1 }]) })
    expect(table.isStale).toBe(false)
  })

  it('sends the rows in view once in a while, not with every scrolled pixel', async () => {
    const { connection, table } = await openTable()
    const before = connection.callsOf('table.subscribe').length
    for (let i = 0; i < 50; i++) table.setVisibleRows([i])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(connection.callsOf('table.subscribe').slice(before)).toMatchObject([{ visibleRowIds: [49] }])
  })

  it('starts anew on another target', async () => {
    const { connection, table } = await openTable()
    connection.emit('table', { targetId: 'local', frame: createFrame([{ pid: 1 }]) })
    useTargetsStore().show(null)
    await flushPromises()
    expect(table.frame()).toBeNull()
    expect(connection.callsOf('table.unsubscribe')).toEqual([{ targetId: 'local' }])
  })
})

describe('the demo', () => {
  it('opens this machine and focuses its process', async () => {
    createFakeConnection({
      'targets.open': () => local,
      'demo.start': () => ({ phase: 'running', kind: 'go', key }),
    })
    const demo = useDemoStore()
    await demo.start()
    expect(demo.state.phase).toBe('running')
    expect(useSelectionStore().focused).toEqual({ targetId: 'local', key })
  })

  it('waits at the doors while it is built, then focuses what was started', async () => {
    const connection = createFakeConnection({
      'targets.open': () => local,
      'demo.start': () => ({ phase: 'starting', kind: null, key: null }),
    })
    const demo = useDemoStore()
    const started = demo.start()
    await vi.waitFor(() => expect(demo.state.phase).toBe('starting'))
    expect(useTargetsStore().activeId).toBeNull()
    connection.emit('demo', { ...demo.state, phase: 'running', kind: 'go', key })
    await started
    expect(useSelectionStore().focused).toEqual({ targetId: 'local', key })
  })

  it('says why it did not start, and can be started again', async () => {
    createFakeConnection({
      'demo.start': () => {
        throw new AppError('unsupported', 'no go, no python3, no perl')
      },
    })
    const demo = useDemoStore()
    await demo.start()
    expect(demo.state).toMatchObject({ phase: 'failed', error: { code: 'unsupported' } })
    expect(demo.isOn).toBe(false)
  })

  it('is over when the backend was started anew', async () => {
    const connection = createFakeConnection({
      'demo.start': () => ({ phase: 'running', kind: 'go', key: null }),
    })
    const demo = useDemoStore()
    await demo.start()
    connection.reconnect()
    expect(demo.state.phase).toBe('idle')
  })
})

describe('settings', () => {
  it('hold at once, also when they could not be kept', async () => {
    createFakeConnection({
      'settings.set': () => {
        throw new AppError('failed', 'disk full')
      },
    })
    const store = useSettingsStore()
    store.change({ theme: 'dark' })
    expect(store.settings).toMatchObject({ theme: 'dark' })
    await flushPromises()
    expect(useNoticesStore().shown).toMatchObject([
      { titleKey: 'notice.settingsUnsaved', error: { message: 'disk full' } },
    ])
  })
})

describe('session events', () => {
  it('keep the newest two thousand', () => {
    const connection = createFakeConnection()
    const store = useSessionEventsStore()
    for (let id = 0; id < 2_100; id++) connection.emit('event', { id })
    expect(store.events).toHaveLength(2_000)
    expect(store.events.at(-1)?.id).toBe(2_099)
  })
})

describe('commands', () => {
  it('run when enabled, and a later registration wins until it leaves', () => {
    createFakeConnection()
    const commands = useCommandsStore()
    const said: string[] = []
    commands.register([{ id: 'a', titleKey: 'x', run: () => void said.push('first') }])
    const leave = commands.register([
      { id: 'a', titleKey: 'x', run: () => void said.push('second'), isEnabled: () => said.length < 1 },
    ])
    expect(commands.run('a')).toBe(true)
    expect(commands.run('a')).toBe(false)
    leave()
    expect(commands.run('a')).toBe(false)
    expect(said).toEqual(['second'])
  })
})
