import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { maxProfileFileBytes } from '#core/pprof/profile-file'
import { readNamedFile } from './read-named-file'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'ballonet-file-'))))
afterAll(() => rmSync(dir, { recursive: true }))

it('reads a file, whatever is in it', async () => {
  const path = join(dir, '堆.pb.gz')
  writeFileSync(path, 'anything')
  expect(await readNamedFile(path, maxProfileFileBytes)).toEqual({
    name: '堆.pb.gz',
    bytes: new TextEncoder().encode('anything'),
  })
  writeFileSync(path, '')
  expect((await readNamedFile(path, maxProfileFileBytes)).bytes).toHaveLength(0)
})

it('reads to the end what says that it is empty', async () => {
  const { bytes } = await readNamedFile('/proc/self/status', maxProfileFileBytes)
  expect(new TextDecoder().decode(bytes)).toMatch(/^Name:[^]*ctxt_switches:\s+\d+\n$/)
})

it('stops at 64 MiB', async () => {
  const path = join(dir, 'large')
  writeFileSync(path, '')
  truncateSync(path, maxProfileFileBytes)
  expect((await readNamedFile(path, maxProfileFileBytes)).bytes).toHaveLength(maxProfileFileBytes)
  truncateSync(path, maxProfileFileBytes + 1)
  await expect(readNamedFile(path, maxProfileFileBytes)).rejects.toMatchObject({ code: 'too-large' })
})

it.each([
  ['a folder', () => dir, 'invalid'],
  ['a device', () => '/dev/zero', 'invalid'],
  ['nothing', () => join(dir, 'missing'), 'gone'],
  [
    'a pipe that nobody writes to',
    () => {
      execFileSync('mkfifo', [join(dir, 'pipe')])
      return join(dir, 'pipe')
    },
    'invalid',
  ],
])('refuses %s', async (_, path, code) => {
  await expect(readNamedFile(path(), maxProfileFileBytes)).rejects.toMatchObject({
    code,
    hint: code === 'gone' ? 'error.no-such-file' : 'error.not-a-file',
  })
})
