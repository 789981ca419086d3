import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProcessSample } from '../metrics/samples'
import { formatText, sharedText } from '../text/catalogue'
import { formatParams } from '../text/format-params'
import { judge } from './stories.fixture'
import type { Scene } from './verdict.fixture'
import type { Finding } from './verdict'

describe('whatever the numbers', () => {
  const number = fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: 0, max: 2 ** 52, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 64) },
    { weight: 2, arbitrary: fc.constant(null) },
  )
  const bag = <K extends string>(names: readonly K[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, number])))
  const memory = bag([
    'rssBytes',
    'rssAnonBytes',
    'rssFileBytes',
    'rssShmemBytes',
    'swapBytes',
    'majorFaultsPerSecond',
  ])
  const walk = bag(['rssBytes', 'anonymousBytes', 'lazyFreeBytes', 'anonHugePagesBytes'])
  const heap = bag([
    'heapInuseBytes',
    'heapIdleBytes',
    'heapReleasedBytes',
    'stackInuseBytes',
    'sysBytes',
    'nextGcBytes',
    'numGc',
    'goroutines',
  ])
  const scene = fc.record({
    sample: memory,
    rollup: fc.option(walk),
    go: fc.option(heap),
  }) as fc.Arbitrary<Scene>
  const group = bag(['currentBytes', 'limitBytes', 'inactiveFileBytes', 'activeFileBytes', 'anonBytes'])
  const hostNumbers = bag([
    'memTotalBytes',
    'memFreeBytes',
    'memAvailableBytes',
    'buffersBytes',
    'cachedBytes',
  ])

  it('never throws, is never certain of what was not read, and can be said', () => {
    const property = fc.property(
      fc.array(scene, { minLength: 1, maxLength: 12 }),
      fc.option(group),
      fc.option(hostNumbers),
      fc.constantFrom(true, false, null),
      fc.constantFrom('free', 'dontneed', 'unknown'),
      (scenes, cgroup, host, isGo, madvise) => {
        const verdict = judge({
          seconds: scenes.length * 20,
          scene(second) {
            const now = scenes[Math.min(scenes.length - 1, Math.floor(second / 20))]!
            const place =
              cgroup === null ? null : ({ version: 2, path: '/', ...cgroup } as ProcessSample['cgroup'])
            return { ...now, sample: { ...now.sample, cgroup: place } }
          },
          facts: { isGo, madvise },
          host: host,
        })
        expect(verdict.findings[0]?.id).toBe(verdict.main)
        for (const finding of verdict.findings) {
          const missing = finding.evidence.filter(({ value, unit }) => value === null && unit !== 'text')
          if (finding.level === 'certain') expect(missing).toEqual([])
          expectSayable(finding)
          finding.evidence.forEach(expectSayable)
          finding.next.forEach(expectSayable)
        }
        verdict.limits.forEach(expectSayable)
        expect(structuredClone(verdict)).toEqual(verdict)
      },
    )
    fc.assert(property, { numRuns: 300 })
  })
})

function expectSayable({ text, params }: Pick<Finding, 'text' | 'params'>): void {
  for (const locale of ['en', 'zh-CN'] as const) {
    const said = formatText(locale, text, formatParams(params))
    expect(said, text).not.toBe(text)
    expect(said, text).not.toMatch(/\{\w+\}/)
  }
}

describe('the catalogues', () => {
  it('name the same parameters in both languages', () => {
    const walkTree = (en: unknown, zh: unknown, path: string): void => {
      if (typeof en === 'string') {
        const names = (text: unknown) =>
          [...String(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
        expect(names(zh), path).toEqual(names(en))
        return
      }
      expect(Object.keys(zh as object), path).toEqual(Object.keys(en as object))
      for (const [name, value] of Object.entries(en as object))
        walkTree(value, (zh as Record<string, unknown>)[name], `${path}.${name}`)
    }
    walkTree(sharedText.en.verdict, sharedText['zh-CN'].verdict, 'verdict')
  })
})
