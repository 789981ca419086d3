import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../../scripts/setup/run-command.mjs'
import { builtDir } from '../paths.mjs'
import { median } from '../statistics.mjs'

/** A second at once, as the thread writes. */
const paceRuns = 3
const paceHours = 0.1
/** A day would take a quarter of an hour at that pace: its size and its queries do not depend on it. */
const daySecondsAtOnce = 10

const record = async (hours, secondsAtOnce) => {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-bench-'))
  try {
    const args = [join(builtDir, 'poll', 'simulated-day.mjs'), dir, String(hours), String(secondsAtOnce)]
    const { status, stdout, output } = await runCommand(process.execPath, args)
    if (status !== 0) throw new Error(`the recording failed: ${output.slice(-400)}`)
    return JSON.parse(stdout)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const line = (name, unit, ours, target, note) => ({
  name,
  unit,
  ours,
  peerName: null,
  peer: null,
  measure: 'value',
  value: median(ours),
  target,
  note,
})

/** What the flight recorder costs with 20 targets and five watched processes on each, a poll a second. */
export const measureRecorder = async () => {
  const paced = []
  for (let run = 0; run < paceRuns; run++) paced.push(await record(paceHours, 1))
  const day = await record(24, daySecondsAtOnce)
  const megabytes = (day.bytes / 1e6).toFixed(0)
  return [
    line(
      'recorder cpu',
      '% of a core',
      paced.map(({ cpuPercent }) => cpuPercent),
      2,
      '20 targets, 100 processes, 1 Hz; written each second',
    ),
    line('recorder bytes', 'bytes', [day.bytesPerPoll], 60, `a process poll; the day is ${megabytes} MB`),
    line('recorder 24 h', 'ms', day.queryMs, 100, 'four columns in 1,440 buckets'),
    line('recorder 24 h all', 'ms', day.allColumnsMs, 100, 'all columns of the stream'),
    line('recorder 4 h', 'ms', day.fineMs, 100, 'four columns in 10 s buckets, from the readings'),
  ]
}
