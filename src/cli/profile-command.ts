import { maxProfileFileBytes } from '#core/pprof/profile-file'
import { aggregate, type ProfileTable } from '#core/pprof/aggregate'
import { decodeProfile } from '#core/pprof/decode-profile'
import { mergeBase } from '#core/pprof/diff'
import { prepareProfile } from '#core/pprof/prepare-profile'
import type { Profile } from '#core/pprof/profile'
import { findSampleType } from '#core/pprof/sample-index'
import { toTopReport } from '#core/pprof/top-report'
import { fetchProfileUrl, isProfileUrl, parseProfileUrl } from '#main/profiling/fetch-profile-url'
import { readNamedFile } from '#main/files/read-named-file'
import { parseCount, usageError } from './arguments'
import { formatLocalTime } from './local-zone'
import type { CliOptions } from './main'
import { toTerminalText, type Output } from './output'
import { withBareTarget, type TargetOptions } from './with-target'

/** `ballonet profile`: where memory or time goes, by function, as `go tool pprof -top` prints it. */
export async function runProfile(
  source: string | undefined,
  options: CliOptions,
  targetOptions: TargetOptions,
): Promise<void> {
  if (source === undefined) throw usageError('profile needs a URL or a file')
  const { base, 'diff-base': diffBase } = options
  if (base !== undefined && diffBase !== undefined) {
    throw usageError('--base and --diff-base are not taken together')
  }
  const other = base ?? diffBase
  const nodeCount = options.top === undefined ? 0 : parseCount(options.top, '--top')
  const [bytes, otherBytes] = await readSources([source, other], options, targetOptions)
  const profile = await decodeProfile(bytes!)
  const shown =
    otherBytes === undefined
      ? prepareProfile(profile)
      : mergeBase(profile, await decodeProfile(otherBytes), base === undefined ? 'diff_base' : 'base')
  const table = aggregate(shown, {
    sampleType: findSampleType(shown, options['sample-index'] ?? ''),
    sort: options.cum === true ? 'cum' : 'flat',
    nodeCount,
    filters: { focus: options.focus ?? '', ignore: options.ignore ?? '' },
  })
  const { output } = targetOptions
  for (const name of table.unmatched) output.error(`ballonet: --${name} matched no samples`)
  if (options.json === true) printJson(shown, table, output)
  // Names are those of whoever wrote the profile.
  else output.line(toTopReport(shown, table, formatLocalTime).map(toTerminalText).join('\n'))
}

async function readSources(
  sources: readonly (string | undefined)[],
  options: CliOptions,
  targetOptions: TargetOptions,
): Promise<(Uint8Array | undefined)[]> {
  const read = async (source: string): Promise<Uint8Array> =>
    (await readNamedFile(source, maxProfileFileBytes)).bytes
  if (!sources.some((source) => source !== undefined && isProfileUrl(source))) {
    if (options.target !== undefined) {
      throw usageError('--target goes with a URL; a file is read from this machine')
    }
    return Promise.all(sources.map(async (source) => (source === undefined ? undefined : read(source))))
  }
  // Wrong usage is told before a host is reached.
  for (const source of sources) if (source !== undefined && isProfileUrl(source)) parseProfileUrl(source)
  return withBareTarget(targetOptions, async (target) => {
    const answers: (Uint8Array | undefined)[] = []
    for (const source of sources) {
      if (source === undefined) answers.push(undefined)
      else if (!isProfileUrl(source)) answers.push(await read(source))
      else {
        const connect = target.connect.bind(target)
        answers.push(await fetchProfileUrl(source, connect, targetOptions.stop))
      }
    }
    return answers
  })
}

/** As a number where it is one exactly, else as its digits. */
function toJsonNumber(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

/** First what the table is of, then a line a function. */
function printJson(profile: Profile, table: ProfileTable, output: Output): void {
  const { sampleType, total, rows, rowCount, droppedCount } = table
  const [program] = profile.mappings
  output.json({
    file: program?.filename || null,
    buildId: program?.buildId || null,
    time: profile.atMs === null ? null : new Date(profile.atMs).toISOString(),
    durationNanos: toJsonNumber(profile.durationNanos),
    sampleType: sampleType.type,
    unit: sampleType.unit,
    sampleTypes: profile.sampleTypes.map(({ type }) => type),
    total: toJsonNumber(total),
    functionCount: rowCount,
    droppedCount,
  })
  let sum = 0n
  const share = (value: bigint): number | null =>
    total === 0n ? null : (100 * Number(value)) / Number(total)
  for (const { name, flat, cum, inline } of rows) {
    sum += flat
    output.json({
      name,
      flat: toJsonNumber(flat),
      flatPercent: share(flat),
      sumPercent: share(sum),
      cum: toJsonNumber(cum),
      cumPercent: share(cum),
      inline,
    })
  }
}
