import { describe, expect, it } from 'vitest'
import { heapStory } from '../verdict/stories.fixture'
import { MiB, go, sample, startMs, type Scene } from '../verdict/verdict.fixture'
import { createHeapSlope } from './heap-slope'

function slopeOf(seconds: number, scene: (second: number) => Scene): number | null {
  const slope = createHeapSlope()
  for (let second = 0; second <= seconds; second++) {
    const atMs = startMs + second * 1000
    const { go: change } = scene(second)
    slope.push({ ...sample, atMs, go: change === null ? null : { ...go, atMs, ...change } })
  }
  return slope.perMinuteBytes()
}

describe('slope of the heap in use', () => {
  it('is that of the floor, not of the teeth', () => {
    const grows = slopeOf(
      300,
      heapStory((second) => (170 + second / 10) * MiB, 60 * MiB, 15),
    )
    expect(grows).toBeGreaterThan(5.5 * MiB)
    expect(grows).toBeLessThan(6.5 * MiB)
    const steady = slopeOf(
      300,
      heapStory(() => 170 * MiB, 60 * MiB, 15),
    )
    expect(Math.abs(steady ?? Number.NaN)).toBeLessThan(MiB)
  })

  it('is not known between two collections, too soon, or without an endpoint', () => {
    expect(
      slopeOf(
        300,
        heapStory(() => 170 * MiB, 200 * MiB, 10_000),
      ),
    ).toBeNull()
    expect(
      slopeOf(
        45,
        heapStory(() => 170 * MiB, 60 * MiB, 10),
      ),
    ).toBeNull()
    expect(slopeOf(300, () => ({ go: null }))).toBeNull()
  })

  it('is that of the floor where collections are not counted', () => {
    const scene = heapStory((second) => (170 + second / 10) * MiB, 30 * MiB, 6)
    const slope = slopeOf(600, (second) => {
      const { go: change } = scene(second)
      return { go: { ...change, numGc: null } }
    })
    expect(slope).toBeGreaterThan(4 * MiB)
    expect(slope).toBeLessThan(8 * MiB)
  })

  it.each(['without a number', 'with the last one'])(
    'is not known any more when the endpoint has stopped answering, %s',
    (how) => {
      const slope = createHeapSlope()
      const scene = heapStory((second) => (170 + second / 10) * MiB, 60 * MiB, 15)
      const toGo = (second: number) => ({ ...go, atMs: startMs + second * 1000, ...scene(second).go })
      const push = (second: number, answer: ReturnType<typeof toGo> | null): void =>
        slope.push({ ...sample, atMs: startMs + second * 1000, go: answer })
      for (let second = 0; second <= 300; second++) push(second, toGo(second))
      const last = how === 'with the last one' ? toGo(300) : null
      for (let second = 301; second <= 360; second++) push(second, last)
      expect(slope.perMinuteBytes()).not.toBeNull()
      push(361, last)
      expect(slope.perMinuteBytes()).toBeNull()
    },
  )

  it('is known between the answers of an endpoint that is asked seldom', () => {
    const slope = createHeapSlope()
    const scene = heapStory((second) => (170 + second / 10) * MiB, 60 * MiB, 15)
    for (let second = 0; second <= 595; second++) {
      const asked = Math.floor(second / 100) * 100
      const answer = { ...go, atMs: startMs + asked * 1000, ...scene(asked).go, numGc: null }
      slope.push({ ...sample, atMs: startMs + second * 1000, go: answer })
    }
    expect(slope.perMinuteBytes()).not.toBeNull()
  })
})
