import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BackendEvents, BackendMethods, ProfileSchedule } from '#core/ipc/contract'
import { createMemoryChannel } from '#core/ipc/memory-channel'
import { createRpcClient } from '#core/ipc/rpc'
import { defaultRedaction } from '#core/snapshot/redaction'
import { buildTestService, startTestService, until, type TestService } from '../../../test/support/go-service'
import { createBackend, type Backend } from './backend'

const targetId = 'local'
let backend: Backend
let service: TestService
let cacheDir: string

beforeAll(() => buildTestService(), 180_000)
beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'ballonet-profiles-'))
  backend = createBackend({ resourcesDir: join(import.meta.dirname, '../../..'), cacheDir })
  service = await startTestService(['-scenario', 'idle', '-keep-mib', '16'])
})
afterEach(async () => {
  await backend.dispose()
  await service.end()
  rmSync(cacheDir, { recursive: true })
})

function connect() {
  const [near, far] = createMemoryChannel()
  backend.openSession(far)
  const client = createRpcClient<BackendMethods, BackendEvents>(near)
  const seen = {
    profiles: [] as string[],
    removed: [] as string[],
    schedules: [] as ProfileSchedule[],
    texts: [] as string[],
  }
  client.on('profile', ({ id }) => seen.profiles.push(id))
  client.on('profileRemoved', ({ id }) => seen.removed.push(id))
  client.on('profileSchedule', (schedule) => seen.schedules.push(schedule))
  client.on('event', ({ kind, text }) => kind === 'profile' && seen.texts.push(text))
  return { client, seen }
}

async function watchService() {
  const window = connect()
  await window.client.call('targets.open', { spec: 'local' })
  await window.client.call('process.watch', { targetId, key: service.key })
  return window
}

describe('profiles of a watched process', () => {
  it('are fetched, told to every window, listed, given as they came, and removed', async () => {
    const { client, seen } = await watchService()
    const other = connect()
    const { key } = service
    const [info, same] = await Promise.all([
      client.call('profile.fetch', { targetId, key }),
      client.call('profile.fetch', { targetId, key }),
    ])
    expect(same).toEqual(info)
    expect(info).toMatchObject({
      targetId,
      key,
      comm: expect.stringMatching(/^go-service/) as string,
      url: `${service.url}/debug/pprof/heap`,
    })
    await until(
      () => [seen.profiles, other.seen.profiles],
      (ids) => ids.every(([id]) => id === info.id),
    )
    expect(seen.texts).toEqual(['event.profile.fetched'])
    expect(await other.client.call('profile.list', null)).toEqual([info])
    const bytes = await client.call('profile.bytes', { id: info.id })
    expect(bytes).toHaveLength(info.sizeBytes)
    expect(gunzipSync(bytes).includes('main.newChunk')).toBe(true)
    await client.call('profile.remove', { id: info.id })
    await until(
      () => other.seen.removed,
      (ids) => ids.includes(info.id),
    )
    await expect(client.call('profile.bytes', { id: info.id })).rejects.toMatchObject({ code: 'gone' })
  })

  it('come by themselves from now on, though no window watches it, until it is gone', async () => {
    const { client, seen } = await watchService()
    const { key } = service
    await client.call('profile.every', { targetId, key, minutes: 5 })
    await client.call('process.unwatch', { targetId, key })
    await until(
      () => seen.profiles.length,
      (count) => count === 1,
    )
    expect(seen.schedules.at(-1)).toMatchObject({ key, minutes: 5, error: null })
    // At another interval one is taken at once; a window that comes later is told.
    await client.call('profile.every', { targetId, key, minutes: 240 })
    await until(
      () => seen.profiles.length,
      (count) => count === 2,
    )
    const later = connect()
    await until(
      () => later.seen.schedules.length,
      (count) => count > 0,
    )
    expect(later.seen.schedules).toMatchObject([{ key, minutes: 240 }])
    await service.end()
    await until(
      () => seen.schedules.at(-1),
      (schedule) => schedule?.minutes === null,
    )
    expect(seen.schedules.at(-1)).toMatchObject({ key, error: { code: 'gone' } })
    expect(await client.call('profile.list', null)).toHaveLength(2)
    await expect(client.call('profile.every', { targetId, key, minutes: 5 })).rejects.toMatchObject({
      code: 'gone',
    })
  })

  it('come no more when a person says so, and go with their target', async () => {
    const { client, seen } = await watchService()
    const { key } = service
    await client.call('profile.every', { targetId, key, minutes: 1 })
    await until(
      () => seen.profiles.length,
      (count) => count === 1,
    )
    await client.call('profile.every', { targetId, key, minutes: null })
    expect(seen.schedules.at(-1)).toEqual({ targetId, key, minutes: null, nextAtMs: null, error: null })
    await client.call('profile.every', { targetId, key, minutes: null })
    await client.call('targets.close', { targetId })
    await until(
      () => seen.removed,
      (ids) => ids.length === 1 && ids[0] === seen.profiles[0],
    )
    expect(await client.call('profile.list', null)).toEqual([])
  })

  it('are not fetched for whom it is not watched, nor as nobody may ask', async () => {
    const { client } = connect()
    const { key } = service
    await client.call('targets.open', { spec: 'local' })
    await expect(client.call('profile.fetch', { targetId, key })).rejects.toMatchObject({ code: 'invalid' })
    for (const minutes of [0, -1, 241, 1.5, '5', undefined])
      await expect(client.call('profile.every', { targetId, key, minutes } as never)).rejects.toMatchObject({
        code: 'invalid',
      })
    for (const id of ['x'.repeat(65), 1, null])
      await expect(client.call('profile.bytes', { id } as never)).rejects.toMatchObject({ code: 'invalid' })
  })

  it('are in the recording, also of a backend that is started anew, and in a range of it that is opened or exported', async () => {
    const recordingsDir = join(cacheDir, 'recordings')
    const startRecording = async (): Promise<void> => {
      await backend.dispose()
      backend = createBackend({
        resourcesDir: join(import.meta.dirname, '../../..'),
        ...{ cacheDir, recordingsDir },
      })
    }
    await startRecording()
    const { client } = await watchService()
    const { key } = service
    const info = await client.call('profile.fetch', { targetId, key })
    const bytes = await client.call('profile.bytes', { id: info.id })
    await startRecording()
    const { client: later } = connect()
    const range = { targetSpec: 'local', keys: [key], fromMs: info.atMs - 600_000, toMs: Date.now() + 1000 }
    const opened = await later.call('history.open', range)
    const { profiles } = await later.call('replay.overview', { targetId: opened.id })
    expect(profiles).toMatchObject([{ key, atMs: info.atMs, sizeBytes: info.sizeBytes, url: info.url }])
    expect(await later.call('profile.bytes', { id: profiles[0]?.id ?? '' })).toEqual(bytes)

    const listed = await later.call('history.profiles', range)
    expect(listed).toEqual([info])
    expect(await later.call('history.profiles', { ...range, toMs: info.atMs - 1 })).toEqual([])
    const [{ fromMs, toMs }, profileIds] = [range, [info.id, 'no-such-profile']]
    const selection = { targetId, keys: [key], fromMs, toMs, profileIds, redaction: defaultRedaction }
    const file = await later.call('snapshot.export', { ...selection, exportId: '1', locale: 'en' })
    const { id } = await later.call('snapshot.open', { name: file.suggestedName, bytes: file.bytes })
    const [exported, ...others] = (await later.call('replay.overview', { targetId: id })).profiles
    expect(others).toEqual([])
    expect(await later.call('profile.bytes', { id: exported?.id ?? '' })).toEqual(bytes)
  })
})
