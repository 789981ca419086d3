import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings, openSettingsStore } from './settings-store'

describe('settings store', () => {
  let dir = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ballonet-settings-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  const open = (onError: (error: unknown) => void = () => undefined) =>
    openSettingsStore(join(dir, 'settings.json'), onError)

  it('starts with the defaults and keeps what was set', async () => {
    const store = await open()
    expect(store.get()).toEqual(defaultSettings)
    store.set({ theme: 'dark', panes: { main: [60, 40] } })
    await store.flush()
    expect((await open()).get()).toEqual({ ...defaultSettings, theme: 'dark', panes: { main: [60, 40] } })
  })

  it.each(['', '{', 'null', '[]', '{"theme":7,"columns":["rm -rf"],"panes":{"a":["x"]}}'])(
    'takes the defaults for a damaged file %j',
    async (text) => {
      await writeFile(join(dir, 'settings.json'), text)
      expect((await open()).get()).toEqual(defaultSettings)
    },
  )

  it('keeps the good fields of a file with a bad one', async () => {
    await writeFile(join(dir, 'settings.json'), '{"theme":"neon","locale":"zh-CN"}')
    expect((await open()).get()).toEqual({ ...defaultSettings, locale: 'zh-CN' })
  })

  it('refuses values that do not fit and changes nothing', async () => {
    const store = await open()
    expect(() => store.set({ theme: 'neon' as 'dark' })).toThrow()
    expect(store.get()).toEqual(defaultSettings)
  })

  it('reports a write that fails and goes on', async () => {
    const errors: unknown[] = []
    await writeFile(join(dir, 'file'), '')
    const store = await openSettingsStore(join(dir, 'file', 'settings.json'), (error) => errors.push(error))
    expect(store.set({ theme: 'light' }).theme).toBe('light')
    await store.flush()
    expect(errors).toHaveLength(1)
  })

  it('writes whole files only', async () => {
    const store = await open()
    for (const theme of ['light', 'dark', 'system'] as const) store.set({ theme })
    await store.flush()
    expect(JSON.parse(await readFile(join(dir, 'settings.json'), 'utf8'))).toMatchObject({ theme: 'system' })
  })
})
