import { expect, it, vi } from 'vitest'
import { createWaitingFiles, findSnapshotPaths } from './waiting-files'

it('finds the snapshots that a command line names, and nothing else', () => {
  const args = [
    '/opt/ballonet',
    '--no-sandbox',
    '.',
    'a.ballonet',
    '/b/C.BALLONET',
    '--x.ballonet',
    'notes.txt',
  ]
  expect(findSnapshotPaths(args, '/work')).toEqual(['/work/a.ballonet', '/b/C.BALLONET'])
  expect(findSnapshotPaths(['self.ballonet'], '/work')).toEqual([])
  expect(findSnapshotPaths(['app', 'a\0b.ballonet'], '/work')).toEqual([])
})

it('keeps what nobody has taken yet in order, and no more than a few', () => {
  const onAdd = vi.fn()
  const waiting = createWaitingFiles(onAdd)
  for (let i = 0; i < 20; i++) waiting.add(`/f${i}.ballonet`)
  expect(onAdd).toHaveBeenCalledTimes(8)
  expect(waiting.take()).toBe('/f0.ballonet')
  for (let i = 0; i < 7; i++) waiting.take()
  expect(waiting.take()).toBeNull()
})
