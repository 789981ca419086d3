import { expect, test } from 'vitest'
import type { HostFacts, ProcessFacts } from '../metrics/samples'
import { goMadvisePolicy } from '../go/madvise-policy'
import { hostFacts } from '../verdict/verdict.fixture'
import { diffFacts, type FactsSide } from './diff-facts'

function side(kernelRelease: string, goVersion: string, hasFree: boolean, gogc?: string): FactsSide {
  const kernelMemory = { ...hostFacts.kernelMemory, madvFreeCounted: hasFree, lazyFreeReported: hasFree }
  const host: HostFacts = { ...hostFacts, kernelRelease, kernelMemory }
  const policy = goMadvisePolicy({
    isGo: true,
    version: goVersion,
    godebug: null,
    isEnvironmentKnown: true,
    kernel: kernelMemory,
    kernelRelease,
  })
  const process: ProcessFacts = {
    key: { pid: 7, startTimeTicks: 1 },
    comm: 'checkout',
    cmdline: ['checkout'],
    uid: null,
    user: null,
    exePath: null,
    cgroupPath: null,
    isGo: true,
    goVersion,
    goModule: null,
    isRaceBuild: null,
    goEnvironment: gogc === undefined ? {} : { GOGC: gogc },
    ...policy,
    build: null,
    absent: {},
  }
  return { host, process }
}

const old = side('3.16.0', 'go1.10', false)
const young = side('4.14.0', 'go1.12', true)

test('an old and a new kernel and Go are the first two differences', () => {
  const { different } = diffFacts(old, young)
  expect(different.slice(0, 3).map(({ id, a, b }) => [id, a, b])).toEqual([
    ['kernelRelease', '3.16.0', '4.14.0'],
    ['goVersion', 'go1.10', 'go1.12'],
    ['madvise', 'dontneed', 'free'],
  ])
  expect(different[2]?.meaning.b?.text).toBe('go.madvise.free')
})

test('a value against nothing is one-sided, never different', () => {
  const { different, oneSided } = diffFacts(old, { host: null, process: null })
  expect(different).toEqual([])
  expect(oneSided.map(({ id }) => id)).toContain('kernelRelease')
})

test('a variable that is set differs from one that is known not to be', () => {
  const set = side('3.16.0', 'go1.10', false, '50')
  expect(diffFacts(old, set).different.map(({ id }) => id)).toEqual(['environment.GOGC'])
})
