import { lstat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError, toErrorValue } from '#core/errors'
import { prepareReport, type Report } from '#core/report/prepare-report'
import { toReportHtml } from '#core/report/to-report-html'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { Incident } from '#core/snapshot/incident'
import { createIncidentBuilder, type IncidentBuilder } from '#core/snapshot/incident-builder'
import { snapshotLimits } from '#core/snapshot/manifest'
import { redactIncident } from '#core/snapshot/redact-incident'
import { defaultRedaction, redactionKinds, type RedactionChoice } from '#core/snapshot/redaction'
import { nodeGzip } from '#main/incident/node-gzip'
import { readRawMoment } from '#main/incident/read-raw-moment'
import { checkSavable, saveNew, saveWhole } from '#main/files/save-whole'
import { writeIncident } from '#main/incident/write-incident'
import type { Sampler, Watch } from '#main/sampling/sampler'
import type { Target } from '#main/targets/target'
import { withVerdicts } from '#main/verdict/with-verdicts'
import { parsePid, usageError } from './arguments'
import { followConnection } from './follow-connection'
import { createGapTeller } from './gap-teller'
import { toTerminalText, type Output } from './output'

export interface CaptureOptions {
  /** One to 32. */
  pids: number[]
  pprofUrl: string | null
  durationMs: number
  out: string
  /** Replace a file that is there. */
  isForced: boolean
  redaction: RedactionChoice
}

const redactionNames: Record<string, keyof RedactionChoice> = {
  arguments: 'arguments',
  hosts: 'hostNames',
  users: 'userNames',
  paths: 'paths',
}

/** `arguments,hosts,users,paths`, `all` or `none`; not given: arguments. Throws on wrong usage. */
export function parseRedaction(text: string | undefined): RedactionChoice {
  if (text === undefined) return defaultRedaction
  const names = text === 'all' ? Object.keys(redactionNames) : text === 'none' ? [] : text.split(',')
  const kinds = names.map((name) => {
    const kind = Object.hasOwn(redactionNames, name) ? redactionNames[name] : undefined
    if (kind === undefined)
      throw usageError(`--redact takes ${Object.keys(redactionNames).join(', ')}, all or none`)
    return kind
  })
  return Object.fromEntries(
    redactionKinds.map((kind) => [kind, kinds.includes(kind)]),
  ) as unknown as RedactionChoice
}

/** Before anything is captured: a name that can't be written would be known only at the end. */
export async function checkOut(out: string, isForced: boolean): Promise<void> {
  await checkSavable(out).catch((error: unknown) => {
    const { code } = toErrorValue(error)
    if (code !== 'gone' && code !== 'permission-denied') throw error
    throw new AppError('permission-denied', `${dirname(resolve(out))} is not a folder that can be written`)
  })
  // A link is there, too, whatever it leads to.
  const isThere = await lstat(out).then(
    () => true,
    () => false,
  )
  if (isThere && !isForced) throw new AppError('invalid', `${out} is there already; --force replaces it`)
}

/** `808` or `808,909`: the processes of one file. Throws on wrong usage. */
export function parsePids(text: string): number[] {
  const pids = [...new Set(text.split(',').map((each) => parsePid(each.trim(), '--pid')))]
  if (pids.length > snapshotLimits.processes)
    throw usageError(`--pid: at most ${snapshotLimits.processes} processes`)
  return pids
}

/**
 * `ballonet capture`: samples processes for a while and writes a `.ballonet` file. Stop, the end of the last process and a
 * lost target end it earlier, and the file holds what was seen by then. Rejects with AppError when there is no such
 * process, or when the file can't be written.
 */
export async function runCapture(
  target: Target,
  sampler: Sampler,
  options: CaptureOptions,
  output: Output,
  stop: AbortSignal,
): Promise<void> {
  const keys = await Promise.all(options.pids.map((pid) => findKey(sampler, pid)))
  const builder = createIncidentBuilder({ label: target.spec, host: target.host, fromMs: Date.now() })
  let host: HostSample | null = null
  const judging = withVerdicts(sampler, {
    host: () => host,
    growth: () => null,
    onVerdict: (judged, verdict) => builder.setVerdict(judged, verdict),
    onEvent: (event) => builder.addEvent(event),
  })
  const stopEvents = sampler.onEvent((event) => builder.addEvent(event))
  const stopHost = sampler.onHost((sample) => {
    host = sample
    builder.addHost(sample)
  })
  const lost = new AbortController()
  const stopConnection = followConnection(target, output, (error: unknown) => {
    output.error(
      `the target was lost: ${toTerminalText(String(error instanceof Error ? error.message : error))}`,
    )
    lost.abort()
  })
  const keepTexts = async (): Promise<void> => {
    // The numbers are worth a file without them.
    const readings = await readRawMoment(target, keys, Date.now()).catch(() => [])
    builder.addReadings(readings)
  }
  let samples = 0
  const watches: CaptureWatch[] = []
  const onSample = (): void => {
    samples++
    if (output.isErrorTerminal) process.stderr.write(`\r${samples} samples `)
  }

  try {
    const stops = AbortSignal.any([stop, lost.signal])
    const running = { judging, builder, target, options, output, stop: stops, watches, onSample }
    await captureUntilEnd(running, keys, keepTexts())
    await Promise.all([...watches.map((watch) => watch.takeLastProfile()), keepTexts()])
  } finally {
    stopHost()
    stopEvents()
    stopConnection()
    for (const { watch } of watches) watch.close()
  }
  if (output.isErrorTerminal) process.stderr.write('\r')
  const captured = judgeAtEnd(await prepareReport(builder.build(Date.now())))
  const incident = redactIncident(captured, options.redaction, nodeGzip)
  const bytes = await writeIncident(incident, {
    appVersion: __APP_VERSION__,
    reportHtml: toReportHtml(await prepareReport(incident), { locale: 'en' }),
  })
  // A file that was made of this name meanwhile is somebody's, and so is the capture.
  const { out, isForced } = options
  const path = isForced ? (await saveWhole(out, bytes), out) : await saveNew(out, bytes)
  output.error(`${path}: ${samples} samples, ${incident.profiles.length} profiles, ${bytes.length} bytes`)
}

