import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const v1Root = '/sys/fs/cgroup/memory'
const v2Root = '/sys/fs/cgroup'

/** A memory cgroup of a test, with a limit. Must be removed. */
export interface MemoryGroup {
  version: 1 | 2
  dir: string
  join(pid: number): void
  useBytes(): number
  /** LazyFree and page cache of the group. */
  fileBytes(): number
  availableBytes(): number
  pids(): number[]
  /** Ends what is still in it and removes it. */
  remove(): Promise<void>
}

/** Null where none can be made: not root, or no memory controller. */
export function makeMemoryGroup(limitBytes: number): MemoryGroup | null {
  const isV1 = existsSync(join(v1Root, 'memory.limit_in_bytes'))
  const dir = join(
    isV1 ? v1Root : v2Root,
    `ballonet-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`,
  )
  try {
    mkdirSync(dir)
    writeFileSync(join(dir, isV1 ? 'memory.limit_in_bytes' : 'memory.max'), String(limitBytes))
  } catch {
    if (existsSync(dir)) rmdirSync(dir)
    return null
  }
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8')
  const pids = (): number[] => read('cgroup.procs').split('\n').filter(Boolean).map(Number)
  const useBytes = (): number => Number(read(isV1 ? 'memory.usage_in_bytes' : 'memory.current'))
  const fileBytes = (): number => {
    const prefix = isV1 ? 'total_' : ''
    const pattern = new RegExp(`^${prefix}(?:in)?active_file (\\d+)$`, 'gm')
    return [...read('memory.stat').matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0)
  }
  return {
    version: isV1 ? 1 : 2,
    dir,
    join: (pid) => writeFileSync(join(dir, 'cgroup.procs'), String(pid)),
    useBytes,
    fileBytes,
    availableBytes: () => limitBytes - useBytes() + fileBytes(),
    pids,
    async remove() {
      for (const pid of pids()) kill(pid)
      const deadline = Date.now() + 5000
      while (existsSync(dir)) {
        try {
          rmdirSync(dir)
        } catch (error) {
          // Its processes are still ending.
          if (Date.now() > deadline) throw error
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
