import { beforeAll, describe, expect, it } from 'vitest'
import type { SamplerEvent } from '../sampling/session-events'
import type { Verdict } from '#core/verdict/verdict'
import { goSource } from '../profiling/go-source'
import { createSampler } from '../sampling/create-sampler'
import { openLocalTarget } from '../targets/local-target'
import { buildTestService, startTestService, until } from '../../../test/support/go-service'
import { withVerdicts } from './with-verdicts'

const listener = {
  sample: () => undefined,
  gone: () => undefined,
  facts: () => undefined,
  rollupAsk: () => undefined,
}

beforeAll(async () => {
  await buildTestService()
}, 120_000)

describe('withVerdicts on a real service', () => {
  it('names MADV_FREE, tells all who look, and forgets it with the last watch', async () => {
    const args = ['-scenario', 'madvfree', '-alloc-mib', '120', '-keep-mib', '20']
    const service = await startTestService(args, { environment: { GODEBUG: 'madvdontneed=0' } })
    const target = openLocalTarget()
    const bare = await createSampler(target, goSource)
    const verdicts: Verdict[] = []
    const events: SamplerEvent[] = []
    const sampler = withVerdicts(bare, {
      host: () => null,
      growth: () => null,
      onVerdict: (_, verdict) => verdicts.push(verdict),
      onEvent: (event) => events.push(event),
    })
    try {
      const { key } = service
      const first = await sampler.watch(key, listener)
      const isSure = (verdict: Verdict | undefined): boolean =>
        verdict?.main === 'madvFree' && verdict.findings[0]?.level === 'certain'
      const verdict = (await until(() => verdicts.at(-1), isSure, 60_000))!
      expect(verdict.findings[0]?.text).toBe('verdict.finding.madvFree.go')
      expect(verdict.findings[0]?.next.map(({ text }) => text)).toContain('verdict.next.dropGodebug')
      const count = verdicts.length
      const second = await sampler.watch(key, listener)
      expect(verdicts.length).toBeGreaterThan(count)
      expect(verdicts.at(-1)?.main).toBe('madvFree')
      first.close()
      second.close()
      const before = verdicts.length
      const third = await sampler.watch(key, listener)
      const fresh = (await until(
        () => verdicts[before],
        (one) => one !== undefined,
      ))!
      expect(fresh.spanMs).toBe(0)
      third.close()
    } finally {
      await sampler.dispose()
      await target.dispose()
      await service.end()
    }
  }, 120_000)
})
