import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scriptText = readFileSync(new URL('../../assets/balloon.sh', import.meta.url), 'utf8')

/** A shell, and the folder of commands that it finds first. */
export interface Shell {
  name: string
  command: string[]
  pathDir: string | null
}

/** A folder where `dd`, `sleep` and all others of busybox stand in for the system's. Must be removed. */
export function makeBusyboxDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-busybox-'))
  for (const name of ['dd', 'sleep']) symlinkSync('/usr/bin/busybox', join(dir, name))
  return { dir, remove: () => rmSync(dir, { recursive: true }) }
}

export interface ProcessEntry {
  pid: number
  parent: number
  state: string
  comm: string
}

/**
 * Living processes (no zombies) of a session. `others` remembers who is in another one: hosts have thousands of
 * processes, and these lists are made a hundred times a second.
 */
function readSession(session: number, others: Set<string>): ProcessEntry[] {
  const found: ProcessEntry[] = []
  for (const name of readdirSync('/proc')) {
    if (others.has(name) || !/^\d+$/.test(name)) continue
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const close = text.lastIndexOf(')')
      const fields = text.slice(close + 2).split(' ')
      if (Number(fields[3]) !== session) {
        // A child of ours starts in our session; Node's own starts in Node's, for an instant.
        if (Number(fields[1]) !== process.pid) others.add(name)
        continue
      }
      if (fields[0] === 'Z' || fields[0] === 'X') continue
      found.push({
        pid: Number(name),
        parent: Number(fields[1]),
        state: fields[0]!,
        comm: text.slice(text.indexOf('(') + 1, close),
      })
    } catch {
      // It ended while being looked at.
    }
  }
  return found
}

/** Lists the living processes of a session, again and again. */
export function createSessionList(session: number): () => ProcessEntry[] {
  const others = new Set<string>()
  return () => readSession(session, others)
}

/** Polls until `check` gives something, at most timeoutMs. */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  check: () => T | false | null | undefined,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const value = check()
    if (value !== false && value !== null && value !== undefined) return value
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The running script with its processes by what they do. Must be ended. */
export interface RunningScript {
  readonly pid: number
  readonly lines: string[]
  write(text: string): void
  closeInput(): void
  waitLine(pattern: RegExp, timeoutMs?: number): Promise<string>
  /** Sends a heartbeat each 250 ms until stopped. */
  startBeating(): void
  stopBeating(): void
  holders(): ProcessEntry[]
  guard(): number
  ticker(): number
  forwarder(): number
  /** What is left of it. */
  processes(): ProcessEntry[]
  end(): void
}

export function startScript(shell: Shell, args: string[]): RunningScript {
  const [command, ...before] = shell.command
  const path = [...(shell.pathDir === null ? [] : [shell.pathDir]), process.env['PATH']].join(':')
  const child = spawn(command!, [...before, '-c', scriptText, 'ballonet', ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: path },
  })
  const pid = child.pid!
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
  })
  child.stdin.on('error', () => {})
  let timer: NodeJS.Timeout | undefined
  const processes = createSessionList(pid)
  const holders = (): ProcessEntry[] => processes().filter(({ comm }) => comm === 'dd')
  const guard = (): number => holders()[0]!.parent
  const isShell = ({ comm }: ProcessEntry): boolean => comm !== 'dd' && comm !== 'sleep'
  // The first child of the shell that is not above the guard. In ksh93 the guard is the shell itself.
  const forwarder = (): number => {
    const all = processes()
    const ancestors = new Set<number>()
    for (let at = guard(); at > 1 && at !== pid; at = all.find((entry) => entry.pid === at)?.parent ?? 0)
      ancestors.add(at)
    return all.find((entry) => entry.parent === pid && !ancestors.has(entry.pid) && isShell(entry))!.pid
  }
  return {
    pid,
    lines,
    write: (text) => void child.stdin.write(text),
    closeInput: () => child.stdin.end(),
    waitLine: (pattern, timeoutMs = 5000) =>
      waitFor(`${shell.name}: ${pattern} in ${lines.join(' | ')}`, timeoutMs, () =>
        lines.find((line) => pattern.test(line)),
      ),
    startBeating() {
      timer = setInterval(() => child.stdin.write('beat\n'), 250)
    },
    stopBeating: () => clearInterval(timer),
    holders,
    guard,
    ticker: () => {
      const parent = guard()
      const other = forwarder()
      return processes().find((entry) => entry.parent === parent && entry.pid !== other && isShell(entry))!
        .pid
    },
    forwarder,
    processes,
    end() {
      clearInterval(timer)
      for (const entry of processes()) {
        try {
          process.kill(entry.pid, 'SIGKILL')
        } catch {
          // It ended by itself.
        }
      }
    },
  }
}

/** Descriptors of a process that are the read end of this pipe. */
export function countReadEnds(pid: number, pipe: string): number {
  let count = 0
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== pipe) continue
      const flags = parseInt(
        /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))![1]!,
        8,
      )
      if ((flags & 3) === 0) count++
    } catch {
      // Closed meanwhile.
    }
  }
  return count
}
