import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aggregate, type AggregateOptions } from '#core/pprof/aggregate'
import { decodeProfile } from '#core/pprof/decode-profile'
import { mergeBase } from '#core/pprof/diff'
import { prepareProfile } from '#core/pprof/prepare-profile'
import type { Profile } from '#core/pprof/profile'
import { formatReportTime, toTopReport } from '#core/pprof/top-report'

/** One way to ask for a table, for the tool and for us. */
export interface TopOptions {
  cum?: boolean
  sampleIndex?: string
  nodeCount?: number
  base?: Uint8Array
  diffBase?: Uint8Array
  focus?: string
  ignore?: string
  hide?: string
  show?: string
}

export interface GoPprof {
  /** What `go tool pprof -top` prints on standard output; throws when it refuses. */
  top(profile: Uint8Array, options?: TopOptions, zone?: string): string
  dispose(): void
}

/** The real tool, in a folder of its own. Must be disposed. */
export function openGoPprof(): GoPprof {
  const program = execFileSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8' }).trim()
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-pprof-'))
  const keep = (name: string, bytes: Uint8Array): string => {
    const path = join(dir, name)
    writeFileSync(path, bytes)
    return path
  }
  return {
    top(profile, options = {}, zone = 'UTC') {
      const args = ['-top', ...(options.cum === true ? ['-cum'] : [])]
      const add = (name: string, value: string | number | undefined): void => {
        if (value !== undefined) args.push(`-${name}=${value}`)
      }
      add('sample_index', options.sampleIndex)
      add('nodecount', options.nodeCount)
      for (const name of ['focus', 'ignore', 'hide', 'show'] as const) add(name, options[name])
      add('base', options.base && keep('base', options.base))
      add('diff_base', options.diffBase && keep('base', options.diffBase))
      const { status, stdout, stderr } = spawnSync(program, [...args, keep('profile', profile)], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: dir, TZ: zone },
        maxBuffer: 2 ** 26,
      })
      if (status !== 0) throw new Error(stderr)
      return stdout
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** What Ballonet prints for the same. */
export async function printTop(bytes: Uint8Array, options: TopOptions = {}): Promise<string> {
  const base = options.base ?? options.diffBase
  const profile = await decodeProfile(bytes)
  const shown =
    base === undefined
      ? prepareProfile(profile)
      : mergeBase(profile, await decodeProfile(base), options.base === undefined ? 'diff_base' : 'base')
  const table = aggregate(shown, toAggregateOptions(shown, options))
  return `${toTopReport(shown, table, (atMs) => formatReportTime(atMs, 0, 'UTC')).join('\n')}\n`
}

function toAggregateOptions(profile: Profile, options: TopOptions): AggregateOptions {
  const { focus = '', ignore = '', hide = '', show = '' } = options
  return {
    ...(options.sampleIndex === undefined
      ? {}
      : { sampleType: profile.sampleTypes.findIndex(({ type }) => type === options.sampleIndex) }),
    sort: options.cum === true ? 'cum' : 'flat',
    nodeCount: options.nodeCount ?? 0,
    filters: { focus, ignore, hide, show },
  }
}
