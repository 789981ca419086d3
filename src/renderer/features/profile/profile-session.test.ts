// @vitest-environment node
import { describe, expect, it } from 'vitest'
import {
  Function as FunctionMessage,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient, createRpcServer } from '#core/ipc/rpc'
import { createProfileSession, type ProfileMethods, type ProfileView } from './profile-session'

/** A profile of stacks written as `main a b`, from the start of the program. */
function createBytes(stacks: Record<string, number>): Uint8Array {
  const stringTable = new StringTable()
  const names = [...new Set(Object.keys(stacks).flatMap((stack) => stack.split(' ')))]
  const unit = { type: stringTable.dedup('inuse_space'), unit: stringTable.dedup('bytes') }
  const profile = new Profile({
    sampleType: [new ValueType(unit)],
    function: names.map(
      (name, index) => new FunctionMessage({ id: index + 1, name: stringTable.dedup(name) }),
    ),
    location: names.map(
      (_, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: 1 })] }),
    ),
    sample: Object.entries(stacks).map(
      ([stack, value]) =>
        new Sample({
          locationId: stack
            .split(' ')
            .reverse()
            .map((name) => names.indexOf(name) + 1),
          value: [value],
        }),
    ),
    stringTable,
  })
  return profile.encode()
}

function openSession() {
  const [ours, theirs] = createMemoryChannel()
  createRpcServer(theirs, createProfileSession())
  return createRpcClient<ProfileMethods, Record<string, never>>(ours)
}

const view: ProfileView = { id: 'now', baseId: null, sampleType: 0, sort: 'flat', focus: '', ignore: '' }
const now = { 'main a': 3000, 'main b': 1000 }

describe('the profile worker', () => {
  it('opens, counts and lays out a profile', async () => {
    const session = openSession()
    expect(await session.call('open', { id: 'now', bytes: createBytes(now) })).toMatchObject({
      sampleTypes: [{ type: 'inuse_space', unit: 'bytes' }],
      sampleCount: 2,
    })
    const shown = await session.call('show', view)
    expect(shown.table.rows.map(({ name, flat, cum }) => [name, flat, cum])).toEqual([
      ['a', 3000n, 3000n],
      ['b', 1000n, 1000n],
      ['main', 0n, 4000n],
    ])
    const layout = await session.call('layout', { from: 0, to: 1, minWidth: 0 })
    expect([...layout.width]).toEqual([1, 1, 0.75, 0.25])
    expect(await session.call('neighbours', { name: 'main' })).toMatchObject({
      callees: [{ name: 'a' }, { name: 'b' }],
    })
  })

  it('opens the call tree line by line', async () => {
    const session = openSession()
    await session.call('open', { id: 'now', bytes: createBytes(now) })
    await session.call('show', view)
    const [main] = await session.call('calls', { nodeId: 0, limit: 10 })
    expect(main).toMatchObject({ name: 'main', cum: 4000n, flat: 0n, hasChildren: true })
    const below = await session.call('calls', { nodeId: main!.nodeId, limit: 1 })
    expect(below).toMatchObject([{ name: 'a', cum: 3000n, hasChildren: false }])
    expect(await session.call('calls', { nodeId: 99, limit: 1 })).toEqual([])
  })

  it('compares with a base', async () => {
    const session = openSession()
    await session.call('open', { id: 'now', bytes: createBytes(now) })
    await session.call('open', { id: 'before', bytes: createBytes({ 'main a': 1000, 'main c': 500 }) })
    const shown = await session.call('show', { ...view, baseId: 'before' })
    expect(shown.isComparison).toBe(true)
    expect(shown.table.total).toBe(1500n)
    expect(shown.table.rows.map(({ name, flat }) => [name, flat])).toEqual([
      ['a', 2000n],
      ['b', 1000n],
      ['c', -500n],
      ['main', 0n],
    ])
    const layout = await session.call('layout', { from: 0, to: 1, minWidth: 0 })
    expect([...layout.baseCum]).toEqual([1500n, 1500n, 1000n, 0n, 500n])
  })

  it('keeps stacks by focus and ignore', async () => {
    const session = openSession()
    await session.call('open', { id: 'now', bytes: createBytes(now) })
    const { names } = await session.call('show', { ...view, focus: '^b$' })
    expect((await session.call('layout', { from: 0, to: 1, minWidth: 0 })).cum[0]).toBe(1000n)
    expect(names).toContain('b')
    await session.call('show', { ...view, ignore: 'b' })
    expect((await session.call('layout', { from: 0, to: 1, minWidth: 0 })).cum[0]).toBe(3000n)
  })

  it('tells what is no profile, and what is not open', async () => {
    const session = openSession()
    const bytes = new TextEncoder().encode('<html>not found</html>')
    await expect(session.call('open', { id: 'x', bytes })).rejects.toMatchObject({ code: 'parse' })
    await expect(session.call('show', view)).rejects.toMatchObject({ code: 'gone' })
    await expect(session.call('layout', { from: 0, to: 1, minWidth: 0 })).rejects.toMatchObject({
      code: 'gone',
    })
    await session.call('open', { id: 'now', bytes: createBytes(now) })
    await session.call('close', { id: 'now' })
    await expect(session.call('show', view)).rejects.toMatchObject({ code: 'gone' })
  })
})
