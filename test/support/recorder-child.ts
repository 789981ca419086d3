import { openRecorder } from '#main/recorder/recorder'
import { hostSampleAt, processSampleAt } from './recorded-samples'

// Records until it is killed, and says what it has recorded.
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
