import type { ProofReading } from '#core/balloon/types'
import { AppError } from '#core/errors'
import { noProcess } from '#core/balloon/plan'
import type { RollupSample } from '#core/metrics/samples'
import { isSameProcess, type ProcessKey } from '#core/process-key'
import { parseMeminfo, type Meminfo } from '#core/procfs/meminfo'
import { parsePidStat } from '#core/procfs/pid-stat'
import { parsePidStatus } from '#core/procfs/pid-status'
import { parsePressure, type Pressure } from '#core/procfs/pressure'
import { parseVmstat, type Vmstat } from '#core/procfs/vmstat'
import type { RollupReader } from '../sampling/rollup-reader'
import type { Target } from '../targets/target'

const decoder = new TextDecoder()

/** Host-wide numbers of one moment; a file that this kernel has not is null. */
export interface HostReading {
  atMs: number
  meminfo: Meminfo | null
  vmstat: Vmstat | null
  pressure: Pressure | null
}

const hostFiles = ['/proc/meminfo', '/proc/vmstat', '/proc/pressure/memory'] as const

/** Three cheap reads in one round trip: 50 us on the target. */
export async function readHost(target: Target): Promise<HostReading> {
  const answer = await target.poll({ stat: false, reads: hostFiles.map((path) => ({ kind: 'file', path })) })
  const [meminfo, vmstat, pressure] = answer.reads.map((result) =>
    result.ok ? decoder.decode(result.value.bytes) : null,
  )
  return {
    atMs: answer.atMs,
    meminfo: meminfo == null ? null : parseMeminfo(meminfo),
    vmstat: vmstat == null ? null : parseVmstat(vmstat),
    pressure: pressure == null ? null : parsePressure(pressure),
  }
}

/** One process at one moment. */
export interface PatientReading {
  comm: string
  virtBytes: number | null
  /** Of the same walk as LazyFree where that can be read, else VmRSS. */
  rssBytes: number | null
  lazyFreeBytes: number | null
  /** What the numbers above come from; null: not permitted, or it took too long. */
  rollup: RollupSample | null
}

/** Where the patient's numbers come from, and who else wants its walks. */
export interface PatientSource {
  target: Target
  rollups: RollupReader
  onWalk: (key: ProcessKey, rollup: RollupSample) => void
}

/**
 * Null: the process has ended (another one with its pid is not it). Rejects with AppError when nothing is known. A walk that takes longer than timeoutMs leaves
 * LazyFree unknown this time.
 */
export async function readPatient(
  { target, rollups, onWalk }: PatientSource,
  key: ProcessKey,
  timeoutMs: number,
): Promise<PatientReading | null> {
  const paths = ['stat', 'status'].map((name) => `/proc/${key.pid}/${name}`)
  const [[stat, status], walked] = await Promise.all([
    target.read(
      paths.map((path) => ({ kind: 'file', path })),
      { timeoutMs },
    ),
    rollups.walk(key.pid, timeoutMs),
  ])
  if (stat === undefined) return null
  if (!stat.ok) {
    if (stat.error.code === 'gone') return null
    throw new AppError(stat.error.code, stat.error.message)
  }
  const { startTimeTicks, state, comm } = parsePidStat(decoder.decode(stat.value.bytes))
  if (!isSameProcess(key, { pid: key.pid, startTimeTicks }) || state === 'Z' || state === 'X') return null
  const cheap = status?.ok === true ? parsePidStatus(decoder.decode(status.value.bytes)) : null
  const rollup = typeof walked === 'string' ? null : walked
  if (rollup !== null) onWalk(key, rollup)
  return {
    comm,
    virtBytes: cheap?.vmSizeBytes ?? null,
    rssBytes: rollup?.rssBytes ?? cheap?.vmRssBytes ?? null,
    lazyFreeBytes: rollup?.lazyFreeBytes ?? null,
    rollup,
  }
}

/** A side of the proof that could not be read. */
export function emptyProofReading(atMs: number): ProofReading {
  return {
    atMs,
    virtBytes: null,
    rssBytes: null,
    lazyFreeBytes: null,
    heapInuseBytes: null,
    memAvailableBytes: null,
    pglazyfreed: null,
    pgsteal: null,
    workingsetRefaultFile: null,
    psiSomeTotalUs: null,
  }
}

/** One side of the proof. A process that has ended, or none, has null numbers. */
export async function readProofSide(
  source: PatientSource,
  key: ProcessKey,
  heapInuseBytes: number | null,
): Promise<{ reading: ProofReading; comm: string | null }> {
  const [host, patient] = await Promise.all([
    readHost(source.target),
    isSameProcess(key, noProcess) ? null : readPatient(source, key, 2000),
  ])
  const reading: ProofReading = {
    atMs: host.atMs,
    virtBytes: patient?.virtBytes ?? null,
    rssBytes: patient?.rssBytes ?? null,
    lazyFreeBytes: patient?.lazyFreeBytes ?? null,
    heapInuseBytes,
    memAvailableBytes: host.meminfo?.memAvailableBytes ?? null,
    pglazyfreed: host.vmstat?.pglazyfreed ?? null,
    pgsteal: host.vmstat?.pgsteal ?? null,
    workingsetRefaultFile: host.vmstat?.workingsetRefaultFile ?? null,
    psiSomeTotalUs: host.pressure?.some?.totalUs ?? null,
  }
  return { reading, comm: patient?.comm ?? null }
}
