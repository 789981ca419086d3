import { describe, expect, it } from 'vitest'
import { goText } from '../text/go'
import { unknownKernelMemory } from '../metrics/kernel-memory'
import type { KernelMemory } from '../metrics/samples'
import { formatText, locales } from '../text/catalogue'
import { goMadvisePolicy, parseMadvdontneed, type MadviseInput } from './madvise-policy'

const modern = '6.1.0-13-amd64'
const withFree: KernelMemory = { ...unknownKernelMemory, madvFreeCounted: true }
const withoutFree: KernelMemory = { ...unknownKernelMemory, madvFreeCounted: false }
const input: MadviseInput = {
  isGo: true,
  version: 'go1.13.15',
  godebug: null,
  isEnvironmentKnown: true,
  kernel: withFree,
  kernelRelease: modern,
}

function decide(change: Partial<MadviseInput>): [string, string | undefined] {
  const { madvise, madviseWhy } = goMadvisePolicy({ ...input, ...change })
  for (const locale of locales) {
    const { text = '', params } = madviseWhy ?? {}
    const sentence = formatText(locale, text, params)
    expect(sentence).not.toBe(madviseWhy?.text)
    expect(sentence).not.toMatch(/[{}]/)
  }
  return [madvise, madviseWhy?.text.replace('go.madvise.', '')]
}

describe('goMadvisePolicy', () => {
  it.each([
    ['go1.10', null, 'dontneed', 'before112'],
    ['go1.11.13', 'madvdontneed=0', 'dontneed', 'before112'],
    ['go1.12', null, 'free', 'free'],
    ['go1.12beta1', null, 'free', 'free'],
    ['go1.15.15', 'gctrace=1', 'free', 'free'],
    ['go1.15.15', 'gctrace=1,madvdontneed=1', 'dontneed', 'godebugDontneed'],
    ['go1.16', null, 'dontneed', 'dontneed'],
    ['go1.22.1 X:loopvar', 'madvdontneed=0', 'free', 'godebugFree'],
    ['devel go1.23-abcdef Mon Jan 1', null, 'dontneed', 'dontneed'],
    [null, null, 'unknown', 'versionUnknown'],
    ['devel +abcdef', null, 'unknown', 'versionUnknown'],
    [null, 'madvdontneed=0', 'free', 'godebugFree'],
  ])('%s with GODEBUG %s: %s', (version, godebug, madvise, why) =>
    expect(decide({ version, godebug })).toEqual([madvise, why]),
  )

  it.each([
    [withFree, '3.10.0-1160.el7.x86_64', 'free', 'free'],
    [{ ...unknownKernelMemory, lazyFreeReported: true }, '4.4.180-suse', 'free', 'free'],
    [withoutFree, modern, 'dontneed', 'kernelWithout'],
    [unknownKernelMemory, '4.4.0-210-generic', 'dontneed', 'kernelBefore45'],
    [unknownKernelMemory, '4.5.0', 'free', 'freeByRelease'],
    [unknownKernelMemory, null, 'free', 'freeKernelUnknown'],
    [unknownKernelMemory, 'vendor', 'free', 'freeKernelUnknown'],
  ])('believes what the kernel shows before its release: %o %s', (kernel, kernelRelease, madvise, why) =>
    expect(decide({ kernel, kernelRelease })).toEqual([madvise, why]),
  )

  it('says that GODEBUG could not be read', () => {
    const hidden = { isEnvironmentKnown: false }
    expect(decide(hidden)).toEqual(['free', 'freeUnlessGodebug'])
    expect(decide({ ...hidden, version: 'go1.20' })).toEqual(['dontneed', 'dontneedUnlessGodebug'])
    expect(decide({ ...hidden, kernel: unknownKernelMemory })[1]).toBe('freeUnlessGodebugByRelease')
    expect(decide({ ...hidden, kernel: unknownKernelMemory, kernelRelease: null })[1]).toBe(
      'freeUnlessGodebugKernelUnknown',
    )
  })

  it('takes what is built in, unless GODEBUG says otherwise', () => {
    const builtIn = { version: 'go1.23.1', builtInGodebug: 'http2client=0,madvdontneed=0' }
    expect(decide(builtIn)).toEqual(['free', 'builtInFree'])
    expect(decide({ ...builtIn, godebug: 'madvdontneed=1' })).toEqual(['dontneed', 'godebugDontneed'])
    expect(decide({ ...builtIn, isEnvironmentKnown: false })[1]).toBe('dontneedUnlessGodebug')
    expect(decide({ builtInGodebug: 'madvdontneed=1' })).toEqual(['dontneed', 'builtInDontneed'])
  })

  it('has a sentence for every kernel in every case, and every sentence is reachable', () => {
    const reached = new Set<string | undefined>()
    for (const version of ['go1.10', 'go1.13', 'go1.20', null])
      for (const godebug of ['madvdontneed=0', 'madvdontneed=1', null])
        for (const builtInGodebug of ['madvdontneed=0', 'madvdontneed=1', null])
          for (const isEnvironmentKnown of [true, false])
            for (const kernel of [withFree, withoutFree, unknownKernelMemory])
              for (const kernelRelease of [modern, '4.4.0', null])
                reached.add(
                  decide({ version, godebug, builtInGodebug, isEnvironmentKnown, kernel, kernelRelease })[1],
                )
    expect([...reached].sort()).toEqual(Object.keys(goText.en.madvise).sort())
  })

  it('says nothing of what is no Go process', () => {
    expect(goMadvisePolicy({ ...input, isGo: false })).toEqual({ madvise: 'unknown', madviseWhy: null })
    expect(goMadvisePolicy({ ...input, isGo: null }).madviseWhy).toBeNull()
  })
})

describe('parseMadvdontneed', () => {
  it.each([
    [null, null],
    ['', null],
    ['madvdontneed=1', true],
    ['madvdontneed=0', false],
    ['madvdontneed=2', true],
    ['madvdontneed=1,madvdontneed=0', false],
    ['madvdontneed=x', null],
    ['xmadvdontneed=1', null],
    ['madvdontneed=99999999999', null],
  ])('%s: %s', (godebug, expected) => expect(parseMadvdontneed(godebug)).toBe(expected))
})
