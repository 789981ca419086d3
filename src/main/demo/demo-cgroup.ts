import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseCgroupLimit } from '#core/procfs/cgroup-limit'
import { parsePidCgroup, pickMemoryCgroup } from '#core/procfs/pid-cgroup'

/** A memory cgroup that was made for the demo. Must be removed, after its last process. */
export interface DemoCgroup {
  /** The folder whose cgroup.procs a process joins by. */
  dir: string
  limitBytes: number
  remove(): Promise<void>
}

interface Hierarchy {
  version: 1 | 2
  root: string
  /** The own group's folder where it can be seen, then its ancestors up to the root. */
  parents: string[]
}

const files = {
  1: { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' },
  2: { limit: 'memory.max', usage: 'memory.current' },
} as const

const namePattern = /^ballonet-demo-(\d+)$/

/**
 * Makes a group of this size below the own one, else below the nearest ancestor that allows it (with cgroup v2 the own
 * group holds processes, so a delegated ancestor it is). null where none can be made: no root, no delegation.
 */
export async function createDemoCgroup(limitBytes: number): Promise<DemoCgroup | null> {
  const hierarchy = await findHierarchy()
  if (hierarchy === null) return null
  for (const parent of hierarchy.parents) await removeStaleGroups(parent)
  for (const parent of hierarchy.parents) {
    const dir = join(parent, `ballonet-demo-${process.pid}`)
    try {
      await mkdir(dir)
    } catch {
      continue
    }
    try {
      await writeFile(join(dir, files[hierarchy.version].limit), String(limitBytes))
    } catch {
      // cgroup v2 without the memory controller below this parent.
      await removeGroup(dir)
      continue
    }
    await avoidSwap(dir, hierarchy.version)
    return { dir, limitBytes, remove: () => removeGroup(dir) }
  }
  return null
}

/** The least room below any memory limit that holds for this process, bytes; null: no limit is seen. */
export async function readCgroupRoom(): Promise<number | null> {
  const hierarchy = await findHierarchy()
  if (hierarchy === null) return null
  let room: number | null = null
  for (const dir of hierarchy.parents) {
    try {
      const limit = parseCgroupLimit(await readFile(join(dir, files[hierarchy.version].limit), 'utf8'))
      const usage = parseCgroupLimit(await readFile(join(dir, files[hierarchy.version].usage), 'utf8'))
      if (limit !== null && usage !== null) room = Math.min(room ?? Infinity, Math.max(0, limit - usage))
    } catch {
      // The root group of v2 has no limit file.
    }
  }
  return room
}

async function findHierarchy(): Promise<Hierarchy | null> {
  const root = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find((dir, i) =>
    existsSync(join(dir, i === 0 ? files[1].limit : 'cgroup.controllers')),
  )
  if (root === undefined) return null
  const version = root.endsWith('/memory') ? 1 : 2
  const own = pickMemoryCgroup(parsePidCgroup(await readFile('/proc/self/cgroup', 'utf8')))
  const parents: string[] = []
  if (own !== null && own.version === version && !own.path.startsWith('/..')) {
    for (let dir = join(root, own.path); dir.length > root.length; dir = dirname(dir)) {
      if (existsSync(dir)) parents.push(dir)
    }
  }
  return { version, root, parents: [...parents, root] }
}

/** The point is what the kernel does without swapping; where swap can't be kept out, the demo runs all the same. */
async function avoidSwap(dir: string, version: 1 | 2): Promise<void> {
  const file = version === 1 ? 'memory.swappiness' : 'memory.swap.max'
  await writeFile(join(dir, file), '0').catch(() => undefined)
}

/**
 * Removes the groups of owners that were killed, also those below its other children: each start from a desktop or a
 * login has a group of its own. One with a process in it can't be removed, so nothing that lives is harmed.
 */
async function removeStaleGroups(parent: string, depth = 1): Promise<void> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    const dir = join(parent, entry.name)
    const pid = namePattern.exec(entry.name)?.[1]
    if (pid === undefined) {
      if (depth > 0) await removeStaleGroups(dir, depth - 1)
    } else if (pid === String(process.pid) || !existsSync(`/proc/${pid}`))
      await rmdir(dir).catch(() => undefined)
  }
}

/** A group is busy for a moment after its last process has ended. */
async function removeGroup(dir: string): Promise<void> {
  for (let i = 0; i < 50; i++) {
    try {
      await rmdir(dir)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return
      await delay(40)
    }
  }
}
