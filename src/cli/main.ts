import { parseArgs } from 'node:util'
import { AppError, toErrorValue } from '#core/errors'
import { snapshotLimits } from '#core/snapshot/manifest'
import { formatText } from '#core/text/catalogue'
import { formatParams } from '#core/text/format-params'
import { parseCount, parseDuration, parsePid, usageError } from './arguments'
import { runBalloonCommand } from './balloon-command'
import { checkOut, parsePids, parseRedaction, runCapture } from './capture-command'
import { runDemo } from './demo-command'
import { createOutput, toTerminalText, type Output } from './output'
import { runProfile } from './profile-command'
import { runPs } from './ps-command'
import { runReport } from './report-command'
import { usage } from './usage'
import { runWatch } from './watch-command'
import { withTarget, type TargetOptions } from './with-target'

const optionTypes = {
  target: { type: 'string' },
  json: { type: 'boolean' },
  pid: { type: 'string' },
  pprof: { type: 'string' },
  interval: { type: 'string' },
  count: { type: 'string' },
  'allow-long-read': { type: 'boolean' },
  size: { type: 'string' },
  'until-reclaimed': { type: 'string' },
  floor: { type: 'string' },
  step: { type: 'string' },
  hold: { type: 'string' },
  domain: { type: 'string' },
  yes: { type: 'boolean' },
  'confirm-host': { type: 'string' },
  top: { type: 'string' },
  cum: { type: 'boolean' },
  'sample-index': { type: 'string' },
  base: { type: 'string' },
  'diff-base': { type: 'string' },
  focus: { type: 'string' },
  ignore: { type: 'string' },
  sudo: { type: 'boolean' },
  seconds: { type: 'string' },
  out: { type: 'string' },
  force: { type: 'boolean' },
  redact: { type: 'string' },
  html: { type: 'string' },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

export type CliOptions = ReturnType<typeof parseCommandLine>['values']

/** Which options a command takes, besides --help. An option that it would ignore is wrong usage. */
const commandOptions: Record<string, readonly (keyof typeof optionTypes)[]> = {
  ps: ['target', 'sudo', 'json'],
  watch: ['pid', 'pprof', 'target', 'sudo', 'interval', 'count', 'json', 'allow-long-read'],
  profile: ['top', 'cum', 'sample-index', 'base', 'diff-base', 'focus', 'ignore', 'target', 'json'],
  balloon: [
    'size',
    'until-reclaimed',
    'pprof',
    'floor',
    'step',
    'hold',
    'domain',
    'yes',
    'confirm-host',
    'target',
    'sudo',
    'json',
  ],
  capture: ['pid', 'pprof', 'target', 'sudo', 'interval', 'seconds', 'out', 'force', 'redact'],
  report: ['html', 'json', 'lang'],
  demo: ['json'],
}

function parseCommandLine(args: string[]) {
  try {
    return parseArgs({ args, options: optionTypes, allowPositionals: true, strict: true })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}

/** Ends with Ctrl-C, a closed terminal or a kill: once asks, everything is given back on the way out. */
function createStopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort())
  return controller.signal
}

async function runCommand(
  command: string,
  source: string | undefined,
  options: CliOptions,
  output: Output,
): Promise<void> {
  const isJson = options.json ?? false
  // It gives nothing back: a signal ends it as it ends any program.
  if (command === 'report') return runReportCommand(source, options, output)
  const stop = createStopSignal()
  const targetOptions = {
    spec: options.target ?? 'local',
    intervalMs: 1000,
    isElevated: options.sudo ?? false,
    output,
    stop,
  }
  if (command === 'profile') return runProfile(source, options, targetOptions)
  if (command === 'ps') return withTarget(targetOptions, (_, sampler) => runPs(sampler, output, isJson))
  if (command === 'watch') {
    if (options.pid === undefined) throw usageError('watch needs --pid')
    const watchOptions = {
      pid: parsePid(options.pid, '--pid'),
      pprofUrl: options.pprof ?? null,
      count: options.count === undefined ? null : parseCount(options.count, '--count'),
      isJson,
      allowsLongRead: options['allow-long-read'] ?? false,
    }
    const intervalMs = parseDuration(options.interval ?? '1s', '--interval', 100)
    return withTarget({ ...targetOptions, intervalMs }, (target, sampler) =>
      runWatch(target, sampler, watchOptions, output, stop),
    )
  }
  if (command === 'capture') return runCaptureCommand(options, targetOptions)
  if (command === 'balloon') {
    return withTarget(targetOptions, (target, sampler) =>
      runBalloonCommand(target, sampler, options, output, stop),
    )
  }
  return runDemo(output, isJson, stop)
}

