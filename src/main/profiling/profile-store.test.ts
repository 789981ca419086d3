import { describe, expect, it } from 'vitest'
import { createProfileStore, type KeptProfile, type ProfileStore } from './profile-store'

let count = 0
function profileOf(pid: number, sizeBytes = 10, targetId = 'local'): KeptProfile {
  count++
  return {
    bytes: new Uint8Array(sizeBytes),
    info: {
      id: `p${count}`,
      targetId,
      key: { pid, startTimeTicks: 1 },
      comm: 'service',
      atMs: count,
      sizeBytes,
      costMs: 1,
      url: '',
    },
  }
}

function setUp(maxCount: number, maxBytes = 1000) {
  const removed: string[] = []
  const store = createProfileStore({ maxCount, maxBytes }, ({ id }) => removed.push(id))
  const add = (profile: KeptProfile, isAutomatic: boolean): string => {
    store.add(profile, isAutomatic)
    return profile.info.id
  }
  return { store, removed, add }
}

const idsOf = (store: ProfileStore): string[] => store.list().map(({ id }) => id)

describe('kept profiles', () => {
  it('make room: old automatic ones first, then old ones, a first of a process last', () => {
    const { store, removed, add } = setUp(4)
    const first = add(profileOf(1), true)
    const byPerson = add(profileOf(1), false)
    const automatic = add(profileOf(1), true)
    const second = add(profileOf(1), true)
    const third = add(profileOf(1), true)
    expect(removed).toEqual([automatic])
    const fourth = add(profileOf(1), false)
    expect(removed).toEqual([automatic, second])
    const fifth = add(profileOf(1), false)
    expect(removed).toEqual([automatic, second, third])
    const sixth = add(profileOf(1), false)
    expect(removed.at(-1)).toBe(byPerson)
    expect(idsOf(store)).toEqual([first, fourth, fifth, sixth])
  })

  it('let a first one go only when there are nothing but first ones', () => {
    const { store, removed, add } = setUp(3)
    const ids = [1, 2, 3, 4].map((pid) => add(profileOf(pid), true))
    expect(removed).toEqual([ids[0]])
    expect(idsOf(store)).toEqual(ids.slice(1))
  })

  it('are bounded by their bytes, too', () => {
    const { store, removed, add } = setUp(100, 100)
    const first = add(profileOf(1, 40), true)
    const second = add(profileOf(1, 40), true)
    const large = add(profileOf(1, 60), true)
    expect(removed).toEqual([second])
    expect(idsOf(store)).toEqual([first, large])
    expect(() => store.add(profileOf(1, 101), false)).toThrow('larger')
    expect(idsOf(store)).toEqual([first, large])
  })

  it('know the first and the newest of each process', () => {
    const { store, add } = setUp(10)
    const key = { pid: 7, startTimeTicks: 1 }
    expect(store.span('local', key)).toBeNull()
    const first = add(profileOf(7), false)
    expect(store.span('local', key)).toBeNull()
    add(profileOf(8), false)
    add(profileOf(7, 10, 'ssh:a'), false)
    const middle = add(profileOf(7), false)
    const newest = add(profileOf(7), false)
    expect(store.span('local', key)).toMatchObject({
      first: { info: { id: first } },
      newest: { info: { id: newest } },
    })
    store.remove(first)
    expect(store.span('local', key)?.first.info.id).toBe(middle)
    expect(store.span('local', { pid: 7, startTimeTicks: 2 })).toBeNull()
  })

  it('go with their target, and say that they are gone', () => {
    const { store, removed, add } = setUp(10)
    const here = add(profileOf(1), false)
    const there = add(profileOf(1, 10, 'ssh:a'), false)
    store.dropTarget('ssh:a')
    store.remove('nothing')
    expect(removed).toEqual([there])
    expect(idsOf(store)).toEqual([here])
    expect(store.get(here).bytes).toHaveLength(10)
    expect(() => store.get(there)).toThrow(expect.objectContaining({ code: 'gone' }) as Error)
  })
})
