import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { z } from 'zod'
import { AppError } from '#core/errors'
import type { Incident, IncidentProcess, RawReading } from '#core/snapshot/incident'
import {
  partNames,
  snapshotFormat,
  snapshotLimits,
  snapshotVersion,
  toProcessFolder,
  type Manifest,
  type PartEntry,
} from '#core/snapshot/manifest'
import { toSamplesCsv } from '#core/snapshot/samples-csv'
import { toSeriesText } from '#core/snapshot/series-text'
import { fitPart } from './fit-part'
import { incidentSchemas as schemas } from './incident-schemas'
import { createJsonBudget } from './json-budget'

export interface WriteOptions {
  appVersion: string
  /** The whole report; it is put into the file as it is. */
  reportHtml: string
  /** From 0 to 1. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

interface Part {
  name: string
  bytes: Buffer
  /** Does not get smaller. */
  isPacked: boolean
  /** Other than a series. */
  isJson: boolean
}

/**
 * A `.ballonet` file (docs/snapshot-format.md) of an incident, which must be redacted already. Rejects with `cancelled`, and
 * with `too-large` for more than a file may hold.
 */
export async function writeIncident(incident: Incident, options: WriteOptions): Promise<Uint8Array> {
  const { signal, onProgress } = options
  checkLimits(incident)
  const zip = new ZipFile()
  const entries: PartEntry[] = []
  const budget = createJsonBudget()
  const chunks: Buffer[] = []
  let size = 0
  zip.outputStream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
  })
  const done = finished(zip.outputStream)
  // A part is made when the one before it is packed, so that no more than one of them is held.
  const parts = [...makeParts(incident, options.reportHtml)]
  for (const [index, make] of parts.entries()) {
    if (signal?.aborted === true) throw new AppError('cancelled', 'the export was cancelled')
    const part = make()
    if (part.bytes.length > snapshotLimits.partBytes) throw tooLarge()
    if (part.isJson && !budget.take(part.bytes)) throw tooLarge()
    entries.push({ name: part.name, bytes: part.bytes.length, sha256: sha256(part.bytes) })
    await addPart(zip, part)
    if (size > snapshotLimits.fileBytes) throw tooLarge()
    onProgress?.((index + 1) / (parts.length + 1))
  }
  const manifest = fitPart<Manifest>(schemas.manifest, {
    format: snapshotFormat,
    version: snapshotVersion,
    appVersion: options.appVersion,
    label: incident.label,
    fromMs: incident.fromMs,
    toMs: incident.toMs,
    processes: incident.processes.map(({ key, facts }) => ({ key, comm: facts.comm })),
    parts: entries,
  })
  zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), partNames.manifest, { mtime: zipTime })
  zip.end()
  await done
  if (size > snapshotLimits.fileBytes) throw tooLarge()
  onProgress?.(1)
  return Buffer.concat(chunks)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const tooLarge = (): AppError =>
  new AppError('too-large', 'more than a snapshot may hold', { hint: 'error.snapshot-too-much' })

/** What a reader would refuse is not made in the first place. */
function checkLimits({ fromMs, toMs, hostStream, processes, profiles }: Incident): void {
  const streams = [hostStream, ...processes.flatMap((each) => Object.values(each.streams))]
  const cells = streams.reduce(
    (sum, { atMs, columns }) => sum + atMs.length * (1 + Object.keys(columns).length),
    0,
  )
  if (
    toMs - fromMs > snapshotLimits.rangeMs ||
    processes.length > snapshotLimits.processes ||
    profiles.length > snapshotLimits.profiles ||
    cells > snapshotLimits.cells ||
    streams.some(({ atMs }) => atMs.length > snapshotLimits.rows)
  )
    throw tooLarge()
}

/** yazl packs one part after the other; when its last byte is out, the next one is given. */
async function addPart(zip: ZipFile, { name, bytes, isPacked }: Part): Promise<void> {
  const source = Readable.from(sliced(bytes), { objectMode: false })
  zip.addReadStream(source, name, { compress: !isPacked, mtime: zipTime })
  await finished(source)
}

/** The same incident is the same file. */
const zipTime = new Date(1980, 0, 1, 12)

function* sliced(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 256 * 1024) yield bytes.subarray(at, at + 256 * 1024)
}

function* makeParts(incident: Incident, reportHtml: string): Generator<() => Part> {
  const { host, hostStream, processes, events, marks, top, profiles } = incident
  const readings = newestReadings(incident.readings)
  yield () => json(partNames.host, schemas.hostFacts, host)
  yield () => text(partNames.hostSeries, toSeriesText(hostStream))
  for (const process of processes) yield* makeProcessParts(process)
  yield () => json(partNames.events, schemas.events, events.slice(-snapshotLimits.events))
  yield () => json(partNames.marks, schemas.marks, marks.slice(-snapshotLimits.marks))
  yield () => json(partNames.top, schemas.top, top.slice(-snapshotLimits.tops))
  const profileNames = profiles.map(({ info }, index) => `profiles/${index + 1}-pid${info.key.pid}.pb.gz`)
  yield () =>
    json(
      partNames.profiles,
      schemas.profiles,
      profiles.map(({ info }, index) => ({ info, part: profileNames[index] ?? '' })),
    )
  for (const [index, { bytes }] of profiles.entries())
    yield () => ({
      name: profileNames[index] ?? '',
      bytes: Buffer.from(bytes),
      isPacked: true,
      isJson: false,
    })
  const readingName = (index: number): string => `raw/${index + 1}.txt`
  yield () =>
    json(
      partNames.readings,
      schemas.readings,
      readings.map(({ atMs, path }, index) => ({ atMs, path, part: readingName(index) })),
    )
  for (const [index, reading] of readings.entries()) yield () => cutText(readingName(index), reading.text)
  yield () => text(partNames.csv, toSamplesCsv(incident))
  yield () => text(partNames.report, reportHtml)
}

function* makeProcessParts(process: IncidentProcess): Generator<() => Part> {
  const folder = toProcessFolder(process.key)
  const { facts, streams, states, verdict, proof } = process
  yield () => json(`${folder}facts.json`, schemas.processFacts, facts)
  for (const [id, stream] of Object.entries(streams))
    yield () => text(`${folder}${id}.json`, toSeriesText(stream))
  yield () => json(`${folder}states.json`, schemas.states, states)
  yield () => json(`${folder}verdict.json`, schemas.verdict.nullable(), verdict)
  yield () => json(`${folder}proof.json`, schemas.proof.nullable(), proof)
}

/** A day of alerts has more moments than a file holds. */
function newestReadings(all: readonly RawReading[]): readonly RawReading[] {
  const newest = all.slice(-snapshotLimits.readings)
  let bytes = 0
  const last = newest.findLastIndex(({ text: each }) => {
    bytes += Math.min(Buffer.byteLength(each), snapshotLimits.readingBytes)
    return bytes > snapshotLimits.allReadingBytes
  })
  return newest.slice(last + 1)
}

const text = (name: string, content: string): Part => ({
  name,
  bytes: Buffer.from(content),
  isPacked: false,
  isJson: false,
})
function cutText(name: string, content: string): Part {
  const whole = text(name, content)
  return { ...whole, bytes: whole.bytes.subarray(0, snapshotLimits.readingBytes) }
}

function json<Value>(name: string, schema: z.ZodType<Value>, value: Value): Part {
  return { ...text(name, `${JSON.stringify(fitPart(schema, value), null, 1)}\n`), isJson: true }
}
