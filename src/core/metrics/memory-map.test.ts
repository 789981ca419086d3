import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePidSmaps } from '../procfs/pid-smaps'
import { memoryGroupIds } from './memory-group'
import {
  createMemoryMapBuilder,
  formatPermissions,
  mapGroupOf,
  mapNameOf,
  mapNumberIds,
  sumMemoryMap,
  type MemoryMap,
} from './memory-map'
import { diffMemoryMaps, hasMapChanged, mapDelta } from './memory-map-diff'

interface Line {
  at: number
  sizeKib: number
  permissions?: string
  name?: string
  inode?: number
  rssKib?: number
  flags?: string
}

function toText(lines: readonly Line[]): string {
  return lines
    .map(({ at, sizeKib, permissions = 'rw-p', name = '', inode = 0, rssKib = 4, flags = 'rd wr' }) => {
      const range = `${at.toString(16)}-${(at + sizeKib * 1024).toString(16)}`
      return (
        `${range} ${permissions} 00000000 08:01 ${inode}${name === '' ? '' : `    ${name}`}\n` +
        `Size: ${sizeKib} kB\nRss: ${rssKib} kB\nPss: ${rssKib} kB\nPrivate_Dirty: ${rssKib} kB\n` +
        `LazyFree: 0 kB\nSwap: 0 kB\nVmFlags: ${flags}\n`
      )
    })
    .join('')
}

function toMap(lines: readonly Line[], isGo: boolean | null = null): MemoryMap {
  const builder = createMemoryMapBuilder(isGo)
  builder.add(parsePidSmaps(toText(lines)))
  return builder.build({ atMs: 1, costMs: 2 })
}

function groupsOf(map: MemoryMap): string[] {
  return Array.from({ length: map.count }, (_, index) => mapGroupOf(map, index))
}

const libc = '/usr/lib/libc.so.6'

describe('createMemoryMapBuilder', () => {
  it('tells the kinds of mappings', () => {
    const lines: (Line & { is: string })[] = [
      { at: 0x400000, sizeKib: 64, permissions: 'r--p', name: '/srv/app', inode: 5, is: 'code' },
      { at: 0x410000, sizeKib: 64, permissions: 'r-xp', name: '/srv/app', inode: 5, is: 'code' },
      { at: 0x1000000, sizeKib: 132, name: '[heap]', is: 'heap' },
      { at: 0xc000000000, sizeKib: 4096, is: 'goArena' },
      { at: 0xc000400000, sizeKib: 61440, permissions: '---p', is: 'goArena' },
      { at: 0x10000000000, sizeKib: 4096, is: 'goArena' },
      { at: 0x7f0000000000, sizeKib: 4, permissions: '---p', is: 'anonymous' },
      { at: 0x7f0000001000, sizeKib: 8192, is: 'stack' },
      { at: 0x7f1000000000, sizeKib: 132, is: 'anonymous' },
      { at: 0x7f1000021000, sizeKib: 65404, permissions: '---p', is: 'anonymous' },
      { at: 0x7f2000000000, sizeKib: 40, permissions: 'r--p', name: libc, inode: 7, is: 'code' },
      { at: 0x7f200000a000, sizeKib: 40, permissions: 'r-xp', name: libc, inode: 7, is: 'code' },
      { at: 0x7f3000000000, sizeKib: 40, permissions: 'r--s', name: '/srv/data.db', inode: 9, is: 'file' },
      { at: 0x7f4000000000, sizeKib: 40, permissions: 'rw-s', name: '/memfd:x (deleted)', is: 'shmem' },
      { at: 0x7f4100000000, sizeKib: 40, permissions: 'rw-s', name: '/dev/zero (deleted)', is: 'shmem' },
      { at: 0x7f4200000000, sizeKib: 40, permissions: 'rw-s', name: '/dev/shm/a b', is: 'shmem' },
      { at: 0x7f4300000000, sizeKib: 40, permissions: 'rw-s', name: '/SYSV00000000 (deleted)', is: 'shmem' },
      { at: 0x7f4400000000, sizeKib: 40, name: '[anon:cache]', is: 'anonymous' },
      { at: 0x7f4500000000, sizeKib: 40, permissions: 'rw-s', name: '/dev/dri/card0', is: 'special' },
      { at: 0x7f4600000000, sizeKib: 40, permissions: 'rw-s', name: 'anon_inode:[io_uring]', is: 'special' },
      { at: 0x7ffc00000000, sizeKib: 132, name: '[stack]', flags: 'rd wr gd', is: 'stack' },
      { at: 0x7ffc10000000, sizeKib: 8, permissions: 'r-xp', name: '[vdso]', is: 'special' },
    ]
    const map = toMap(lines, true)
    expect(groupsOf(map)).toEqual(lines.map(({ is }) => is))
    expect(map).toMatchObject({ atMs: 1, costMs: 2, count: lines.length })
    expect(mapNameOf(map, 13)).toBe('/memfd:x')
    expect(map.columns.isDeleted[13]).toBe(1)
  })

  it('knows Go by its heap, on arm64 and by name, too, and takes no other for it', () => {
    const at = { at: 0xc000000000, sizeKib: 64 }
    expect(groupsOf(toMap([at], null))).toEqual(['goArena'])
    expect(groupsOf(toMap([at], false))).toEqual(['anonymous'])
    expect(groupsOf(toMap([{ at: 0xc000001000, sizeKib: 64 }], true))).toEqual(['anonymous'])
    const arm = [
      { at: 0x4000000000, sizeKib: 64 },
      { at: 0x5500000000, sizeKib: 64 },
    ]
    expect(groupsOf(toMap(arm, true))).toEqual(['goArena', 'anonymous'])
    expect(groupsOf(toMap([...arm, { at: 0xffff00000000, sizeKib: 8 }], true))[1]).toBe('goArena')
    expect(groupsOf(toMap([{ at: 0x7f0000000000, sizeKib: 64, name: '[anon: Go: heap]' }], true))).toEqual([
      'goArena',
    ])
  })

  it('adds up, as a whole and by kind', () => {
    const map = toMap([
      { at: 0x1000, sizeKib: 64, name: '[heap]', rssKib: 12 },
      { at: 0x100000, sizeKib: 64, rssKib: 8 },
    ])
    const { total, groups } = sumMemoryMap(map)
    expect(total).toMatchObject({ count: 2, rssBytes: 20 * 1024, sizeBytes: 128 * 1024, lazyFreeBytes: 0 })
    expect(groups.get('heap')?.rssBytes).toBe(12 * 1024)
    expect([...groups.keys()]).toEqual(['heap', 'anonymous'])
  })

  it('has null where no mapping reports a number, never 0', () => {
    const builder = createMemoryMapBuilder(null)
    builder.add(parsePidSmaps('1000-2000 rw-p 00000000 00:00 0\nSize: 4 kB\nRss: 4 kB\n'))
    const { total } = sumMemoryMap(builder.build({ atMs: 0, costMs: 0 }))
    expect(total).toMatchObject({ rssBytes: 4096, lazyFreeBytes: null, pssBytes: null })
  })
})

