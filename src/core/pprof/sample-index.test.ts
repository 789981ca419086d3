import { afterAll, describe, expect, it } from 'vitest'
import { openGoPprof } from '../../../test/support/go-pprof'
import { encodeProfile, profileOfStacks } from '../../../test/support/profile-encoder'
import { decodeProfile } from './decode-profile'
import { findSampleType } from './sample-index'

const tool = openGoPprof()
afterAll(() => tool.dispose())

const bytes = encodeProfile(
  profileOfStacks([{ frames: ['f'], values: [1, 2, 3] }], {
    sampleTypes: [
      ['space', 'bytes'],
      ['alloc_space', 'bytes'],
      ['inuse_objects', 'count'],
    ],
  }),
)

describe('findSampleType', () => {
  it.each(['', 'space', 'inuse_space', 'alloc_space', 'inuse_objects', '0', '1', '2', '+1', '-0'])(
    'takes "%s" as the tool does',
    async (wanted) => {
      const profile = await decodeProfile(bytes)
      const { type } = profile.sampleTypes[findSampleType(profile, wanted)]!
      expect(tool.top(bytes, { sampleIndex: wanted })).toContain(`Type: ${type}\n`)
    },
  )

  it.each(['objects', '3', '-1', '1.0', 'Space'])('refuses "%s" as the tool does', async (wanted) => {
    const profile = await decodeProfile(bytes)
    expect(() => tool.top(bytes, { sampleIndex: wanted })).toThrow()
    expect(() => findSampleType(profile, wanted)).toThrow(expect.objectContaining({ code: 'invalid' }))
  })

  it('finds nothing in a profile that counts nothing', async () => {
    const profile = await decodeProfile(encodeProfile({ sampleTypes: [] }))
    expect(() => findSampleType(profile, '')).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})
