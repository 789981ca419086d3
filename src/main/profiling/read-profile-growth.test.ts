import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTestService, startTestService, until, type TestService } from '../../../test/support/go-service'
import { readProfileGrowth, type GrowthSide } from './read-profile-growth'

const mib = 1024 * 1024
let service: TestService

beforeAll(async () => {
  await buildTestService()
  service = await startTestService(
    '-scenario leak -keep-mib 8 -leak-mib-per-second 40 -leak-cap-mib 60'.split(' '),
  )
}, 180_000)
afterAll(() => service.end())

async function takeProfile(): Promise<GrowthSide> {
  const answer = await fetch(new URL('/debug/pprof/heap', service.url))
  return { bytes: new Uint8Array(await answer.arrayBuffer()), atMs: Date.now() }
}

describe('the growth between two profiles', () => {
  it('of a real leak names the function that leaks', async () => {
    const first = await takeProfile()
    const growth = await until(
      async () => readProfileGrowth(first, await takeProfile()),
      ({ totalDeltaBytes }) => totalDeltaBytes > 20 * mib,
      20_000,
    )
    expect(growth).toMatchObject({ fromAtMs: first.atMs, sampleType: 'inuse_space' })
    expect(growth.top[0]).toMatchObject({ name: 'main.newChunk' })
    expect(growth.top[0]?.flatDeltaBytes).toBeGreaterThan(19 * mib)
    expect(growth.top[0]?.stack).toContain('main.leak')
    expect(growth.toAtMs).toBeGreaterThan(first.atMs)
  }, 40_000)

  it('of a profile with itself is none', async () => {
    const profile = await takeProfile()
    expect(await readProfileGrowth(profile, profile)).toMatchObject({ totalDeltaBytes: 0, top: [] })
  })

  it('of what is no profile is an error', async () => {
    const broken = { bytes: new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3, 4]), atMs: 0 }
    await expect(readProfileGrowth(broken, broken)).rejects.toMatchObject({ code: 'parse' })
    const nothing = { bytes: new Uint8Array(0), atMs: 0 }
    await expect(readProfileGrowth(nothing, nothing)).rejects.toMatchObject({ code: 'parse' })
  })
})
