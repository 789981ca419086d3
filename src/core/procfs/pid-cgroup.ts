import { toCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure } from './parse-failure'

const file = 'PID/cgroup'
const maxLength = 1024 * 1024

export interface CgroupEntry {
  /** 0 for cgroup v2. */
  hierarchyId: number
  /** Controllers of a v1 hierarchy, or its `name=…`; empty for v2. */
  controllers: string[]
  /** As seen from the reader's cgroup namespace; may begin with `/..`. */
  path: string
  /** The group was removed while this process, a zombie, was still in it. */
  isDeleted: boolean
}

const deletedMark = ' (deleted)'

/** /proc/PID/cgroup (cgroups(7)): one line a hierarchy. Throws AppError `parse` or `too-large`. */
export function parsePidCgroup(text: string): CgroupEntry[] {
  const entries: CgroupEntry[] = []
  forEachLine(file, text, maxLength, (line, place) => {
    const first = line.indexOf(':')
    const second = line.indexOf(':', first + 1)
    if (first < 1 || second < 0) throw parseFailure(place, 'expected "id:controllers:path"')
    const named = line.slice(second + 1)
    const isDeleted = named.endsWith(deletedMark)
    const path = isDeleted ? named.slice(0, -deletedMark.length) : named
    if (!path.startsWith('/')) throw parseFailure(place, 'expected an absolute path')
    const controllers = line.slice(first + 1, second)
    entries.push({
      hierarchyId: toCount(line.slice(0, first), place),
      controllers: controllers === '' ? [] : controllers.split(','),
      path,
      isDeleted,
    })
  })
  return entries
}

/**
 * Where the memory of the process is accounted: the v1 memory hierarchy where there is one (also in hybrid mode), else
 * v2; null without either.
 */
export function pickMemoryCgroup(entries: readonly CgroupEntry[]): { version: 1 | 2; path: string } | null {
  const v1 = entries.find((entry) => entry.controllers.includes('memory'))
  if (v1) return { version: 1, path: v1.path }
  const v2 = entries.find((entry) => entry.hierarchyId === 0 && entry.controllers.length === 0)
  return v2 ? { version: 2, path: v2.path } : null
}
