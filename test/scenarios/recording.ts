import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostFacts, HostSample, ProcessFacts, ProcessSample } from '#core/metrics/samples'
import { toColumns, toRows, type Columns } from '../support/columns'

/** What was seen of one process while it was watched. */
export interface ScenarioRun {
  facts: ProcessFacts
  hostFacts: HostFacts
  /** One a poll; both have the same length. */
  samples: ProcessSample[]
  hosts: HostSample[]
}

interface RecordingFile {
  facts: ProcessFacts
  hostFacts: HostFacts
  samples: Columns
  hosts: Columns
}

export const recordingsDir = join(import.meta.dirname, '..', 'fixtures', 'scenarios')

/** `name` of scenarios.ts. */
export function readRecording(name: string): ScenarioRun {
  const file = JSON.parse(readFileSync(join(recordingsDir, `${name}.json`), 'utf8')) as RecordingFile
  return { ...file, samples: toRows(file.samples), hosts: toRows(file.hosts) }
}

/** Writes what is needed to judge the run again, without what belongs to the machine that it was recorded on. */
export function writeRecording(name: string, { facts, hostFacts, samples, hosts }: ScenarioRun): void {
  const program = `/srv/${facts.comm}`
  const file: RecordingFile = {
    facts: {
      ...facts,
      exePath: program,
      cmdline: [program],
      cgroupPath: '/recorded',
      uid: 1000,
      user: 'svc',
    },
    hostFacts: { ...hostFacts, hostname: 'recorded', kernelRelease: toVersion(hostFacts), bootId: null },
    samples: toColumns(samples.map(toRecorded)),
    hosts: toColumns(hosts.map(toRecordedHost)),
  }
  const lines = JSON.stringify(file).replaceAll(
    /"(facts|hostFacts|samples|hosts|same|steps|each)":/g,
    '\n"$1":',
  )
  writeFileSync(join(recordingsDir, `${name}.json`), `${lines}\n`)
}

function toRecorded(sample: ProcessSample): ProcessSample {
  const { rollup, cgroup, go, endpoint } = sample
  return {
    ...sample,
    cpuPercent: round(sample.cpuPercent),
    memPercent: round(sample.memPercent),
    minorFaultsPerSecond: round(sample.minorFaultsPerSecond),
    majorFaultsPerSecond: round(sample.majorFaultsPerSecond),
    rollupDueAtMs: null,
    rollup: rollup && { ...rollup, costMs: round(rollup.costMs)! },
    cgroup: cgroup && { ...cgroup, path: '/recorded' },
    go: go && { ...go, costMs: round(go.costMs)! },
    endpoint: { ...endpoint, costMs: round(endpoint.costMs), bytes: null },
  }
}

/** What changes without a meaning for one process is left out. */
function toRecordedHost(host: HostSample): HostSample {
  return { ...host, psiSomeTotalUs: null, psiFullTotalUs: null, pgsteal: null, loadAvg1: null }
}

/** Without what the machine's owner added. */
function toVersion({ kernelRelease }: HostFacts): string | null {
  return /^[\d.]+/.exec(kernelRelease ?? '')?.[0] ?? null
}

function round(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}
