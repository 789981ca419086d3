import { expect, it } from 'vitest'
import { toFileName } from './file-name'

it.each([
  ['heap.pb.gz', 'heap.pb.gz'],
  ['heap', 'heap.pb.gz'],
  ['../../etc/passwd', 'etc-passwd.pb.gz'],
  ['/root/.ssh/authorized_keys', 'root-.ssh-authorized_keys.pb.gz'],
  ['', 'profile.pb.gz'],
  ['...', 'profile.pb.gz'],
  ['.pb.gz', 'pb.gz.pb.gz'],
  ['a\nb\0c\u202e', 'a-b-c-.pb.gz'],
  ['堆 1.pb.gz', '堆 1.pb.gz'],
])('makes a name of %j', (suggested, name) => {
  expect(toFileName(suggested, 'profile', '.pb.gz')).toBe(name)
})

it('is no longer than a file system takes', () => {
  expect(toFileName('堆'.repeat(200), 'profile', '.pb.gz').length).toBeLessThan(100)
})
