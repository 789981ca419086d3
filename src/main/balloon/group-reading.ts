import type { GroupReading } from '#core/balloon/plan'
import { parseCgroupBytes } from '#core/procfs/cgroup-bytes'
import { parseCgroupLimit } from '#core/procfs/cgroup-limit'
import { parseCgroupMemoryStat } from '#core/procfs/cgroup-memory-stat'
import { findCgroupMounts, parsePidMountinfo } from '#core/procfs/mountinfo'
import { parsePidCgroup, pickMemoryCgroup } from '#core/procfs/pid-cgroup'
import { readTexts } from './read-texts'
import type { Target } from '../targets/target'

/** A process's memory cgroup in the file system of the target. */
export interface GroupPlace {
  version: 1 | 2
  /** Folder of the process's own group. */
  leafDir: string
  /** Folder of the level whose limit binds, and what it says. */
  limitDir: string
  reading: Omit<GroupReading, 'canJoin'>
}

/** Deeper trees than this are not made by people. */
const maxDepth = 32

/**
 * The level on the way from the process's memory cgroup to the root that has the least room; null: no limit on the way,
 * or the group can't be seen from here (another cgroup namespace).
 */
export async function readGroupPlace(target: Target, pid: number): Promise<GroupPlace | null> {
  const [cgroupText, mountText] = await readTexts(target, [`/proc/${pid}/cgroup`, '/proc/self/mountinfo'])
  if (cgroupText == null || mountText == null) return null
  const group = pickMemoryCgroup(parsePidCgroup(cgroupText))
  if (group === null || group.path.startsWith('/..')) return null
  const mounts = findCgroupMounts(parsePidMountinfo(mountText))
  const mount = group.version === 1 ? mounts.v1Memory : mounts.v2
  if (mount === null) return null
  const root = mount.root === '/' ? '' : mount.root
  if (!`${group.path}/`.startsWith(`${root}/`)) return null
  const inside = group.path.slice(root.length).split('/').filter(Boolean).slice(0, maxDepth)
  const dirs = inside.map((_, index) => ({
    dir: [mount.mountPoint, ...inside.slice(0, index + 1)].join('/'),
    path: `${root}/${inside.slice(0, index + 1).join('/')}`,
  }))
  const levels = await Promise.all(dirs.map(({ dir, path }) => readLevel(target, group.version, dir, path)))
  const limited = levels.filter((level) => level !== null)
  const tightest = limited.sort((a, b) => roomOf(a) - roomOf(b))[0]
  const leafDir = dirs.at(-1)?.dir
  return tightest === undefined || leafDir === undefined
    ? null
    : { version: group.version, leafDir, ...tightest }
}

type Level = Pick<GroupPlace, 'limitDir' | 'reading'>

function roomOf({ reading }: Level): number {
  return reading.limitBytes - reading.currentBytes
}

async function readLevel(target: Target, version: 1 | 2, dir: string, path: string): Promise<Level | null> {
  const names =
    version === 1
      ? ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.stat', 'memory.oom.group', 'memory.high']
      : ['memory.max', 'memory.current', 'memory.stat', 'memory.oom.group', 'memory.high']
  const texts = await readTexts(
    target,
    names.map((name) => `${dir}/${name}`),
  )
  const [limitText, currentText, statText, oomGroupText, highText] = texts
  if (limitText == null || currentText == null) return null
  const limits = [parseCgroupLimit(limitText), highText == null ? null : parseCgroupLimit(highText)]
  const limitBytes = Math.min(...limits.map((limit) => limit ?? Infinity))
  if (!Number.isFinite(limitBytes)) return null
  const stat = statText == null ? null : parseCgroupMemoryStat(statText)
  return {
    limitDir: dir,
    reading: {
      version,
      path,
      limitBytes,
      currentBytes: parseCgroupBytes(currentText),
      inactiveFileBytes: (version === 1 ? stat?.totalInactiveFileBytes : stat?.inactiveFileBytes) ?? null,
      activeFileBytes: (version === 1 ? stat?.totalActiveFileBytes : stat?.activeFileBytes) ?? null,
      killsAsOne: oomGroupText?.trim() === '1',
    },
  }
}

/** The group's use now, in bytes; null: it is gone. */
export async function readGroupUse(target: Target, place: GroupPlace): Promise<number | null> {
  const name = place.version === 1 ? 'memory.usage_in_bytes' : 'memory.current'
  const [text] = await readTexts(target, [`${place.limitDir}/${name}`])
  return text == null ? null : parseCgroupBytes(text)
}
