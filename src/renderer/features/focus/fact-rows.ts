import { toMadvFreeSupport, unknownKernelMemory } from '#core/metrics/kernel-memory'
import type {
  HostFacts,
  HostSample,
  ProcessFacts,
  ProcessSample,
  SourceId,
  TextLine,
} from '#core/metrics/samples'
import { formatBytes } from '#core/text/units'
import { toGoRows } from './go-fact-rows'

/** One line of the Facts tab. A value that is null says why in `reason`, a key under `focus.reason`. */
export interface FactRow {
  /** A key under `focus.fact`. */
  id: string
  value: string | null
  /** true: the value is a key under `focus.value`. */
  isKey?: boolean
  /** A sentence that stands in the place of the value. */
  line?: TextLine
  /** A key under `focus.note`: what to make of the value. */
  note?: string
  /** The file that it is read from. */
  source: string
  reason?: string | undefined
}

export interface FactGroup {
  id: 'process' | 'go' | 'host'
  rows: FactRow[]
}

interface Input {
  facts: ProcessFacts | null
  sample: ProcessSample | null
  host: HostFacts | null
  hostSample: HostSample | null
}

function text(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function bytes(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : formatBytes(value)
}

/** All that is known of the process and its host which is not a series. */
export function toFactRows(input: Input): FactGroup[] {
  const groups: FactGroup[] = [{ id: 'process', rows: processRows(input) }]
  if (input.facts?.isGo !== false) groups.push({ id: 'go', rows: toGoRows(input.facts) })
  groups.push({ id: 'host', rows: hostRows(input) })
  return groups
}

function processRows({ facts, sample }: Input): FactRow[] {
  const why = (source: SourceId): string | undefined => sample?.absent[source] ?? facts?.absent[source]
  const cgroup = sample?.cgroup ?? null
  return [
    { id: 'pid', value: text(facts?.key.pid), source: '/proc/PID' },
    { id: 'startTimeTicks', value: text(facts?.key.startTimeTicks), source: 'stat' },
    { id: 'cmdline', value: facts?.cmdline?.join(' ') ?? null, source: 'cmdline' },
    { id: 'exePath', value: text(facts?.exePath), source: 'exe', reason: why('exe') },
    { id: 'user', value: userOf(facts), source: 'status', reason: why('status') },
    { id: 'vmHwm', value: bytes(sample?.vmHwmBytes), source: 'status', reason: why('status') },
    { id: 'oomScore', value: text(sample?.oomScore), source: 'oom_score', reason: why('oom_score') },
    {
      id: 'oomScoreAdj',
      value: text(sample?.oomScoreAdj),
      source: 'oom_score_adj',
      reason: why('oom_score'),
    },
    { id: 'cgroup', value: text(facts?.cgroupPath ?? cgroup?.path), source: 'cgroup', reason: why('cgroup') },
    { id: 'cgroupCurrent', value: bytes(cgroup?.currentBytes), source: 'memory', reason: why('cgroup') },
    cgroup !== null && cgroup.limitBytes === null
      ? { id: 'cgroupLimit', value: 'none', isKey: true, source: 'memory' }
      : { id: 'cgroupLimit', value: bytes(cgroup?.limitBytes), source: 'memory', reason: why('cgroup') },
    {
      id: 'cgroupInactiveFile',
      value: bytes(cgroup?.inactiveFileBytes),
      source: 'memory.stat',
      reason: why('cgroup'),
    },
  ]
}

function userOf(facts: ProcessFacts | null): string | null {
  if (facts === null || facts.uid === null) return null
  return facts.user === null ? String(facts.uid) : `${facts.user} (${facts.uid})`
}

function hostRows({ host, hostSample, sample }: Input): FactRow[] {
  return [
    { id: 'hostname', value: text(host?.hostname), source: 'uname' },
    { id: 'kernelRelease', value: text(host?.kernelRelease), source: 'uname -r' },
    ...kernelRows(host, sample),
    { id: 'arch', value: text(host?.arch), source: 'uname -m' },
    { id: 'memTotal', value: bytes(hostSample?.memTotalBytes), source: 'meminfo' },
    { id: 'memFree', value: bytes(hostSample?.memFreeBytes), source: 'meminfo' },
    { id: 'inactiveFile', value: bytes(hostSample?.inactiveFileBytes), source: 'meminfo' },
    { id: 'swapTotal', value: bytes(hostSample?.swapTotalBytes), source: 'meminfo' },
    { id: 'pageSize', value: bytes(host?.pageSizeBytes), source: 'getconf' },
    { id: 'cpuCount', value: text(host?.cpuCount), source: '/proc/stat' },
    { id: 'thp', value: text(host?.thpEnabled), source: 'transparent_hugepage/enabled' },
    { id: 'thpDefrag', value: text(host?.thpDefrag), source: 'transparent_hugepage/defrag' },
    { id: 'cgroupVersion', value: text(host?.cgroupVersion), source: '/proc/mounts' },
    { id: 'readerUid', value: text(host?.uid), source: 'id -u' },
  ]
}

/** What the kernel showed that it can, and where only its release could tell, that. */
function kernelRows(host: HostFacts | null, sample: ProcessSample | null): FactRow[] {
  const kernel = host?.kernelMemory ?? unknownKernelMemory
  const support = toMadvFreeSupport(kernel, host?.kernelRelease ?? null)
  const rollup = sample?.rollup ?? null
  const lazyFree = kernel.lazyFreeReported ?? (rollup === null ? null : rollup.lazyFreeBytes !== null)
  const flag = (id: string, value: boolean | null, source: string): FactRow => ({
    id,
    value: value === null ? null : value ? 'yes' : 'no',
    isKey: true,
    source,
    reason: 'unknown-here',
  })
  return [
    {
      ...flag('madvFree', support.hasMadvFree, support.by === 'release' ? 'uname -r' : 'vmstat'),
      ...(support.by === 'release' ? { note: 'byRelease' } : {}),
    },
    flag('lazyFreeReported', lazyFree, 'smaps'),
    flag('smapsRollup', kernel.smapsRollup, 'smaps_rollup'),
    flag('pressure', kernel.pressure, 'pressure/memory'),
  ]
}