describe('formatPermissions', () => {
  it('writes them as maps does', () => {
    const map = toMap(
      ['r--p', 'rw-s', '---p', 'r-xp'].map((permissions, index) => ({
        at: 0x1000 + index * 0x10000,
        sizeKib: 4,
        permissions,
        name: '/f',
      })),
    )
    expect([...map.columns.permissions].map(formatPermissions)).toEqual(['r--p', 'rw-s', '---p', 'r-xp'])
  })
})

describe('diffMemoryMaps', () => {
  it('knows a mapping that grew, one that grew down, one that came and one that went', () => {
    const before = toMap([
      { at: 0x10000, sizeKib: 16, rssKib: 16 },
      { at: 0x20000, sizeKib: 16, rssKib: 4 },
      { at: 0x70000, sizeKib: 8, name: '[stack]' },
    ])
    const after = toMap([
      { at: 0x10000, sizeKib: 32, rssKib: 24 },
      { at: 0x50000, sizeKib: 16, name: '/new' },
      { at: 0x6f000, sizeKib: 12, name: '[stack]' },
    ])
    const changes = diffMemoryMaps(before, after)
    expect(changes).toEqual([
      { before: 0, after: 0 },
      { before: -1, after: 1 },
      { before: 2, after: 2 },
      { before: 1, after: -1 },
    ])
    expect(changes.map((change) => mapDelta(before, after, change, 'rssBytes') / 1024)).toEqual([8, 4, 0, -4])
    expect(changes.every((change) => hasMapChanged(before, after, change))).toBe(true)
    expect(diffMemoryMaps(after, after).some((change) => hasMapChanged(after, after, change))).toBe(false)
  })

  it('adds up to the difference of the totals, whatever changed', () => {
    const lines = fc
      .uniqueArray(
        fc.record({
          page: fc.integer({ min: 1, max: 40 }),
          rssKib: fc.integer({ min: 0, max: 64 }),
          name: fc.constantFrom('', '[heap]', '/a', '/dev/shm/x'),
        }),
        { selector: ({ page }) => page, maxLength: 20 },
      )
      .map((items) =>
        items
          .sort((a, b) => a.page - b.page)
          .map(({ page, ...rest }) => ({ at: page * 0x1000, sizeKib: 4, ...rest })),
      )
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const [before, after] = [toMap(first), toMap(second)]
        const changes = diffMemoryMaps(before, after)
        for (const id of mapNumberIds) {
          const delta = changes.reduce((sum, change) => sum + mapDelta(before, after, change, id), 0)
          const totals = (sumMemoryMap(after).total[id] ?? 0) - (sumMemoryMap(before).total[id] ?? 0)
          expect(delta + 0).toBe(totals + 0)
        }
        const { groups, total } = sumMemoryMap(after)
        const sum = memoryGroupIds.reduce((all, id) => all + (groups.get(id)?.rssBytes ?? 0), 0)
        expect(sum).toBe(total.rssBytes ?? 0)
      }),
    )
  })
})
