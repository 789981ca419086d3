import { expect, it } from 'vitest'
import {
  hostFactsOf,
  hostSampleAt,
  processFactsOf,
  processSampleAt,
} from '../../../test/support/recorded-samples'
import { createIncidentBuilder } from './incident-builder'
import { snapshotLimits } from './manifest'

const pid = 808
const startMs = Date.UTC(2026, 2, 1, 12)

function create() {
  const builder = createIncidentBuilder({ label: 'local', host: hostFactsOf('boot-1'), fromMs: startMs })
  builder.setFacts(processFactsOf(pid))
  return builder
}

it('takes nothing of a clock that was set back, neither numbers nor states', () => {
  const builder = create()
  builder.addSample(processSampleAt(startMs + 10_000, pid, { state: 'S' }))
  builder.addSample(processSampleAt(startMs + 5_000, pid, { state: 'D' }))
  builder.addSample(processSampleAt(startMs + 11_000, pid, { state: 'S' }))
  builder.addHost(hostSampleAt(startMs + 10_000))
  builder.addHost(hostSampleAt(startMs + 5_000))
  const { processes, hostStream } = builder.build(startMs + 12_000)
  expect([...processes[0]!.streams.process.atMs]).toEqual([startMs + 10_000, startMs + 11_000])
  expect(processes[0]!.states.map(({ atMs }) => atMs)).not.toContain(startMs + 5_000)
  expect(hostStream.atMs).toHaveLength(1)
})

it('says when the incident is as long as one may be', () => {
  const builder = create()
  expect(builder.addSample(processSampleAt(startMs + snapshotLimits.rangeMs, pid))).toBe(true)
  expect(builder.addSample(processSampleAt(startMs + snapshotLimits.rangeMs + 1000, pid))).toBe(false)
  expect(builder.addHost(hostSampleAt(startMs + snapshotLimits.rangeMs + 1000))).toBe(false)
  expect(builder.build(startMs + 2 * snapshotLimits.rangeMs).toMs).toBe(startMs + snapshotLimits.rangeMs)
})

it('keeps events in order and without garbage collections, and no more readings than a file takes', () => {
  const builder = create()
  const event = (atMs: number, kind: 'gc' | 'alert') =>
    builder.addEvent({ atMs, key: null, kind, text: 'event.alert', params: {} })
  event(startMs + 2, 'alert')
  event(startMs + 1, 'alert')
  event(startMs + 3, 'gc')
  const many = Array.from({ length: snapshotLimits.readings + 5 }, () => ({
    atMs: startMs,
    path: '/proc/meminfo',
    text: '',
  }))
  builder.addReadings(many)
  const incident = builder.build(startMs + 1000)
  expect(incident.events.map(({ atMs }) => atMs)).toEqual([startMs + 1, startMs + 2])
  expect(incident.readings).toHaveLength(snapshotLimits.readings)
})

it('refuses samples of a process without facts', () => {
  const builder = create()
  expect(() => builder.addSample(processSampleAt(startMs, 909))).toThrow('facts')
})

it('does not end before it begins when the clock was set back', () => {
  const builder = create()
  builder.addSample(processSampleAt(startMs + 10_000, pid))
  const { fromMs, toMs } = builder.build(startMs - 3_600_000)
  expect([fromMs, toMs]).toEqual([startMs, startMs + 10_000])
})
