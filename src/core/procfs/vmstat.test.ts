import { expect, it } from 'vitest'
import { parseVmstat } from './vmstat'

it('adds what reclaim took once, whatever the kernel cuts it by', () => {
  const now =
    'pgsteal_kswapd 10\npgsteal_direct 5\npgsteal_khugepaged 2\npgsteal_proactive 1\npgsteal_anon 4\npgsteal_file 14\n'
  expect(parseVmstat(now).pgsteal).toBe(18)
  expect(
    parseVmstat('pgsteal_kswapd_dma 1\npgsteal_kswapd_normal 10\npgsteal_direct_movable 5\n').pgsteal,
  ).toBe(16)
  expect(parseVmstat('pgsteal_dma 1\npgsteal_normal 10\n').pgsteal).toBe(11)
  expect(parseVmstat('pgfree 1\n').pgsteal).toBeNull()
})

it('prefers the refaults of files', () => {
  expect(parseVmstat('workingset_refault_anon 3\nworkingset_refault_file 7\n').workingsetRefaultFile).toBe(7)
  expect(parseVmstat('workingset_refault 7\n').workingsetRefaultFile).toBe(7)
})

it('keeps unknown counters, and refuses a last line that may be cut', () => {
  expect(parseVmstat('pgfree 12\npglazyfreed 3\n').other).toEqual({ pgfree: '12' })
  expect(() => parseVmstat('pgfree 12\npglazyfreed 3')).toThrow(expect.objectContaining({ code: 'parse' }))
})
