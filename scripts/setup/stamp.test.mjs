import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashInputs, isStampFresh, writeStamp } from './stamp.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stamp-'))
  mkdirSync(join(folder, 'src', 'inner'), { recursive: true })
  writeFileSync(join(folder, 'src', 'a'), 'one')
  writeFileSync(join(folder, 'src', 'inner', 'b'), 'two')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hash = (...words) => hashInputs(folder, [join(folder, 'src'), join(folder, 'config')], words)

it('is the same for the same contents', () => expect(hash()).toBe(hash()))

it.each([
  ['a content', () => writeFileSync(join(folder, 'src', 'inner', 'b'), 'twe')],
  ['a new file', () => writeFileSync(join(folder, 'src', 'c'), '')],
  ['a file that was absent', () => writeFileSync(join(folder, 'config'), '')],
  ['a removed file', () => rmSync(join(folder, 'src', 'a'))],
  ['a renamed file', () => renameSync(join(folder, 'src', 'a'), join(folder, 'src', 'z'))],
])('changes with %s', (_what, change) => {
  const before = hash()
  change()
  expect(hash()).not.toBe(before)
})

it('changes with a word', () => expect(hash('x64')).not.toBe(hash('arm64')))

it('does not depend on where the clone lies', () => {
  const before = hash()
  const moved = `${folder}-moved`
  renameSync(folder, moved)
  folder = moved
  expect(hash()).toBe(before)
})

it('is fresh only for the hash that was written', () => {
  const stamp = join(folder, 'cache', 'stamp')
  expect(isStampFresh(stamp, 'one')).toBe(false)
  writeStamp(stamp, 'one')
  expect(isStampFresh(stamp, 'one')).toBe(true)
  expect(isStampFresh(stamp, 'two')).toBe(false)
})
