import { noProcess } from '#core/balloon/plan'
import type { BalloonSettings } from '#core/balloon/types'
import { AppError } from '#core/errors'
import type { HostSample, ProcessSample } from '#core/metrics/samples'
import type { ProcessKey } from '#core/process-key'
import type { Sampler, Watch } from '#main/sampling/sampler'
import type { Target } from '#main/targets/target'
import { parseBytes, parseDuration, parsePid, parseShareOrBytes, usageError } from './arguments'
import { checkConfirmation } from './confirm-host'
import type { CliOptions } from './main'
import type { Output } from './output'
import { runBalloon } from './run-balloon'

/** The proof wants heap in use beside RSS: the endpoint gets so long to be found. */
const endpointWaitMs = 6000

/** A watch of the patient whose endpoint has answered, or won't. */
export async function watchUntilSettled(
  sampler: Sampler,
  key: ProcessKey,
  pprofUrl: string | null,
): Promise<Watch> {
  let settle = (): void => undefined
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  const watch = await sampler.watch(key, {
    sample(sample: ProcessSample) {
      if (sample.endpoint.phase !== 'searching') settle()
    },
    facts: () => undefined,
    rollupAsk: () => undefined,
    gone: () => settle(),
  })
  if (pprofUrl !== null) watch.setEndpoint(pprofUrl)
  const timer = setTimeout(settle, endpointWaitMs)
  await settled
  clearTimeout(timer)
  return watch
}

function nextHost(sampler: Sampler): Promise<HostSample> {
  return new Promise((resolve) => {
    const stop = sampler.onHost((sample) => {
      stop()
      resolve(sample)
    })
  })
}

async function toSettings(options: CliOptions, sampler: Sampler): Promise<Partial<BalloonSettings>> {
  const settings: Partial<BalloonSettings> = {}
  if (options.size !== undefined) settings.maxBytes = parseBytes(options.size, '--size')
  if (options.step !== undefined) settings.stepBytes = parseBytes(options.step, '--step')
  if (options.hold !== undefined) settings.holdMs = parseDuration(options.hold, '--hold', 0)
  if (options.domain !== undefined) {
    if (options.domain !== 'host' && options.domain !== 'cgroup')
      throw usageError('--domain is host or cgroup')
    settings.domain = options.domain
  }
  if (options.floor !== undefined) {
    const { memTotalBytes } = await nextHost(sampler)
    if (memTotalBytes === null)
      throw new AppError('unsupported', 'the kernel does not report MemTotal: give --floor in bytes')
    settings.floorBytes = parseShareOrBytes(options.floor, '--floor', memTotalBytes)
  }
  return settings
}

/** `ballonet balloon`: of a size on the host, or until one process's LazyFree is gone. */
export async function runBalloonCommand(
  target: Target,
  sampler: Sampler,
  options: CliOptions,
  output: Output,
  stop: AbortSignal,
): Promise<void> {
  const pidText = options['until-reclaimed']
  if ((options.size === undefined) === (pidText === undefined)) {
    throw usageError('balloon needs --size or --until-reclaimed, one of them')
  }
  const confirmation = {
    name: options['confirm-host'],
    isTerminal: process.stdin.isTTY && output.isErrorTerminal,
  }
  // Said at once, not after a while of looking.
  if (target.capabilities.remote) checkConfirmation(target.label, confirmation)
  const settings = await toSettings(options, sampler)
  const run = (key: ProcessKey, watch: Watch | null) =>
    runBalloon({
      target,
      key,
      settings,
      acceptsRisks: options.yes ?? false,
      confirmation,
      readHeapInuse: () => watch?.latest()?.go?.heapInuseBytes ?? null,
      output,
      isJson: options.json ?? false,
      stop,
    })
  if (pidText === undefined) {
    await run(noProcess, null)
    return
  }
  const pid = parsePid(pidText, '--until-reclaimed')
  const key = await sampler.findKey(pid)
  if (key === null) throw new AppError('gone', `there is no process ${pid}`)
  const watch = await watchUntilSettled(sampler, key, options.pprof ?? null)
  try {
    await run(key, watch)
  } finally {
    watch.close()
  }
}
