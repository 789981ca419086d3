import { expect, it } from 'vitest'
import { parsePidMaps } from './pid-maps'

const line = (path: string): string =>
  `7f0000000000-7f0000200000 rw-s 00001000 fe:00 4711                       ${path}\n`

it('reads a mapping with its file', () => {
  expect(parsePidMaps(line('/usr/lib/x y.so'))).toEqual([
    {
      startAddress: '7f0000000000',
      endAddress: '7f0000200000',
      sizeBytes: 2 * 1024 * 1024,
      permissions: 'rw-s',
      offset: '00001000',
      device: 'fe:00',
      inode: 4711,
      path: '/usr/lib/x y.so',
      isDeleted: false,
    },
  ])
})

it.each([
  ['/srv/a\\012b', '/srv/a\nb', false],
  ['/srv/a\\040b', '/srv/a\\040b', false],
  ['/srv/new (deleted)', '/srv/new', true],
  ['/memfd:x (deleted)', '/memfd:x', true],
  ['[anon: Go: heap]', '[anon: Go: heap]', false],
  ['[anon:x (deleted)', '[anon:x (deleted)', false],
  ['', '', false],
])('path %j', (written, path, isDeleted) => {
  expect(parsePidMaps(line(written))).toMatchObject([{ path, isDeleted }])
})

it('keeps addresses above 2^53 exact', () => {
  const [entry] = parsePidMaps(
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n',
  )
  expect(entry).toMatchObject({ startAddress: 'ffffffffff600000', sizeBytes: 4096, path: '[vsyscall]' })
})
