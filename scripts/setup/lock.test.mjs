import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withLock } from './lock.mjs'

let folder
let lockFile
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
  lockFile = join(folder, 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('lets one job run at a time', async () => {
  let running = 0
  let most = 0
  const job = () =>
    withLock(lockFile, async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
    })
  await Promise.all([job(), job(), job()])
  expect(most).toBe(1)
  expect(existsSync(lockFile)).toBe(false)
})

it('is given back when the job fails', async () => {
  await expect(withLock(lockFile, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(lockFile, () => Promise.resolve(1))).toBe(1)
})

it('is taken from an owner that has ended', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(lockFile, JSON.stringify({ pid, host: hostname() }))
  expect(await withLock(lockFile, () => Promise.resolve(1))).toBe(1)
})
