import { toCount } from './checked-numbers'
import { forEachLine } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'PID/mountinfo'
const maxLength = 64 * 1024 * 1024

export interface MountEntry {
  mountId: number
  parentId: number
  device: string
  /** The folder inside the file system that is mounted. */
  root: string
  mountPoint: string
  options: string[]
  fsType: string
  source: string
  superOptions: string[]
}

/** /proc/PID/mountinfo (proc(5)), since 2.6.26. Throws AppError `parse` or `too-large`. */
export function parsePidMountinfo(text: string): MountEntry[] {
  const mounts: MountEntry[] = []
  forEachLine(file, text, maxLength, (line, place) => mounts.push(parseMount(line, place)))
  return mounts
}

function parseMount(line: string, place: LinePlace): MountEntry {
  const parts = line.split(' ')
  const dash = parts.indexOf('-', 6)
  // The source is empty for a file system that was given '' as its source; the super options always stand.
  if (dash < 0 || parts.length < dash + 4) throw parseFailure(place, 'expected a mount')
  return {
    mountId: toCount(parts[0]!, place),
    parentId: toCount(parts[1]!, place),
    device: parts[2]!,
    root: unescapeOctal(parts[3]!),
    mountPoint: unescapeOctal(parts[4]!),
    options: parts[5]!.split(','),
    fsType: unescapeOctal(parts[dash + 1]!),
    source: unescapeOctal(parts[dash + 2]!),
    superOptions: parts[dash + 3]!.split(','),
  }
}

/** Blank, tab, newline and backslash are written as `\040` and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([01][0-7]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}

/** Where memory groups are mounted: the first v1 hierarchy with the memory controller, and the first v2. */
export interface CgroupMounts {
  v1Memory: MountEntry | null
  v2: MountEntry | null
}

export function findCgroupMounts(mounts: readonly MountEntry[]): CgroupMounts {
  const isV1Memory = (mount: MountEntry): boolean =>
    mount.fsType === 'cgroup' && mount.superOptions.includes('memory')
  return {
    v1Memory: mounts.find(isV1Memory) ?? null,
    v2: mounts.find((mount) => mount.fsType === 'cgroup2') ?? null,
  }
}
