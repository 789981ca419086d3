import { openRecorder } from '#main/recorder/recorder'
import { hostSampleAt, processSampleAt } from './recorded-samples'

// With --version: whether it can be run at all. Else it records until it is killed, and says what it has recorded.
if (process.argv[2] === '--version') process.exit(0)
const recorder = await openRecorder({
  file: process.argv[2] ?? '',
  onProblem: (problem) => process.stderr.write(`${problem.kind}\n`),
})
const everyMs = 20
setInterval(() => {
  const atMs = Date.now()
  recorder.recordHost('local', hostSampleAt(atMs))
  recorder.recordProcess('local', processSampleAt(atMs, 808))
  process.stdout.write(`${atMs}\n`)
}, everyMs)
