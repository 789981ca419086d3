import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from '../ballonet-app'

const refusedCode = (code: string) =>
  expect.objectContaining({ ok: false, error: expect.objectContaining({ code }) })
let dir: string
test.beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'ballonet-profiles-'))))
test.afterAll(() => rmSync(dir, { recursive: true }))

/** What the person chooses in the next dialogs; null: they cancel. What each dialog proposed is kept. */
function choose(electron: ElectronApplication, path: string | null): Promise<void> {
  return electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () =>
      Promise.resolve({
        canceled: chosen === null,
        filePaths: chosen === null ? [] : [chosen],
      })
    dialog.showSaveDialog = ((options: { defaultPath?: string }) => {
      ;(globalThis as unknown as { proposed?: string | undefined }).proposed = options.defaultPath
      return Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
    }) as typeof dialog.showSaveDialog
  }, path)
}

/** Bytes do not pass through evaluate's JSON: they are numbers outside of the page. */
function openFile(page: Page, params: unknown = null): Promise<unknown> {
  return page.evaluate(async (value) => {
    const { ballonet } = window as unknown as {
      ballonet: {
        invoke(
          method: string,
          params: unknown,
        ): Promise<{ ok: boolean; value: { name: string; bytes: Uint8Array } | null }>
      }
    }
    const answer = await ballonet.invoke('profile.openFile', value)
    if (!answer.ok || answer.value === null) return answer
    const { bytes, ...rest } = answer.value
    return { ...rest, keys: Object.keys(answer.value), bytes: [...bytes] }
  }, params)
}

function saveFile(page: Page, suggestedName: string, bytes: number[]): Promise<unknown> {
  return page.evaluate(
    ([name, numbers]) =>
      (
        window as unknown as { ballonet: { invoke(method: string, params: unknown): Promise<unknown> } }
      ).ballonet.invoke('profile.saveFile', { suggestedName: name, bytes: Uint8Array.from(numbers) }),
    [suggestedName, bytes] as const,
  )
}

test('a profile is opened that the person chose, and the page learns no path', async ({
  ballonet: { page, electron },
}) => {
  const path = join(dir, 'heap 堆.pb.gz')
  writeFileSync(path, 'anything')
  await choose(electron, path)
  expect(await openFile(page)).toEqual({
    name: 'heap 堆.pb.gz',
    keys: ['name', 'bytes'],
    bytes: [...Buffer.from('anything')],
  })
  for (const params of [path, { path }, [], 1])
    expect(await openFile(page, params)).toEqual(refusedCode('invalid'))
  await choose(electron, null)
  expect(await openFile(page)).toEqual({ ok: true, value: null })
})

test('what is no file, or too large, is not opened', async ({ ballonet: { page, electron } }) => {
  const large = join(dir, 'large')
  writeFileSync(large, '')
  truncateSync(large, 64 * 1024 * 1024 + 1)
  for (const [path, code] of [
    [large, 'too-large'],
    [dir, 'invalid'],
    ['/dev/zero', 'invalid'],
    [join(dir, 'missing'), 'gone'],
  ] as const) {
    await choose(electron, path)
    expect(await openFile(page), path).toEqual(refusedCode(code))
  }
})

test('a profile is saved as gzip only, under a name that is only a name', async ({
  ballonet: { page, electron },
}) => {
  const bytes = [...gzipSync('a profile')]
  const path = join(dir, 'saved.pb.gz')
  await choose(electron, path)
  expect(await saveFile(page, 'heap of service', bytes)).toEqual({ ok: true, value: true })
  expect([...readFileSync(path)]).toEqual(bytes)
  for (const bad of [[], [0x1f], [...Buffer.from('#!/bin/sh\n')]])
    expect(await saveFile(page, 'x', bad)).toEqual(refusedCode('invalid'))
  expect(await saveFile(page, 'x'.repeat(201), bytes)).toEqual(refusedCode('invalid'))
  await choose(electron, null)
  for (const name of ['../../etc/cron.d/x', '/etc/passwd', '.bashrc', '', 'a\0b\n', '堆.pb.gz']) {
    expect(await saveFile(page, name, bytes)).toEqual({ ok: true, value: false })
    const proposed = await electron.evaluate(() => (globalThis as unknown as { proposed: string }).proposed)
    expect(proposed).toMatch(/^[^./\\][^/\\\0\n]*\.pb\.gz$/)
  }
})
