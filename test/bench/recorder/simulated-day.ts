// Records 20 targets with five processes each, a poll a second, as fast as it goes: prints what it cost as one line of JSON.
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createSampleSplitter, streamColumns, toHostRow } from '#core/snapshot/sample-parts'
import { createRecordingKeeper } from '#main/recorder/recording-keeper'
import type { Batch, Subject } from '#main/recorder/recorder-types'
import { hostFactsOf, hostSampleAt, processSampleAt } from '../../support/recorded-samples'

const targets = 20
const processesEach = 5
const hourMs = 3_600_000
const queryTurns = 9

const [dir = '', hours = '24', secondsAtOnce = '1'] = process.argv.slice(2)
const file = join(dir, 'recording.db')
const endMs = Math.floor(Date.now() / 60_000) * 60_000
const startMs = endMs - Number(hours) * hourMs
let nowMs = startMs
const keeper = createRecordingKeeper({
  file,
  now: () => nowMs,
  onProblem({ message }) {
    throw new Error(message)
  },
})

const hosts = Array.from({ length: targets }, (_, index): Subject => ({
  targetSpec: `ssh:host-${index}`,
  process: null,
}))
const watched = hosts.flatMap(({ targetSpec }, host) =>
  Array.from({ length: processesEach }, (_, index) => {
    const pid = host * 1000 + index
    const subject: Subject = {
      targetSpec,
      process: { pid, startTimeTicks: pid * 100, bootId: 'boot', comm: `service-${pid}` },
    }
    return { pid, subject, split: createSampleSplitter() }
  }),
)
let cpuUs = 0
let peakTurnMs = 0
let polls = 0

function measured<T>(job: () => T): T {
  const before = process.cpuUsage()
  const result = job()
  const { user, system } = process.cpuUsage(before)
  cpuUs += user + system
  return result
}

const samplesOf = (atMs: number) => ({
  hosts: hosts.map((subject) => ({ subject, sample: hostSampleAt(atMs) })),
  processes: watched.map((entry) => ({ ...entry, sample: processSampleAt(atMs, entry.pid) })),
})

function addSamples(batch: Batch, samples: ReturnType<typeof samplesOf>): void {
  for (const { subject, sample } of samples.hosts)
    batch.rows.push({ subject, stream: 'host', row: toHostRow(sample) })
  for (const { subject, split, sample } of samples.processes) {
    const { state, ...streams } = split(sample)
    if (state !== null)
      batch.notes.push({ subject, kind: 'state', atMs: sample.atMs, text: JSON.stringify(state) })
    for (const stream of ['process', 'rollup', 'go', 'cgroup'] as const) {
      const row = streams[stream]
      if (row !== null) batch.rows.push({ subject, stream, row })
    }
    polls++
  }
}

keeper.add({
  rows: [],
  notes: hosts.map((subject) => ({
    subject,
    kind: 'hostFacts' as const,
    atMs: startMs,
    text: JSON.stringify(hostFactsOf('boot')),
  })),
  dropped: 0,
})
while (nowMs < endMs) {
  const batch: Batch = { rows: [], notes: [], dropped: 0 }
  for (let second = 0; second < Number(secondsAtOnce); second++) {
    const samples = samplesOf(nowMs)
    measured(() => addSamples(batch, samples))
    nowMs += 1000
  }
  const beganMs = performance.now()
  measured(() => {
    // As it goes to the thread.
    keeper.add(structuredClone(batch))
    keeper.turn()
  })
  peakTurnMs = Math.max(peakTurnMs, performance.now() - beganMs)
}

function timeQuery(buckets: number, columns: string[], lengthMs: number): number {
  const beganMs = performance.now()
  const { atMs } = keeper.answer('history', {
    targetSpec: 'ssh:host-7',
    key: { pid: 7003, startTimeTicks: 700_300 },
    stream: 'process',
    columns,
    fromMs: endMs - lengthMs,
    toMs: endMs,
    buckets,
  })
  if (atMs.length === 0) throw new Error('nothing is recorded')
  return performance.now() - beganMs
}

const turns = Array.from({ length: queryTurns })
const dayMs = Number(hours) * hourMs
const columns = ['rssBytes', 'rssAnonBytes', 'swapBytes', 'cpuPercent']
const { bytes, dropped } = keeper.answer('stats', null)
const result = {
  cpuPercent: (cpuUs / 1000 / (endMs - startMs)) * 100,
  peakTurnMs,
  bytes,
  bytesPerPoll: bytes / polls,
  polls,
  dropped,
  queryMs: turns.map(() => timeQuery(1440, columns, dayMs)),
  allColumnsMs: turns.map(() => timeQuery(1440, [...streamColumns.process], dayMs)),
  fineMs: turns.map(() => timeQuery(1440, columns, Math.min(dayMs, 4 * hourMs))),
}
keeper.answer('close', null)
process.stdout.write(`${JSON.stringify({ ...result, fileBytes: statSync(file).size })}\n`)
rmSync(file, { force: true })
