import { createMemoryMapBuilder, type MemoryMap } from '#core/metrics/memory-map'
import { parsePidSmaps } from '#core/procfs/pid-smaps'

const goHeap = 0xc0_0000_0000
const libraries = 0x7f_4000_000000

interface FakeMapping {
  at: number
  kib: number
  permissions?: string
  path?: string
  rssKib?: number
  lazyFreeKib?: number
}

/** The map of a Go service with some libraries. `growthKib`: how much its heap has grown since. */
export function createFakeMap(atMs: number, growthKib = Math.round((atMs / 1000) % 60) * 256): MemoryMap {
  const builder = createMemoryMapBuilder(true)
  builder.add(parsePidSmaps(toMappings(growthKib).map(toText).join('')))
  return builder.build({ atMs, costMs: 3.4 })
}

function toMappings(growthKib: number): FakeMapping[] {
  return [
    { at: 0x400000, kib: 2048, permissions: 'r-xp', path: '/srv/checkout/bin/checkout', rssKib: 1800 },
    { at: 0x600000, kib: 2048, permissions: 'r--p', path: '/srv/checkout/bin/checkout', rssKib: 1500 },
    { at: 0x800000, kib: 512, rssKib: 120 },
    { at: goHeap, kib: 1_700_000, rssKib: 1_400_000 + growthKib, lazyFreeKib: 1_100_000 },
    { at: goHeap + 1_700_000 * 1024, kib: 4096, permissions: '---p', rssKib: 0 },
    ...Array.from({ length: 400 }, (_, index) => ({
      at: libraries + index * 0x100000,
      kib: 256,
      permissions: index % 2 === 0 ? 'r-xp' : 'r--p',
      path: `/usr/lib/x86_64-linux-gnu/libexample-${index >> 1}.so.1`,
      rssKib: (index * 7) % 200,
    })),
    { at: 0x7fff_0000_0000, kib: 132, path: '[stack]', rssKib: 20 },
  ]
}

function toText({
  at,
  kib,
  permissions = 'rw-p',
  path = '',
  rssKib = 0,
  lazyFreeKib = 0,
}: FakeMapping): string {
  const inode = path.startsWith('/') ? 1 + path.length : 0
  return (
    `${at.toString(16)}-${(at + kib * 1024).toString(16)} ${permissions} 00000000 08:01 ${inode} ${path}\n` +
    `Size: ${kib} kB\nRss: ${rssKib} kB\nPss: ${rssKib} kB\nPrivate_Dirty: ${rssKib - lazyFreeKib} kB\n` +
    `LazyFree: ${lazyFreeKib} kB\nSwap: 0 kB\n`
  )
}
