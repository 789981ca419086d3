import type { HostSample, ProcessSample } from '../metrics/samples'
import type { IncidentProcess, StreamColumns } from './incident'
import { createSampleJoiner, fromHostRow, streamColumns, type StreamId, type StreamRow } from './sample-parts'

/** The first position whose time is later than the moment. */
export function endOf(atMs: Float64Array, momentMs: number): number {
  let low = 0
  let high = atMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((atMs[middle] as number) <= momentMs) low = middle + 1
    else high = middle
  }
  return low
}

/** A sample is stamped when its poll begins; what the same poll walks and asks is a little younger. */
const pollMs = 500

/** Until when a reading belongs to the sample at `index`. */
function reachOf(atMs: Float64Array, index: number): number {
  const own = atMs[index] as number
  return own + Math.min(pollMs, ((atMs[index + 1] ?? Infinity) - own) / 2)
}

/** What was known of a process at a moment: its newest sample that is not younger. null: there is none. */
export function sampleAt(process: IncidentProcess, momentMs: number): ProcessSample | null {
  const { process: main, rollup, go, cgroup } = process.streams
  const index = endOf(main.atMs, momentMs) - 1
  const atMs = main.atMs[index]
  const state = process.states.findLast((each) => atMs !== undefined && each.atMs <= atMs)?.state
  if (atMs === undefined || state === undefined) return null
  const reachMs = reachOf(main.atMs, index)
  const cgroupIndex = endOf(cgroup.atMs, atMs) - 1
  return createSampleJoiner(process.key)({
    process: toRow(main, index, 'process'),
    rollup: rowOrNull(rollup, endOf(rollup.atMs, reachMs) - 1, 'rollup'),
    go: rowOrNull(go, endOf(go.atMs, reachMs) - 1, 'go'),
    cgroup: cgroup.atMs[cgroupIndex] === atMs ? toRow(cgroup, cgroupIndex, 'cgroup') : null,
    state,
  })
}

/** Every sample from one moment to another, both included, in their order, each as sampleAt gives it. */
export function* samplesOf(
  process: IncidentProcess,
  fromMs = -Infinity,
  toMs = Infinity,
): Generator<ProcessSample, void, undefined> {
  const { process: main, rollup, go, cgroup } = process.streams
  const join = createSampleJoiner(process.key)
  const next = { rollup: 0, go: 0, cgroup: 0, state: 0 }
  const take = (stream: StreamColumns, id: 'rollup' | 'go' | 'cgroup', atMs: number): number => {
    const before = next[id]
    while (next[id] < stream.atMs.length && (stream.atMs[next[id]] as number) <= atMs) next[id]++
    return next[id] > before ? next[id] - 1 : -1
  }
  const end = endOf(main.atMs, toMs)
  for (let index = 0; index < end; index++) {
    const atMs = main.atMs[index] as number
    if (atMs < fromMs) continue
    const reachMs = reachOf(main.atMs, index)
    const stateBefore = next.state
    while ((process.states[next.state]?.atMs ?? Infinity) <= atMs) next.state++
    if (next.state === 0) continue
    const cgroupIndex = take(cgroup, 'cgroup', atMs)
    yield join({
      process: toRow(main, index, 'process'),
      rollup: rowOrNull(rollup, take(rollup, 'rollup', reachMs), 'rollup'),
      go: rowOrNull(go, take(go, 'go', reachMs), 'go'),
      cgroup: cgroup.atMs[cgroupIndex] === atMs ? toRow(cgroup, cgroupIndex, 'cgroup') : null,
      state: next.state > stateBefore ? (process.states[next.state - 1]?.state ?? null) : null,
    })
  }
}

/** The host's newest sample that is not younger than the moment; null: there is none. */
export function hostAt(stream: StreamColumns, momentMs: number): HostSample | null {
  const index = endOf(stream.atMs, momentMs) - 1
  return index < 0 ? null : fromHostRow(toRow(stream, index, 'host'))
}

function rowOrNull(stream: StreamColumns, index: number, id: StreamId): StreamRow | null {
  return index < 0 ? null : toRow(stream, index, id)
}

function toRow(stream: StreamColumns, index: number, id: StreamId): StreamRow {
  const names = streamColumns[id]
  const values = new Array<number | null>(names.length)
  for (let i = 0; i < names.length; i++) {
    const value = stream.columns[names[i] as string]?.[index] ?? NaN
    values[i] = Number.isNaN(value) ? null : value
  }
  return { atMs: stream.atMs[index] as number, values }
}
