import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import NoticeLayer from '../features/shell/NoticeLayer.vue'
import { createFakeConnection } from './fake-connection.fixture'
import { useNoticesStore } from './notices'
import { useProfilesStore } from './profiles'
import { useSnapshotsStore } from './snapshots'

/** As a browser gives a folder that was dropped, or a file that went away since then. */
function createUnreadable(name: string): File {
  const file = new File([], name)
  file.arrayBuffer = () => Promise.reject(new DOMException('not found', 'NotFoundError'))
  return file
}

const named = (name: string): File => new File([new Uint8Array([1])], name)

function setUp() {
  const connection = createFakeConnection({ 'snapshot.open': () => ({ id: 'incident:1', replay: null }) })
  return { connection, snapshots: useSnapshotsStore(), notices: useNoticesStore() }
}

it('what was dropped and can not be read is told, and the next one is opened', async () => {
  const { connection, snapshots, notices } = setUp()
  const others = await snapshots.dropFiles([
    createUnreadable('folder.ballonet'),
    named('a.ballonet'),
    named('heap.pb.gz'),
  ])
  expect(others.map(({ name }) => name)).toEqual(['heap.pb.gz'])
  expect(notices.shown).toMatchObject([{ error: { hint: 'error.not-a-file', message: 'folder.ballonet' } }])
  expect(connection.callsOf('snapshot.open')).toHaveLength(1)
  expect(await useProfilesStore().dropFiles([createUnreadable('folder'), named('heap')])).not.toBeNull()
  expect(notices.shown).toHaveLength(2)
})

it('more files than are opened at once are told of', async () => {
  const { connection, snapshots, notices } = setUp()
  await snapshots.dropFiles(Array.from({ length: 9 }, (_, index) => named(`${index}.ballonet`)))
  expect(connection.callsOf('snapshot.open')).toHaveLength(8)
  expect(notices.shown).toMatchObject([{ error: { hint: 'error.too-many-replays', params: { limit: 8 } } }])
})

it('a notice of a file does not speak of a process or an answer', () => {
  const { connection, notices } = setUp()
  const { text } = mountNotices(connection)
  expect(text()).toBe('')
  notices.add({
    titleKey: 'snapshot.notice.open',
    error: { code: 'gone', message: '', hint: 'error.no-such-file' },
  })
  const { text: told } = mountNotices(connection)
  expect(told()).toContain('There is no such file.')
  expect(told()).not.toContain('process')
})

function mountNotices(connection: ReturnType<typeof createFakeConnection>) {
  const layer = mount(NoticeLayer, { global: connection.global })
  return { text: () => layer.text() }
}
