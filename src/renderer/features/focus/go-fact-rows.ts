import { hasMemLimit, toGoRuntimeSettings } from '#core/go/runtime-settings'
import type { GoBuild, ProcessFacts } from '#core/metrics/samples'
import { formatBytes } from '#core/text/units'
import type { FactRow } from './fact-rows'

/** All that is known of a Go process's executable and runtime. */
export function toGoRows(facts: ProcessFacts | null): FactRow[] {
  return [...executableRows(facts), ...madviseRows(facts), ...environmentRows(facts)]
}

/** These have rows of their own. */
const shownSettings = new Set(['-race', '-buildmode', 'CGO_ENABLED', 'GOARCH', 'GOOS', 'vcs', '-compiler'])

function executableRows(facts: ProcessFacts | null): FactRow[] {
  const build = facts?.build ?? null
  // The executable was read, but its toolchain did not write this down.
  const reason = facts?.absent.exe ?? (facts?.isGo === true ? 'not-recorded' : undefined)
  const text = (id: string, value: string | null | undefined): FactRow => ({
    id,
    value: value ?? null,
    source: 'exe',
    reason,
  })
  const flag = (id: string, value: boolean | null | undefined): FactRow => ({
    ...text(id, value == null ? null : value ? 'yes' : 'no'),
    isKey: true,
  })
  return [
    text('goVersion', facts?.goVersion),
    text('goModule', toModule(facts)),
    text('mainPackage', build?.mainPackage),
    {
      ...text('vcsRevision', build?.vcsRevision),
      ...(build?.vcsModified === true ? { note: 'modified' } : {}),
    },
    text('vcsTime', build?.vcsTime),
    { ...flag('raceBuild', facts?.isRaceBuild), ...(facts?.isRaceBuild === true ? { note: 'race' } : {}) },
    flag('cgoEnabled', build?.isCgo),
    flag('stripped', build?.isStripped),
    text('goArch', build?.arch),
    text('buildMode', build?.buildMode),
    ...(build === null ? [] : otherSettings(build)),
  ]
}

function toModule(facts: ProcessFacts | null): string | null {
  if (facts === null || facts.goModule === null) return null
  const version = facts.build?.moduleVersion ?? null
  return version === null ? facts.goModule : `${facts.goModule} ${version}`
}

function otherSettings({ settings }: GoBuild): FactRow[] {
  const rest = Object.entries(settings).filter(([key]) => !shownSettings.has(key) && !key.startsWith('vcs.'))
  if (rest.length === 0) return []
  const value = rest.map(([key, setting]) => `${key}=${setting}`).join(' ')
  return [{ id: 'buildSettings', value, source: 'exe' }]
}

function madviseRows(facts: ProcessFacts | null): FactRow[] {
  const why = facts?.madviseWhy ?? null
  const isByGodebug = why?.text.startsWith('go.madvise.godebug') === true
  return [
    {
      id: 'madvise',
      value: facts === null ? null : `madvise-${facts.madvise}`,
      isKey: true,
      source: isByGodebug ? 'environ' : 'exe',
    },
    ...(why === null ? [] : [{ id: 'madviseWhy', value: '', line: why, source: '' }]),
  ]
}

function environmentRows(facts: ProcessFacts | null): FactRow[] {
  const environment = facts?.goEnvironment ?? null
  const row = (name: string): FactRow => {
    const base = { id: name, source: 'environ', reason: facts?.absent.environ }
    const value = environment?.[name]
    if (environment !== null && value === undefined) return { ...base, value: `unset-${name}`, isKey: true }
    return { ...base, value: value ?? null }
  }
  return [row('GODEBUG'), row('GOGC'), withBytes(row('GOMEMLIMIT'), facts), row('GOMAXPROCS')]
}

/** The limit as the runtime takes it. */
function withBytes(row: FactRow, facts: ProcessFacts | null): FactRow {
  if (facts === null || row.value === null || row.isKey === true) return row
  if (!hasMemLimit(facts.goVersion)) return { ...row, note: 'before119' }
  const { memLimitBytes } = toGoRuntimeSettings(facts)
  if (memLimitBytes === null) return { ...row, note: 'malformed' }
  return memLimitBytes === 'off' ? row : { ...row, value: `${row.value} (${formatBytes(memLimitBytes)})` }
}
