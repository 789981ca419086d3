import { toCount } from './checked-numbers'
import { acceptColonLine, count, createFieldReader, forEachLine, kib, type Fields } from './field-lines'
import { parseFailure, type LinePlace } from './parse-failure'

const file = 'PID/status'
/** Groups of a user in 65,536 groups, and masks of a thousand CPUs, are below this. */
const maxLength = 2 * 1024 * 1024

const statusTable = {
  /** Absent for kernel threads and zombies, which have no memory; so are the other Vm and Rss lines. */
  vmSizeBytes: kib('VmSize'),
  vmPeakBytes: kib('VmPeak'),
  vmLckBytes: kib('VmLck'),
  /** Since 3.2. */
  vmPinBytes: kib('VmPin'),
  vmHwmBytes: kib('VmHWM'),
  /** Approximate (proc(5)): never divide a number of smaps_rollup by it. */
  vmRssBytes: kib('VmRSS'),
  /** Since 4.5; holds LazyFree until it is taken back. */
  rssAnonBytes: kib('RssAnon'),
  /** Since 4.5. */
  rssFileBytes: kib('RssFile'),
  /** Since 4.5. */
  rssShmemBytes: kib('RssShmem'),
  vmDataBytes: kib('VmData'),
  vmStkBytes: kib('VmStk'),
  vmExeBytes: kib('VmExe'),
  vmLibBytes: kib('VmLib'),
  vmPteBytes: kib('VmPTE'),
  /** Since 2.6.34. */
  vmSwapBytes: kib('VmSwap'),
  /** Since 4.4. */
  hugetlbPagesBytes: kib('HugetlbPages'),
  threads: count('Threads'),
  tgid: count('Tgid'),
  pid: count('Pid'),
  ppid: count('PPid'),
}

export interface PidStatus extends Fields<typeof statusTable> {
  /** comm, with the kernel's escapes of newline and backslash undone; null when the text has no such line. */
  name: string | null
  /** One letter, as in stat. */
  state: string | null
  /** The real user. */
  uid: number | null
  /** The effective user, whom most permissions go by. */
  euid: number | null
}

const reader = createFieldReader(statusTable)

/**
 * /proc/PID/status (proc(5), Documentation/filesystems/proc.rst). Other users may read it, unlike smaps. Throws
 * AppError `parse` or `too-large`.
 */
export function parsePidStatus(text: string): PidStatus {
  const status: PidStatus = { ...reader.empty(), name: null, state: null, uid: null, euid: null }
  forEachLine(file, text, maxLength, (line, place) => {
    if (!acceptText(status, line, place)) acceptColonLine(reader, status, line, place)
  })
  return status
}

function acceptText(status: PidStatus, line: string, place: LinePlace): boolean {
  if (line.startsWith('Name:\t')) {
    if (status.name !== null) throw parseFailure(place, 'the same field twice')
    status.name = unescapeName(line.slice(6))
    return true
  }
  if (line.startsWith('State:\t')) {
    const match = /^([A-Za-z])(?: \(.{1,40}\))?$/.exec(line.slice(7))
    if (!match || status.state !== null) throw parseFailure(place, 'expected one state')
    status.state = match[1]!
    return true
  }
  if (line.startsWith('Uid:')) {
    const ids = line.slice(4).trim().split('\t')
    if (ids.length !== 4 || status.uid !== null) throw parseFailure(place, 'expected four user ids once')
    const [uid, euid] = ids.map((id) => toCount(id, place))
    status.uid = uid!
    status.euid = euid!
    return true
  }
  return false
}

/** The kernel writes a newline as `\n` and a backslash as `\\` there, and nothing else differently. */
function unescapeName(text: string): string {
  return text.replace(/\\(n|\\)/g, (_, letter: string) => (letter === 'n' ? '\n' : '\\'))
}
