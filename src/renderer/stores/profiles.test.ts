import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { ProfileInfo } from '#core/ipc/contract'
import { createFakeConnection } from './fake-connection.fixture'
import { useNoticesStore } from './notices'
import { useProfilesStore } from './profiles'

const MiB = 1024 * 1024
const info = (id: string, targetId: string): ProfileInfo => ({
  ...{ id, targetId, key: { pid: 7, startTimeTicks: 70 }, comm: 'pay', atMs: 1 },
  ...{ sizeBytes: 10, costMs: 1, url: 'http://127.0.0.1/' },
})

function setUp(answers: Record<string, (params: never) => unknown> = {}) {
  const connection = createFakeConnection(answers)
  const profiles = useProfilesStore()
  return { connection, profiles, ids: () => profiles.listed.map(({ id }) => id) }
}

describe('the profiles at hand', () => {
  it('are those of every target, as they come and go', async () => {
    const { connection, ids } = setUp({ 'profile.list': () => [info('p1', 'local')] })
    await flushPromises()
    connection.emit('profile', info('p2', 'ssh:b'))
    expect(ids()).toEqual(['p1', 'p2'])
    connection.emit('profileRemoved', { id: 'p1', targetId: 'local' })
    expect(ids()).toEqual(['p2'])
    connection.reconnect()
    await flushPromises()
    expect(ids()).toEqual(['p1'])
  })

  it('open beside no process when a file was chosen, not when the person cancels', async () => {
    let file: unknown = null
    const { profiles } = setUp({ 'profile.openFile': () => file })
    await profiles.openPage()
    expect(profiles.isPageOpen).toBe(false)
    file = { name: 'old.pb.gz', bytes: new Uint8Array([1]) }
    await profiles.openPage()
    expect(profiles.isPageOpen).toBe(true)
    expect(profiles.listed.at(-1)).toMatchObject({ id: profiles.newestFile, fileName: 'old.pb.gz' })
  })

  it('from files are bounded: one that is too large is told, and the oldest make room', async () => {
    const { profiles } = setUp()
    const large = new File([new Uint8Array(60 * MiB)], 'large')
    const tooLarge = new File([new Uint8Array(64 * MiB + 1)], 'too large')
    expect(await profiles.dropFiles([large, large, tooLarge])).toBe(profiles.newestFile)
    expect(useNoticesStore().shown).toMatchObject([{ error: { code: 'too-large' } }])
    await profiles.dropFiles([large, large, large])
    expect(profiles.listed).toHaveLength(4)
  })
})
