import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toKernelMemory, toMadvFreeSupport, unknownKernelMemory } from './kernel-memory'

const fixtures = join(import.meta.dirname, '../../../test/fixtures')
const noProbes = { vmstat: null, smaps: null, meminfo: null, smapsRollup: null, pressure: null }

function readFixture(tree: string) {
  const proc = join(fixtures, tree, 'proc')
  const read = (path: string): string => readFileSync(join(proc, path), 'utf8')
  const pid = readdirSync(proc).find(
    (name) => /^\d+$/.test(name) && readdirSync(join(proc, name)).includes('smaps'),
  )
  return toKernelMemory({
    ...noProbes,
    vmstat: read('vmstat'),
    meminfo: read('meminfo'),
    smaps: pid === undefined ? null : read(`${pid}/smaps`),
  })
}

describe('toKernelMemory', () => {
  it.each([
    ['linux-3.16', false, false],
    ['linux-4.4', false, false],
    ['linux-4.9', true, false],
    ['linux-4.14', true, true],
    ['linux-5.10', true, true],
    ['linux-6.18', true, true],
  ])('sees what %s can do', (tree, madvFreeCounted, lazyFreeReported) => {
    const kernel = readFixture(tree)
    expect(kernel).toMatchObject({ madvFreeCounted, lazyFreeReported })
    expect(kernel.swapTotalBytes).toEqual(expect.any(Number))
  })

  it('says nothing where nothing can be read, or events are not counted', () => {
    expect(toKernelMemory(noProbes)).toEqual(unknownKernelMemory)
    const probes = { ...noProbes, vmstat: 'nr_free_pages 1\n', smaps: '', meminfo: 'SwapTotal: -1 kB\n' }
    expect(toKernelMemory(probes)).toEqual(unknownKernelMemory)
  })

  it('tells no swap from an unknown one', () => {
    expect(toKernelMemory({ ...noProbes, meminfo: 'SwapTotal:              0 kB\n' }).swapTotalBytes).toBe(0)
    expect(toKernelMemory({ ...noProbes, meminfo: 'SwapTotal:     4096 kB\n' }).swapTotalBytes).toBe(4 << 20)
  })

  it('never throws, whatever the files hold', () => {
    const text = fc.option(fc.string({ maxLength: 200 }))
    fc.assert(
      fc.property(text, text, text, (vmstat, smaps, meminfo) => {
        toMadvFreeSupport(toKernelMemory({ ...noProbes, vmstat, smaps, meminfo }), smaps)
      }),
    )
  })
})

describe('toMadvFreeSupport', () => {
  it('goes by the release only where no probe could tell', () => {
    const probed = { ...unknownKernelMemory, madvFreeCounted: true }
    expect(toMadvFreeSupport(probed, '3.10.0-1160.el7')).toEqual({ hasMadvFree: true, by: 'probe' })
    expect(toMadvFreeSupport({ ...probed, madvFreeCounted: false }, '6.1')).toEqual({
      hasMadvFree: false,
      by: 'probe',
    })
    expect(toMadvFreeSupport(unknownKernelMemory, '4.4.0')).toEqual({ hasMadvFree: false, by: 'release' })
    expect(toMadvFreeSupport(unknownKernelMemory, '10.0')).toEqual({ hasMadvFree: true, by: 'release' })
    expect(toMadvFreeSupport(unknownKernelMemory, null)).toEqual({ hasMadvFree: null, by: 'nothing' })
  })
})