async function runReportCommand(
  source: string | undefined,
  { html, json: isJson = false, lang: locale = 'en' }: CliOptions,
  output: Output,
): Promise<void> {
  if (source === undefined) throw usageError('report needs a file')
  if (locale !== 'en' && locale !== 'zh-CN') throw usageError('--lang takes en or zh-CN')
  return runReport({ file: source, html: html ?? null, isJson, locale }, output)
}

async function runCaptureCommand(options: CliOptions, targetOptions: TargetOptions): Promise<void> {
  const { pid, out, seconds, interval } = options
  if (pid === undefined || out === undefined || seconds === undefined)
    throw usageError('capture needs --pid, --seconds and --out')
  const captureOptions = {
    pids: parsePids(pid),
    pprofUrl: options.pprof ?? null,
    durationMs: parseCount(seconds, '--seconds') * 1000,
    out,
    isForced: options.force ?? false,
    redaction: parseRedaction(options.redact),
  }
  if (captureOptions.pids.length > 1 && captureOptions.pprofUrl !== null)
    throw usageError('--pprof is of one process: with several, endpoints are found by themselves')
  if (captureOptions.durationMs > snapshotLimits.rangeMs)
    throw usageError('--seconds is at most a day and an hour')
  const intervalMs = parseDuration(interval ?? '1s', '--interval', 900)
  await checkOut(out, captureOptions.isForced)
  const { output, stop } = targetOptions
  return withTarget({ ...targetOptions, intervalMs }, (target, sampler) =>
    runCapture(target, sampler, captureOptions, output, stop),
  )
}

async function main(args: string[], output: Output): Promise<number> {
  try {
    const { values, positionals } = parseCommandLine(args)
    const [command, ...rest] = positionals
    if (values.version === true) {
      output.line(__APP_VERSION__)
      return 0
    }
    if (values.help === true || command === undefined) {
      if (values.help === true) output.line(usage)
      else output.error(usage)
      return values.help === true ? 0 : 2
    }
    const allowed = Object.hasOwn(commandOptions, command) ? commandOptions[command] : undefined
    if (allowed === undefined) throw usageError(`there is no command "${command.slice(0, 40)}"`)
    const surplus = rest[command === 'profile' || command === 'report' ? 1 : 0]
    if (surplus !== undefined) throw usageError(`${command} takes no argument "${surplus.slice(0, 40)}"`)
    const foreign = Object.keys(values).find((name) => !allowed.includes(name as keyof typeof optionTypes))
    if (foreign !== undefined) throw usageError(`${command} has no option --${foreign}`)
    await runCommand(command, rest[0], values, output)
    return 0
  } catch (error) {
    return report(error, output)
  }
}

/** The message on standard error, and the exit status: 2 for wrong usage, 1 for all else. */
function report(error: unknown, output: Output): number {
  const { code, message, hint, params } = toErrorValue(error)
  // What a host or ssh said may be in there.
  output.error(`ballonet: ${toTerminalText(message)}`)
  if (hint !== undefined) output.error(toTerminalText(formatText('en', hint, formatParams(params ?? {}))))
  if (error instanceof AppError && code === 'invalid') {
    output.error('ballonet --help tells how it is used')
    return 2
  }
  return 1
}

process.exitCode = await main(process.argv.slice(2), createOutput())
