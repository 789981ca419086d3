import { access, constants } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError } from '#core/errors'
import { toReportHtml } from '#core/report/to-report-html'
import type { HostSample } from '#core/metrics/samples'
import { createIncidentBuilder } from '#core/snapshot/incident-builder'
import { redactIncident } from '#core/snapshot/redact-incident'
import { defaultRedaction, redactionKinds, type RedactionChoice } from '#core/snapshot/redaction'
import { nodeGzip } from '#main/incident/node-gzip'
import { saveWhole } from '#main/incident/save-whole'
import { writeIncident } from '#main/incident/write-incident'
import type { Sampler, Watch } from '#main/sampling/sampler'
import type { Target } from '#main/targets/target'
import { withVerdicts } from '#main/verdict/with-verdicts'
import { usageError } from './arguments'
import { followConnection } from './follow-connection'
import { toTerminalText, type Output } from './output'

export interface CaptureOptions {
  pid: number
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
  const folder = dirname(resolve(out))
  await access(folder, constants.W_OK).catch(() => {
    throw new AppError('permission-denied', `${folder} is not a folder that can be written`)
  })
  const isThere = await access(out).then(
    () => true,
    () => false,
  )
  if (isThere && !isForced) throw new AppError('invalid', `${out} is there already; --force replaces it`)
}

/**
 * `ballonet capture`: samples one process for a while and writes a `.ballonet` file. Stop, the end of the process and a lost
 * target end it earlier, and the file holds what was seen by then. Rejects with AppError when there is no such process,
 * or when the file can't be written.
 */
export async function runCapture(
  target: Target,
  sampler: Sampler,
  options: CaptureOptions,
  output: Output,
  stop: AbortSignal,
): Promise<void> {
  const key = await sampler.findKey(options.pid)
  if (key === null) throw new AppError('gone', `there is no process ${options.pid}`)
  const captured = key
  const builder = createIncidentBuilder({ label: target.label, host: target.host, fromMs: Date.now() })
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
  // In an object: it is set by a callback that the compiler does not follow.
  const held: { watch: Watch | null } = { watch: null }
  let samples = 0
  let stopConnection = (): void => undefined
  let hasFirstProfile = false

  async function takeProfile(): Promise<void> {
    const { watch } = held
    if (watch === null) return
    try {
      const { bytes, ...rest } = await watch.fetchProfile()
      const comm = watch.latest()?.comm ?? watch.facts.comm
      const id = `${rest.atMs}`
      builder.addProfile({
        info: { id, targetId: target.label, key: captured, comm, sizeBytes: bytes.length, ...rest },
        bytes,
      })
    } catch {
      // A service without pprof has none, and the numbers are worth a file without it.
    }
  }

  try {
    await new Promise<void>((done, reject: (error: Error) => void) => {
      const timer = setTimeout(done, options.durationMs)
      stop.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true })
      stopConnection = followConnection(target, output, (error: unknown) => {
        output.error(
          `the target was lost: ${toTerminalText(String(error instanceof Error ? error.message : error))}`,
        )
        clearTimeout(timer)
        done()
      })
      judging
        .watch(key, {
          sample(sample) {
            if (held.watch !== null && builder.addSample(sample)) samples++
            if (!hasFirstProfile && sample.endpoint.phase === 'ok') {
              hasFirstProfile = true
              void takeProfile()
            }
            if (output.isErrorTerminal) process.stderr.write(`\r${samples} samples `)
          },
          facts: (facts) => builder.setFacts(facts),
          rollupAsk: () => undefined,
          gone() {
            output.error('the process has ended')
            clearTimeout(timer)
            done()
          },
        })
        .then((started) => {
          held.watch = started
          builder.setFacts(started.facts)
          if (options.pprofUrl !== null) started.setEndpoint(options.pprofUrl)
        })
        .catch((error: unknown) => {
          clearTimeout(timer)
          reject(error instanceof Error ? error : new AppError('failed', String(error)))
        })
    })
    if (hasFirstProfile) await takeProfile()
  } finally {
    stopHost()
    stopEvents()
    stopConnection()
    held.watch?.close()
  }
  if (output.isErrorTerminal) process.stderr.write('\r')
  const incident = redactIncident(builder.build(Date.now()), options.redaction, nodeGzip)
  const bytes = await writeIncident(incident, {
    appVersion: __APP_VERSION__,
    reportHtml: toReportHtml(incident, { locale: 'en' }),
  })
  await saveWhole(options.out, bytes)
  output.error(
    `${options.out}: ${samples} samples, ${incident.profiles.length} profiles, ${bytes.length} bytes`,
  )
}
