import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const read = (path) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}

/** Fields of /proc/PID/stat from the third (state) on; null when the process is gone. */
const readStat = (pid) => {
  const text = read(`/proc/${pid}/stat`)
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/**
 * A process and all that descend from it now, with the time of their start, which tells them from later processes of the
 * same pid.
 * @returns {{ pid: number, startTimeTicks: string }[]}
 */
export const readTree = (rootPid) => {
  const childrenOf = new Map()
  const starts = new Map()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null
    if (stat === null) continue
    const parent = Number(stat[1])
    if (!childrenOf.has(parent)) childrenOf.set(parent, [])
    childrenOf.get(parent).push(Number(name))
    starts.set(Number(name), stat[19])
  }
  const found = []
  const waiting = starts.has(rootPid) ? [rootPid] : []
  while (waiting.length > 0) {
    const pid = waiting.pop()
    found.push({ pid, startTimeTicks: starts.get(pid) })
    waiting.push(...(childrenOf.get(pid) ?? []))
  }
  return found
}

/** Ends those of a tree that outlived their root. */
export const endLeftOver = (tree) => {
  for (const { pid, startTimeTicks } of tree) {
    if (readStat(pid)?.[19] !== startTimeTicks) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended meanwhile.
    }
  }
}

const readProgram = (pid) => {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return null
  }
}

/**
 * What Chromium calls a process: browser, renderer, gpu-process, utility (and which), zygote. Of another program, such as
 * the ssh of a target, its name.
 */
const readType = (pid, rootProgram) => {
  const program = readProgram(pid)
  if (program !== null && program !== rootProgram) return read(`/proc/${pid}/comm`)?.trim() ?? 'ended'
  const args = (read(`/proc/${pid}/cmdline`) ?? '').split(/[\0 ]/)
  const valueOf = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
  const type = valueOf('type') ?? 'browser'
  return type === 'utility' ? `utility ${(valueOf('utility-sub-type') ?? '').split('.')[0]}` : type
}

/** Pss of each process of a tree, bytes, added up by type. */
export const readPssByType = (rootPid) => {
  const bytes = {}
  const rootProgram = readProgram(rootPid)
  for (const { pid } of readTree(rootPid)) {
    const rollup = read(`/proc/${pid}/smaps_rollup`)
    const kib = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup ?? '')?.[1] ?? 0)
    const type = readType(pid, rootProgram)
    bytes[type] = (bytes[type] ?? 0) + kib * 1024
  }
  return bytes
}

/**
 * CPU time of a tree so far by type, ms: user and system of /proc/PID/stat, which add up to the scheduler's own precise
 * count, cut to the 10 ms of a clock tick.
 */
export const readCpuByType = (rootPid) => {
  const ms = {}
  const rootProgram = readProgram(rootPid)
  for (const { pid } of readTree(rootPid)) {
    const stat = readStat(pid)
    if (stat === null) continue
    const type = readType(pid, rootProgram)
    ms[type] = (ms[type] ?? 0) + (Number(stat[11]) + Number(stat[12])) * 10
  }
  return ms
}
