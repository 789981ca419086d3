import { join } from 'node:path'
import { runCommand } from '../../../scripts/setup/run-command.mjs'
import { builtDir } from '../paths.mjs'
import { median } from '../statistics.mjs'

/** Making and opening the file of a day of one process, a poll a second. */
export const measureSnapshot = async () => {
  const { status, stdout, output } = await runCommand(process.execPath, [
    join(builtDir, 'poll', 'day-file.mjs'),
  ])
  if (status !== 0) throw new Error(`the snapshot failed: ${output.slice(-400)}`)
  const { exportMs, openMs, peerMs, fileBytes, bytesPerSample } = JSON.parse(stdout)
  const alone = { peerName: null, peer: null, measure: 'value' }
  const megabytes = (fileBytes / 1e6).toFixed(1)
  return [
    {
      ...alone,
      name: 'snapshot open 24 h',
      unit: 'ms',
      ours: openMs,
      value: median(openMs),
      target: 1000,
      note: `gzipped JSON of the samples: ${median(peerMs).toFixed(0)} ms`,
    },
    {
      ...alone,
      name: 'snapshot export 24 h',
      unit: 'ms',
      ours: exportMs,
      value: median(exportMs),
      target: 5000,
      note: 'with report and CSV, in a thread',
    },
    {
      ...alone,
      name: 'snapshot bytes',
      unit: 'bytes',
      ours: [bytesPerSample],
      value: bytesPerSample,
      target: 200,
      note: `a sample of process and host, CSV included; the day is ${megabytes} MB`,
    },
  ]
}
