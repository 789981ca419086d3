import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '#core/errors'
import { checkSavable, saveNew, saveWhole } from './save-whole'

describe('saving', () => {
  let dir = ''
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'ballonet-save-'))))
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  it('replaces a file as a whole and leaves nothing beside it', async () => {
    const path = join(dir, 'a.ballonet')
    writeFileSync(path, 'old')
    await saveWhole(path, Buffer.from('new'))
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(dir)).toEqual(['a.ballonet'])
  })

  it('takes the place of nothing where a new name was asked for', async () => {
    const path = join(dir, 'a.ballonet')
    expect(await saveNew(path, Buffer.from('first'))).toBe(path)
    symlinkSync('nowhere', join(dir, 'a-2.ballonet'))
    expect(await saveNew(path, Buffer.from('second'))).toBe(join(dir, 'a-3.ballonet'))
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(readFileSync(join(dir, 'a-3.ballonet'), 'utf8')).toBe('second')
    expect(readdirSync(dir).sort()).toEqual(['a-2.ballonet', 'a-3.ballonet', 'a.ballonet'])
  })

  it('keeps what was there when it is cancelled, or when there is no such folder', async () => {
    const path = join(dir, 'a.ballonet')
    writeFileSync(path, 'old')
    await expect(saveWhole(path, Buffer.alloc(10), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    })
    await expect(saveWhole(join(dir, 'none', 'x'), Buffer.alloc(1))).rejects.toMatchObject({ code: 'gone' })
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['a.ballonet'])
  })

  it.runIf(process.getuid?.() === 0)('says that a disk is full and leaves no half file', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir])
    try {
      await expect(saveWhole(join(dir, 'a.ballonet'), Buffer.alloc(1 << 20))).rejects.toMatchObject({
        code: 'too-large',
        hint: 'error.disk-full',
      })
      expect(readdirSync(dir)).toEqual([])
    } finally {
      execFileSync('umount', [dir])
    }
  })

  it.each([
    ['a folder', () => dir],
    [
      'a pipe',
      () => {
        execFileSync('mkfifo', [join(dir, 'pipe')])
        return join(dir, 'pipe')
      },
    ],
    [
      'a link to a device',
      () => {
        symlinkSync('/dev/null', join(dir, 'null'))
        return join(dir, 'null')
      },
    ],
    [
      'a link to a file that is open, as /dev/stdout is',
      () => {
        const link = join(dir, 'stdout')
        symlinkSync(`/proc/self/fd/${openSync(join(dir, 'open'), 'w')}`, link)
        return link
      },
    ],
    ['no name', () => ''],
  ])('does not take the place of %s', async (_, make) => {
    const path = make()
    const before = readdirSync(dir)
    const kind = () => (path === '' ? null : lstatSync(path).mode)
    const kindBefore = kind()
    for (const saving of [() => saveWhole(path, Buffer.from('x')), () => checkSavable(path)])
      await expect(saving()).rejects.toMatchObject({ code: 'invalid', hint: 'error.not-a-file' })
    expect(kind()).toBe(kindBefore)
    expect(readdirSync(dir)).toEqual(before)
  })

  it('can be asked about before there is something to save', async () => {
    const path = join(dir, 'a.ballonet')
    await checkSavable(path)
    expect(readdirSync(dir)).toEqual([])
    writeFileSync(path, 'old')
    await checkSavable(path)
    expect(readFileSync(path, 'utf8')).toBe('old')
    await expect(checkSavable(join(dir, 'none', 'x'))).rejects.toMatchObject({ code: 'gone' })
    await expect(checkSavable(join(path, 'x'))).rejects.toMatchObject({ code: 'gone' })
    await expect(checkSavable(join(dir, 'x'.repeat(300)))).rejects.toBeInstanceOf(AppError)
    await expect(checkSavable('/proc/x')).rejects.toBeInstanceOf(AppError)
  })
})
