import { expect, it } from 'vitest'
import { parsePidSmaps, sumSmaps } from './pid-smaps'
import { parsePidSmapsRollup } from './pid-smaps-rollup'

const header = '7f0000000000-7f0000200000 rw-p 00000000 00:00 0 \n'

it('reads flags and keeps lines that it does not know', () => {
  const [vma] = parsePidSmaps(`${header}Size: 2048 kB\nRss: 4 kB\nTHPeligible:    1\nVmFlags: rd wr ht \n`)
  expect(vma).toMatchObject({
    vmaSizeBytes: 2097152,
    rssBytes: 4096,
    vmFlags: ['rd', 'wr', 'ht'],
    lazyFreeBytes: null,
  })
  expect(vma?.other).toEqual({ THPeligible: '1' })
})

it('sums only what was reported: null stays null', () => {
  const sum = sumSmaps(parsePidSmaps(`${header}Rss: 4 kB\nSwap: 0 kB\n${header}Rss: 8 kB\n`))
  expect(sum).toMatchObject({ rssBytes: 12288, swapBytes: 0, lazyFreeBytes: null, ussBytes: null })
})

it('counts private huge pages of hugetlb to USS', () => {
  const lines = 'Private_Clean: 1 kB\nPrivate_Dirty: 2 kB\n'
  expect(sumSmaps(parsePidSmaps(header + lines)).ussBytes).toBe(3 * 1024)
  expect(sumSmaps(parsePidSmaps(`${header}${lines}Private_Hugetlb: 2048 kB\n`)).ussBytes).toBe(2051 * 1024)
})

it('gives nothing but nulls for a kernel thread, whose files are empty', () => {
  expect(sumSmaps(parsePidSmaps(''))).toEqual(parsePidSmapsRollup(''))
  expect(parsePidSmapsRollup('').rssBytes).toBeNull()
})
