import { describe, expect, it } from 'vitest'
import { goText } from '../text/go'
import { goMadvisePolicy, parseMadvdontneed } from './madvise-policy'

const modern = '6.1.0-13-amd64'

describe('goMadvisePolicy', () => {
  it.each([
    ['go1.10', null, modern, 'dontneed', 'before112'],
    ['go1.11.13', 'madvdontneed=0', modern, 'dontneed', 'before112'],
    ['go1.12', null, modern, 'free', 'free'],
    ['go1.12beta1', null, modern, 'free', 'free'],
    ['go1.15.15', 'gctrace=1', modern, 'free', 'free'],
    ['go1.15.15', 'gctrace=1,madvdontneed=1', modern, 'dontneed', 'godebugDontneed'],
    ['go1.16', null, modern, 'dontneed', 'dontneed'],
    ['go1.22.1 X:loopvar', 'madvdontneed=0', modern, 'free', 'godebugFree'],
    ['devel go1.23-abcdef Mon Jan 1', null, modern, 'dontneed', 'dontneed'],
    ['go1.12.4', null, '4.4.0-210-generic', 'dontneed', 'kernelBefore45'],
    ['go1.12.4', null, '3.10.0-1160.el7.x86_64', 'dontneed', 'kernelBefore45'],
    ['go1.12.4', null, '4.5.0', 'free', 'free'],
    ['go1.12.4', null, null, 'free', 'free'],
    [null, null, modern, 'unknown', 'versionUnknown'],
    ['devel +abcdef', null, modern, 'unknown', 'versionUnknown'],
    [null, 'madvdontneed=0', modern, 'free', 'godebugFree'],
  ])('%s with GODEBUG %s on %s: %s', (version, godebug, kernelRelease, madvise, why) => {
    const policy = goMadvisePolicy({ version, godebug, kernelRelease })
    expect(policy).toMatchObject({ madvise, why: `go.madvise.${why}` })
    expect(Object.keys(goText.en.madvise)).toContain(why)
  })

  it('says that GODEBUG could not be read', () => {
    const facts = { godebug: null, kernelRelease: modern, isEnvironmentKnown: false }
    expect(goMadvisePolicy({ ...facts, version: 'go1.13' }).why).toBe('go.madvise.freeUnlessGodebug')
    expect(goMadvisePolicy({ ...facts, version: 'go1.20' }).why).toBe('go.madvise.dontneedUnlessGodebug')
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
