import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProcessKey } from '#core/process-key'
import type { MemoryGroup } from './memory-group'

const MiB = 1024 * 1024

/**
 * Maps private memory, writes to all of it, and marks a part with MADV_FREE (8), as Go's runtime with madvdontneed=0.
 * Waits to be put into its cgroup first, because memory is charged where it is touched.
 */
const program = `
import ctypes, mmap, sys
live, free = int(sys.argv[1]), int(sys.argv[2])
sys.stdin.readline()
memory = mmap.mmap(-1, live + free, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
chunk = b'x' * 1048576
for at in range(0, live + free, len(chunk)):
    memory[at:at + len(chunk)] = chunk
if free:
    memory.madvise(8, live, free)
print('ready', flush=True)
sys.stdin.readline()
`

/** A process with live memory and LazyFree pages. Must be ended. */
export interface Patient {
  key: ProcessKey
  lazyFreeBytes(): number
  rssBytes(): number
  end(): void
}

/** Live and LazyFree sizes in whole MiB. uid: who runs it; this user when left out. */
export async function startPatient(
  liveMiB: number,
  lazyFreeMiB: number,
  group: MemoryGroup | null,
  uid?: number,
): Promise<Patient> {
  const child = spawn('python3', ['-c', program, String(liveMiB * MiB), String(lazyFreeMiB * MiB)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const pid = child.pid
  if (pid === undefined) throw new Error('python3 did not start')
  const field = (name: string): number => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024
  }
  // A wrapper of python3 may still start the real one: the process that prints is the one that is looked at.
  group?.join(pid)
  child.stdin.write('go\n')
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`the patient ended: ${code}`)))
  })
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const startTimeTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  return {
    key: { pid, startTimeTicks },
    lazyFreeBytes: () => field('LazyFree'),
    rssBytes: () => field('Rss'),
    end: () => void child.kill('SIGKILL'),
  }
}
