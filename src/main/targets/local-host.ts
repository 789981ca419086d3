import { readFileSync } from 'node:fs'
import { arch, cpus, hostname } from 'node:os'
import { toKernelMemory } from '#core/metrics/kernel-memory'
import type { HostFacts, KernelMemory } from '#core/metrics/samples'

/** Types of the ELF auxiliary vector (getauxval(3)). */
const auxPageSize = 6
const auxClockTicks = 17

/** Facts of a Linux host that don't change while it runs, read once from its /proc and /sys. */
export function readLocalHostFacts(procPath: string, sysPath: string): HostFacts {
  const isThisHost = procPath === '/proc'
  const aux = readAuxVector(procPath)
  return {
    hostname: readLine(`${procPath}/sys/kernel/hostname`) ?? (isThisHost ? hostname() : null),
    kernelRelease: readLine(`${procPath}/sys/kernel/osrelease`) ?? readReleaseOfVersion(procPath),
    os: 'linux',
    arch: isThisHost ? arch() : null,
    bootId: readLine(`${procPath}/sys/kernel/random/boot_id`),
    pageSizeBytes: aux.get(auxPageSize) ?? 4096,
    clockTicksPerSecond: aux.get(auxClockTicks) ?? 100,
    cpuCount: isThisHost ? cpus().length : null,
    thpEnabled: readThpSetting(sysPath, 'enabled'),
    thpDefrag: readThpSetting(sysPath, 'defrag'),
    kernelMemory: readKernelMemory(procPath),
    cgroupVersion: readCgroupVersion(procPath),
    uid: process.getuid?.() ?? null,
  }
}

function readLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null
  } catch {
    return null
  }
}

/** `Linux version 3.16.0-4-amd64 (debian-kernel@…) …` */
function readReleaseOfVersion(procPath: string): string | null {
  return /^Linux version (\S+)/.exec(readLine(`${procPath}/version`) ?? '')?.[1] ?? null
}

/** Page size and clock ticks as the kernel told this very process; there is no sysconf(3) in Node. */
function readAuxVector(procPath: string): Map<number, number> {
  const values = new Map<number, number>()
  try {
    const bytes = readFileSync(`${procPath}/self/auxv`)
    const wordBytes = ['arm', 'ia32', 'mips', 'mipsel'].includes(arch()) ? 4 : 8
    for (let at = 0; at + 2 * wordBytes <= bytes.length; at += 2 * wordBytes) {
      // Both values are small: the low half of a little-endian word holds them.
      values.set(bytes.readUInt32LE(at), bytes.readUInt32LE(at + wordBytes))
    }
  } catch {
    // A recorded tree without it: the usual values.
  }
  return values
}

/** `always [madvise] never` -> madvise. */
function readThpSetting(sysPath: string, name: 'enabled' | 'defrag'): string | null {
  const text = readLine(`${sysPath}/kernel/mm/transparent_hugepage/${name}`)
  return /\[([\w+]+)\]/.exec(text ?? '')?.[1] ?? null
}

/** By the kernel's own files; those of this very process show what smaps holds. */
function readKernelMemory(procPath: string): KernelMemory {
  const rollup = readLine(`${procPath}/self/smaps_rollup`)
  const smaps = rollup ?? readLine(`${procPath}/self/smaps`)
  return toKernelMemory({
    vmstat: readLine(`${procPath}/vmstat`),
    smaps,
    meminfo: readLine(`${procPath}/meminfo`),
    smapsRollup: rollup !== null ? true : smaps === null ? null : false,
    pressure: readLine(`${procPath}/pressure/memory`) !== null,
  })
}

/** Where the memory controller is: a v1 hierarchy wins, since in a hybrid setup v2 has no controllers. */
function readCgroupVersion(procPath: string): 1 | 2 | null {
  const text = readLine(`${procPath}/self/cgroup`) ?? readLine(`${procPath}/1/cgroup`)
  if (text === null) return null
  const lines = text.split('\n')
  if (lines.some((line) => line.split(':')[1]?.split(',').includes('memory'))) return 1
  return lines.some((line) => line.startsWith('0::')) ? 2 : null
}
