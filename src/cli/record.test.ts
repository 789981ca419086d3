import { describe, expect, it } from 'vitest'
import type { EndpointState, GoSample, ProcessSample } from '#core/metrics/samples'
import { toProcessRecord } from './record'

const go: GoSample = {
  atMs: 9000,
  source: 'expvar',
  costMs: 1,
  heapInuseBytes: 4096,
  heapIdleBytes: null,
  heapReleasedBytes: null,
  sysBytes: 8192,
} as GoSample

function recordAt(phase: EndpointState['phase']) {
  const sample = {
    atMs: 10_000,
    key: { pid: 7, startTimeTicks: 8 },
    comm: 'service',
    rollup: null,
    go,
    endpoint: { phase },
  } as ProcessSample
  return toProcessRecord(sample, null, null)
}

describe('a line of --json', () => {
  it('has Go numbers with their age', () => {
    expect(recordAt('ok')).toMatchObject({ heapInuseBytes: 4096, heapIdleBytes: null, goAgeMs: 1000 })
    expect(recordAt('stopped')).toMatchObject({ goSysBytes: 8192, goAgeMs: 1000 })
  })

  it.each(['error', 'none', 'searching'] as const)(
    'has no Go numbers of before while the endpoint is %s',
    (phase) => {
      expect(recordAt(phase)).toMatchObject({ heapInuseBytes: null, goSysBytes: null, goAgeMs: null })
    },
  )
})