interface RunningCapture {
  judging: Sampler
  builder: IncidentBuilder
  target: Target
  options: CaptureOptions
  output: Output
  stop: AbortSignal
  /** Those that were begun are put here. */
  watches: CaptureWatch[]
  onSample: () => void
}

/** Watches until the time is over, a stop, or the end of the last process. Rejects where one of them can't be watched. */
async function captureUntilEnd(
  capture: RunningCapture,
  keys: readonly ProcessKey[],
  texts: Promise<void>,
): Promise<void> {
  const { target, options, output, stop, watches } = capture
  const tellGaps = createGapTeller(target, options.pprofUrl, output)
  let timer: NodeJS.Timeout | undefined
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  let running = keys.length
  const to: WatchListeners = {
    onSample(sample) {
      capture.onSample()
      tellGaps(sample)
    },
    onNoProfile(error) {
      // Of a service that was found without being asked for, nobody misses it.
      if (options.pprofUrl === null) return
      output.error(`a heap profile was not taken: ${toTerminalText(toErrorValue(error).message)}`)
    },
    gone(pid) {
      output.error(keys.length === 1 ? 'the process has ended' : `process ${pid} has ended`)
      if (--running === 0) end()
    },
  }
  try {
    timer = setTimeout(end, options.durationMs)
    stop.addEventListener('abort', end, { once: true })
    const started = keys.map(async (key) => void watches.push(await watchForCapture(capture, to, key)))
    if (stop.aborted) end()
    // A process that can't be watched ends it; that all are watched does not.
    await Promise.race([ended, Promise.all([...started, texts]).then(() => ended)])
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', end)
  }
}

/** What the last profile tells about growth came after the last sample. */
function judgeAtEnd({ incident, processes }: Report): Incident {
  const judged = processes.map(({ process, endVerdict, growth }) =>
    growth === null || endVerdict === null
      ? process
      : { ...process, verdict: { ...endVerdict, atMs: incident.toMs } },
  )
  return { ...incident, processes: judged }
}

async function findKey(sampler: Sampler, pid: number): Promise<ProcessKey> {
  const key = await sampler.findKey(pid)
  if (key === null) throw new AppError('gone', `there is no process ${pid}`)
  return key
}

/** A process that is captured. */
interface CaptureWatch {
  watch: Watch
  /** Does nothing where the service never gave a first one. */
  takeLastProfile(): Promise<void>
}

interface WatchListeners {
  onSample: (sample: ProcessSample) => void
  onNoProfile: (error: unknown) => void
  gone: (pid: number) => void
}

async function watchForCapture(
  { judging, builder, target, options }: RunningCapture,
  to: WatchListeners,
  key: ProcessKey,
): Promise<CaptureWatch> {
  // In an object: it is set by a callback that the compiler does not follow.
  const held: { watch: Watch | null } = { watch: null }
  let firstProfile: Promise<void> | null = null

  async function takeProfile(): Promise<void> {
    const { watch } = held
    if (watch === null) return
    try {
      const { bytes, ...rest } = await watch.fetchProfile()
      const comm = watch.latest()?.comm ?? watch.facts.comm
      const id = `${key.pid}-${rest.atMs}`
      builder.addProfile({
        info: { id, targetId: target.spec, key, comm, sizeBytes: bytes.length, ...rest },
        bytes,
      })
    } catch (error) {
      // The numbers are worth a file without it.
      to.onNoProfile(error)
    }
  }

  const watch = await judging.watch(key, {
    sample(sample) {
      if (held.watch === null || !builder.addSample(sample)) return
      to.onSample(sample)
      if (sample.endpoint.phase === 'ok') firstProfile ??= takeProfile()
    },
    facts: (facts) => builder.setFacts(facts),
    rollupAsk: () => undefined,
    gone: () => to.gone(key.pid),
  })
  held.watch = watch
  builder.setFacts(watch.facts)
  if (options.pprofUrl !== null) watch.setEndpoint(options.pprofUrl)
  return {
    watch,
    async takeLastProfile() {
      if (firstProfile === null) return
      // A slow service may still be at it: the first is worth as much as the last.
      await Promise.all([firstProfile, takeProfile()])
    },
  }
}
