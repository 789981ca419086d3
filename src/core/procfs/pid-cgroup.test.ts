import { expect, it } from 'vitest'
import { parsePidCgroup, pickMemoryCgroup } from './pid-cgroup'

const pick = (text: string): object | null => pickMemoryCgroup(parsePidCgroup(text))

it('reads hierarchies, with colons in the path', () => {
  expect(parsePidCgroup('4:cpu,memory:/a:b/c\n1:name=systemd:/x (deleted)\n0::/\n')).toEqual([
    { hierarchyId: 4, controllers: ['cpu', 'memory'], path: '/a:b/c', isDeleted: false },
    { hierarchyId: 1, controllers: ['name=systemd'], path: '/x', isDeleted: true },
    { hierarchyId: 0, controllers: [], path: '/', isDeleted: false },
  ])
})

it('finds where memory is accounted', () => {
  expect(pick('4:memory:/v1\n0::/v2\n')).toEqual({ version: 1, path: '/v1' })
  expect(pick('1:name=systemd:/x\n0::/v2\n')).toEqual({ version: 2, path: '/v2' })
  expect(pick('0::/../../other\n')).toEqual({ version: 2, path: '/../../other' })
  expect(pick('1:name=memory:/x\n')).toBeNull()
  expect(pick('')).toBeNull()
})
