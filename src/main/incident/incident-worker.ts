import { parentPort, workerData } from 'node:worker_threads'
import { toErrorValue } from '#core/errors'
import { prepareReport } from '#core/report/prepare-report'
import { toReportHtml } from '#core/report/to-report-html'
import { buffersOf } from '#core/snapshot/buffers-of'
import type { Incident } from '#core/snapshot/incident'
import { previewLeaving } from '#core/snapshot/preview-leaving'
import { redactIncident } from '#core/snapshot/redact-incident'
import type { FromIncidentWorker, IncidentJob, IncidentJobs } from './incident-messages'
import { nodeGzip } from './node-gzip'
import { parseIncidentFile } from './read-incident-file'
import { writeIncident } from './write-incident'

const send = (message: FromIncidentWorker, transfer: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, transfer)

/** Told to stop, it ends between two parts: a thread that is torn down while zlib works takes the process with it. */
const stopping = new AbortController()
parentPort?.once('message', () => stopping.abort())
parentPort?.unref()

async function run(job: IncidentJob): Promise<void> {
  if (job.name === 'read') {
    const incident = await parseIncidentFile(job.params.bytes)
    send({ kind: 'done', result: { ok: true, value: incident } }, buffersOf(incident))
    return
  }
  const { incident, redaction } = job.params
  const redacted = redactIncident(incident, redaction, nodeGzip)
  if (job.name === 'preview') {
    const value = previewLeaving(redacted, incident, nodeGzip)
    send({ kind: 'done', result: { ok: true, value } })
  } else {
    const bytes = await write(redacted, job.params)
    const value = { bytes, program: redacted.processes[0]?.facts.comm ?? null }
    send({ kind: 'done', result: { ok: true, value } }, [bytes.buffer as ArrayBuffer])
  }
}

async function write(
  redacted: Incident,
  { locale, appVersion }: IncidentJobs['write'][0],
): Promise<Uint8Array> {
  return writeIncident(redacted, {
    appVersion,
    reportHtml: toReportHtml(await prepareReport(redacted), { locale }),
    signal: stopping.signal,
    onProgress: (share) => send({ kind: 'progress', share }),
  })
}

run(workerData as IncidentJob).catch((error: unknown) =>
  send({ kind: 'done', result: { ok: false, error: toErrorValue(error) } }),
)
