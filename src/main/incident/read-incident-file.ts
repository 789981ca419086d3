import type { z } from 'zod'
import { AppError } from '#core/errors'
import { isGzip } from '#core/pprof/inflate-profile'
import type { Incident, IncidentProcess, StreamColumns } from '#core/snapshot/incident'
import {
  partNames,
  snapshotLimits,
  snapshotVersion,
  toProcessFolder,
  type Manifest,
} from '#core/snapshot/manifest'
import { streamColumns, type ProcessState, type StreamId } from '#core/snapshot/sample-parts'
import { parseSeries } from '#core/snapshot/series-text'
import { createJsonBudget } from './json-budget'
import { incidentSchemas as schemas } from './incident-schemas'
import { sha256 } from './write-incident'
import { damaged, openZipParts, tooLarge, type ZipParts } from './zip-parts'

/**
 * What a `.ballonet` file holds. Nothing of it is believed: bounded, hashes compared, every value checked. Rejects with
 * AppError: `parse` (no whole snapshot), `unsupported` (of a later version), `too-large`, `cancelled`.
 */
export async function parseIncidentFile(
  bytes: Uint8Array,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Incident> {
  const zip = await openZipParts(bytes)
  const manifest = await readManifest(zip)
  const parts = createPartReader(zip, manifest, signal)
  const processes: IncidentProcess[] = []
  parts.readAhead([partNames.csv, partNames.report, partNames.hostSeries])
  const hostStream = await parts.series(partNames.hostSeries, 'host')
  for (const { key } of manifest.processes) processes.push(await readProcess(parts, key))
  const profiles: Incident['profiles'] = []
  for (const { info, part } of await parts.json(partNames.profiles, schemas.profiles)) {
    const packed = await parts.bytes(part)
    if (!isGzip(packed)) throw damaged('a profile that is none')
    profiles.push({ info: { ...info, sizeBytes: packed.length }, bytes: packed })
  }
  const readings: Incident['readings'] = []
  let readingBytes = 0
  for (const { atMs, path, part } of await parts.json(partNames.readings, schemas.readings)) {
    const raw = await parts.bytes(part)
    if (raw.length > snapshotLimits.readingBytes) throw damaged('a reading that is too long')
    readingBytes += raw.length
    if (readingBytes > snapshotLimits.allReadingBytes) throw tooLarge()
    readings.push({ atMs, path, text: raw.toString() })
  }
  const incident: Incident = {
    label: manifest.label,
    fromMs: manifest.fromMs,
    toMs: manifest.toMs,
    host: await parts.json(partNames.host, schemas.hostFacts),
    hostStream,
    processes,
    events: inOrder(await parts.json(partNames.events, schemas.events)),
    marks: inOrder(await parts.json(partNames.marks, schemas.marks)),
    top: inOrder(await parts.json(partNames.top, schemas.top)),
    profiles,
    readings: inOrder(readings),
  }
  await parts.checkRest()
  return incident
}

async function readManifest(zip: ZipParts): Promise<Manifest> {
  const raw = parseJson(await zip.read(partNames.manifest, snapshotLimits.manifestBytes))
  const head = schemas.manifestHead.safeParse(raw)
  if (!head.success) throw damaged('the manifest is none')
  const { version } = head.data
  if (version > snapshotVersion)
    throw new AppError('unsupported', `a snapshot of version ${version}, and ${snapshotVersion} is known`, {
      hint: 'error.snapshot-newer',
      params: { version, known: snapshotVersion },
    })
  const manifest = check(schemas.manifest, raw)
  const { fromMs, toMs } = manifest
  if (!(toMs >= fromMs) || toMs - fromMs > snapshotLimits.rangeMs) throw damaged('its range of time')
  const folders = manifest.processes.map(({ key }) => toProcessFolder(key))
  if (new Set(folders).size !== folders.length) throw damaged('a process twice')
  return manifest
}

interface PartReader {
  /** They are asked for next. */
  readAhead(names: readonly string[]): void
  bytes(name: string): Promise<Buffer>
  json<Value>(name: string, schema: z.ZodType<Value>): Promise<Value>
  series(name: string, stream: StreamId): Promise<StreamColumns>
  /** What is only for people, and was not looked into, must be whole as well. */
  checkRest(): Promise<void>
}

function createPartReader(zip: ZipParts, manifest: Manifest, signal: AbortSignal | undefined): PartReader {
  const entries = new Map(manifest.parts.map((part) => [part.name, part]))
  const found = zip.names().filter((name) => name !== partNames.manifest)
  if (entries.size !== manifest.parts.length || entries.has(partNames.manifest))
    throw damaged('a part is told twice')
  if (found.length !== entries.size || found.some((name) => !entries.has(name)))
    throw damaged('its parts are not those of the manifest')
  const unread = new Set(entries.keys())
  const budget = createJsonBudget()
  let cells = 0
  /** Being unpacked in other threads while this one parses what came before. */
  const ahead = new Map<string, Promise<Buffer>>()

  function readAhead(names: readonly string[]): void {
    for (const name of names) {
      const entry = entries.get(name)
      if (entry === undefined) continue
      const reading = zip.read(name, entry.bytes)
      // Whoever asks for it is told.
      reading.catch(() => undefined)
      ahead.set(name, reading)
    }
  }

  async function bytes(name: string): Promise<Buffer> {
    if (signal?.aborted === true) throw new AppError('cancelled', 'opening was cancelled')
    const entry = entries.get(name)
    if (entry === undefined) throw damaged('a part is missing')
    // What was unpacked stays: sixty profiles that are one part would be sixty times what was counted.
    if (!unread.delete(name)) throw damaged('a part stands for two')
    const content = await (ahead.get(name) ?? zip.read(name, entry.bytes))
    ahead.delete(name)
    if (content.length !== entry.bytes || sha256(content) !== entry.sha256)
      throw damaged('a part is not what the manifest says')
    return content
  }

  return {
    bytes,
    readAhead,
    async json(name, schema) {
      const content = await bytes(name)
      if (!budget.take(content)) throw tooLarge()
      return check(schema, parseJson(content))
    },
    async series(name, stream) {
      const content = await bytes(name)
      if (!budget.take(content, true)) throw tooLarge()
      const series = parseSeries(content.toString(), stream)
      // A column that is one number in the file takes as much as any other.
      cells += series.atMs.length * (1 + streamColumns[stream].length)
      if (cells > snapshotLimits.cells) throw tooLarge()
      return series
    },
    async checkRest() {
      for (const name of [...unread]) await bytes(name)
    },
  }
}

async function readProcess(parts: PartReader, key: IncidentProcess['key']): Promise<IncidentProcess> {
  const folder = toProcessFolder(key)
  parts.readAhead(['process', 'rollup', 'go', 'cgroup'].map((name) => `${folder}${name}.json`))
  const facts = await parts.json(`${folder}facts.json`, schemas.processFacts)
  const states = inOrder(checkStates(await parts.json(`${folder}states.json`, schemas.rawStates)))
  const streams: IncidentProcess['streams'] = {
    process: await parts.series(`${folder}process.json`, 'process'),
    rollup: await parts.series(`${folder}rollup.json`, 'rollup'),
    go: await parts.series(`${folder}go.json`, 'go'),
    cgroup: await parts.series(`${folder}cgroup.json`, 'cgroup'),
  }
  const first = streams.process.atMs[0]
  if (first !== undefined && !(states[0] !== undefined && states[0].atMs <= first))
    throw damaged('a process without a state')
  return {
    key,
    facts: { ...facts, key },
    streams,
    states,
    verdict: await parts.json(`${folder}verdict.json`, schemas.verdict.nullable()),
    proof: await parts.json(`${folder}proof.json`, schemas.proof.nullable()),
  }
}

/** A busy process goes back and forth between few states: each text of one is checked once, and kept once. */
function checkStates(raw: { atMs: number; state: unknown }[]): IncidentProcess['states'] {
  const known = new Map<string, ProcessState>()
  return raw.map(({ atMs, state }) => {
    const text = toText(state)
    const checked = known.get(text) ?? check(schemas.state, state)
    known.set(text, checked)
    return { atMs, state: checked }
  })
}

/** Lists in lists that JSON.parse reads are too deep for its counterpart. */
function toText(state: unknown): string {
  try {
    return JSON.stringify(state)
  } catch {
    throw damaged('a state that is none')
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw damaged('a part that is no JSON')
  }
}

function check<Value>(schema: z.ZodType<Value>, raw: unknown): Value {
  const checked = schema.safeParse(raw)
  if (checked.success) return checked.data
  throw damaged(`values that can't be: ${checked.error.issues[0]?.path.join('.').slice(0, 80) ?? ''}`)
}

const inOrder = <Item extends { atMs: number }>(items: Item[]): Item[] =>
  items.sort((a, b) => a.atMs - b.atMs)
