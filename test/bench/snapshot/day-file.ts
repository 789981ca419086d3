// Makes a snapshot of a day of one process at 1 Hz, and opens it again: prints what it took as one line of JSON.
import { gunzipSync, gzipSync } from 'node:zlib'
import { prepareReport } from '#core/report/prepare-report'
import { toReportHtml } from '#core/report/to-report-html'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import { samplesOf } from '#core/snapshot/sample-at'
import { parseIncidentFile } from '#main/incident/read-incident-file'
import { writeIncident } from '#main/incident/write-incident'
import { hostFactsOf, hostSampleAt, processFactsOf, processSampleAt } from '../../support/recorded-samples'

const seconds = 86_400
const runs = 5
const startMs = Date.UTC(2026, 0, 5)
const pid = 808

const builder = createIncidentBuilder({ label: 'local', host: hostFactsOf('boot'), fromMs: startMs })
builder.setFacts(processFactsOf(pid))
for (let second = 0; second < seconds; second++) {
  builder.addHost(hostSampleAt(startMs + second * 1000))
  builder.addSample(processSampleAt(startMs + second * 1000, pid))
}
const incident = builder.build(startMs + seconds * 1000)

const exportMs: number[] = []
const openMs: number[] = []
const peerMs: number[] = []
let fileBytes = 0
for (let run = 0; run < runs; run++) {
  let beganMs = performance.now()
  const file = await writeIncident(incident, {
    appVersion: '0.0.0',
    reportHtml: toReportHtml(await prepareReport(incident), { locale: 'en' }),
  })
  exportMs.push(performance.now() - beganMs)
  fileBytes = file.length
  beganMs = performance.now()
  const opened = await parseIncidentFile(file)
  openMs.push(performance.now() - beganMs)
  const [process] = opened.processes
  if (process === undefined || process.streams.process.atMs.length !== seconds)
    throw new Error('it is not what was written')
  // The same samples as the plainest file that there is: one JSON text, gzipped.
  const plain = gzipSync(JSON.stringify([...samplesOf(process)]))
  beganMs = performance.now()
  JSON.parse(gunzipSync(plain).toString())
  peerMs.push(performance.now() - beganMs)
}
console.log(JSON.stringify({ exportMs, openMs, peerMs, fileBytes, bytesPerSample: fileBytes / seconds }))
