import { parseCgroupBytes } from '#core/procfs/cgroup-bytes'
import { parseCgroupLimit } from '#core/procfs/cgroup-limit'
import { parseCgroupMemoryStat } from '#core/procfs/cgroup-memory-stat'
import {
  findCgroupMounts,
  parsePidMountinfo,
  type CgroupMounts,
  type MountEntry,
} from '#core/procfs/mountinfo'
import { parsePidCgroup, pickMemoryCgroup } from '#core/procfs/pid-cgroup'
import type { CgroupSample } from '#core/metrics/samples'
import type { ReadRequest, ReadResult, Target } from '../targets/target'
import { parseAnswer, toFileRead } from './read-text'

/** The memory cgroup of a process, and the folder where the reader sees it. */
export interface CgroupPlace {
  version: 1 | 2
  path: string
  /** null: outside of what the reader's mounts and cgroup namespace show. */
  folder: string | null
  /** v2: the folder and those above it up to the mount, where limits may stand. */
  limitFolders: readonly string[]
}

/** Finds memory cgroups of processes and turns their files into numbers. */
export interface CgroupReader {
  /** The place that /proc/PID/cgroup names; null when it names no memory group. */
  toPlace(this: void, pidCgroupText: string): CgroupPlace | null
  toReads(place: CgroupPlace): ReadRequest[]
  /** The answers to `toReads`, in their order. */
  toSample(place: CgroupPlace, results: readonly ReadResult[]): CgroupSample
}

/** Reads the mounts of the target once. Never rejects: without mounts, places have no folder. */
export async function openCgroupReader(target: Target): Promise<CgroupReader> {
  const [answer] = await target.read([
    { kind: 'file', path: '/proc/self/mountinfo', maxBytes: 8 * 1024 * 1024 },
  ])
  const mounts: CgroupMounts = parseAnswer(answer, (text) => findCgroupMounts(parsePidMountinfo(text))) ?? {
    v1Memory: null,
    v2: null,
  }
  return {
    toPlace(pidCgroupText) {
      const group = pickMemoryCgroup(parsePidCgroup(pidCgroupText))
      if (group === null) return null
      const mount = group.version === 1 ? mounts.v1Memory : mounts.v2
      const folder = mount === null ? null : toFolder(mount, group.path)
      return {
        ...group,
        folder,
        limitFolders: mount && folder && group.version === 2 ? toLevels(mount, folder) : [],
      }
    },
    toReads: toCgroupReads,
    toSample: toCgroupSample,
  }
}

/** A path of the hierarchy as a folder. A mount may show only a part of it (containers), and a path may lie outside. */
function toFolder(mount: MountEntry, path: string): string | null {
  if (path.split('/').includes('..')) return null
  const root = mount.root === '/' ? '' : mount.root
  if (path !== root && !path.startsWith(`${root}/`)) return null
  return (mount.mountPoint + path.slice(root.length)).replace(/\/+$/, '')
}

function toLevels(mount: MountEntry, folder: string): string[] {
  const levels: string[] = []
  for (
    let level = folder;
    level.length >= mount.mountPoint.length;
    level = level.slice(0, level.lastIndexOf('/'))
  ) {
    levels.push(level)
  }
  return levels
}

function toCgroupReads({ version, folder, limitFolders }: CgroupPlace): ReadRequest[] {
  if (folder === null) return []
  if (version === 1) {
    return ['usage_in_bytes', 'stat', 'limit_in_bytes'].map((name) => toFileRead(`${folder}/memory.${name}`))
  }
  return [
    toFileRead(`${folder}/memory.current`),
    toFileRead(`${folder}/memory.stat`),
    ...limitFolders.map((level) => toFileRead(`${level}/memory.max`)),
  ]
}

function toCgroupSample(place: CgroupPlace, results: readonly ReadResult[]): CgroupSample {
  const stat = parseAnswer(results[1], parseCgroupMemoryStat)
  const limits = results
    .slice(2)
    .map((result) => parseAnswer(result, (text) => parseCgroupLimit(text)))
    .filter((limit) => limit !== null)
  // v1 says itself what the lowest limit on the way up is, even above what a container sees.
  const upward = stat?.hierarchicalMemoryLimitBytes ?? null
  if (upward !== null) limits.push(upward)
  return {
    version: place.version,
    path: place.path,
    currentBytes: parseAnswer(results[0], (text) => parseCgroupBytes(text)),
    limitBytes: limits.length === 0 ? null : Math.min(...limits),
    inactiveFileBytes: stat?.totalInactiveFileBytes ?? stat?.inactiveFileBytes ?? null,
    activeFileBytes: stat?.totalActiveFileBytes ?? stat?.activeFileBytes ?? null,
    anonBytes: stat?.anonBytes ?? stat?.totalRssBytes ?? stat?.rssBytes ?? null,
  }
}
