import { expect, it } from 'vitest'
import { findCgroupMounts, parsePidMountinfo } from './mountinfo'

it('reads a mount with optional fields and escaped names', () => {
  const text =
    '36 35 98:0 /mnt\\0401 /mnt/a\\011b\\134 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n'
  expect(parsePidMountinfo(text)).toEqual([
    {
      mountId: 36,
      parentId: 35,
      device: '98:0',
      root: '/mnt 1',
      mountPoint: '/mnt/a\tb\\',
      options: ['rw', 'noatime'],
      fsType: 'ext3',
      source: '/dev/root',
      superOptions: ['rw', 'errors=continue'],
    },
  ])
})

it('finds the groups of a hybrid host, and takes an empty source', () => {
  const text =
    '30 23 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n' +
    '31 23 0:27 / /sys/fs/cgroup/memory rw shared:3 - cgroup  rw,memory\n' +
    '32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n'
  const { v1Memory, v2 } = findCgroupMounts(parsePidMountinfo(text))
  expect([v1Memory?.mountPoint, v2?.mountPoint]).toEqual(['/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified'])
})
