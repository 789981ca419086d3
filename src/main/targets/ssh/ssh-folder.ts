import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#core/errors'
import askpassScript from '../../../../assets/ssh-askpass.sh?raw'

/** A folder that only this user can read, for sockets and questions, and a guard that ends processes with the app. */
export interface SshFolder {
  readonly path: string
  /** For SSH_ASKPASS; null where no script can be run. */
  readonly askpassPath: string | null
  /** A negative pid is a process group. What is watched is killed when this process ends, however it ends. */
  watch(pid: number): void
  unwatch(pid: number): void
  /** Removes it. */
  dispose(): void
}

/** ssh adds 17 characters to a socket's name while it makes it, and macOS allows 104 in all. */
const maxFolderLength = 70

/**
 * Reads `+ PID` and `- PID`; at the end of its input, which is the end of the app, it kills what is left and removes the
 * folder. Sessions end by themselves then; a question that nobody answers any more and a forwarded connection would not.
 */
const guardScript = `
pids=' '
while read -r change pid; do
  case $change in
    +) pids="$pids$pid " ;;
    -) case $pids in *" $pid "*) pids="\${pids%%" $pid "*} \${pids#*" $pid "}" ;; esac ;;
  esac
done
for pid in $pids; do kill -9 -- "$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null; done
case $1 in */ballonet-ssh-*) rm -rf "$1" ;; esac`

/** Rejects with AppError `failed` where no folder can be made. Must be disposed. */
export async function createSshFolder(needsAskpass: boolean): Promise<SshFolder> {
  let fallback: string | null = null
  let made: string | null = null
  for (const parent of listParents()) {
    made = makeFolder(parent)
    if (made === null) continue
    if (!needsAskpass || (await placeAskpass(made))) break
    // Mounted noexec: good enough for sockets, if there is no better one.
    if (fallback === null) fallback = made
    else rmSync(made, { recursive: true, force: true })
    made = null
  }
  const path = made ?? fallback
  if (path === null) throw new AppError('failed', 'no folder can be made for the sockets of ssh')
  if (made !== null && fallback !== null) rmSync(fallback, { recursive: true, force: true })
  const guard = startGuard(path)
  const tell = (line: string): void => void (guard?.stdin?.writable === true && guard.stdin.write(line))
  return {
    path,
    askpassPath: needsAskpass && made !== null ? join(path, 'ask') : null,
    watch: (pid) => tell(`+ ${pid}\n`),
    unwatch: (pid) => tell(`- ${pid}\n`),
    dispose() {
      guard?.stdin?.end()
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Folders whose name needs no quoting in ssh's options, where `%` and `\${` mean something. */
function listParents(): string[] {
  const all = [tmpdir(), process.env['XDG_RUNTIME_DIR'] ?? '', '/tmp', '/dev/shm', '/var/tmp']
  return process.platform === 'win32'
    ? [tmpdir()]
    : [...new Set(all)].filter((path) => /^\/[\w./-]+$/.test(path) && path.length <= maxFolderLength)
}

function makeFolder(parent: string): string | null {
  try {
    // mkdtemp makes it 0700.
    return mkdtempSync(join(parent, 'ballonet-ssh-'))
  } catch {
    return null
  }
}

async function placeAskpass(folder: string): Promise<boolean> {
  const path = join(folder, 'ask')
  try {
    writeFileSync(path, askpassScript, { mode: 0o700 })
  } catch {
    return false
  }
  return new Promise((resolve) => {
    const probe = spawn(path, ['--ballonet-probe'], { stdio: 'ignore' })
    probe.once('error', () => resolve(false))
    probe.once('exit', (code) => resolve(code === 0))
  })
}

function startGuard(folder: string): ChildProcess | null {
  if (process.platform === 'win32') return null
  const guard = spawn('/bin/sh', ['-c', guardScript, 'ballonet', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    cwd: '/',
  })
  guard.on('error', () => {})
  guard.stdin.on('error', () => {})
  // It must not keep a command line from ending.
  guard.unref()
  ;(guard.stdin as unknown as { unref?: () => void }).unref?.()
  return guard
}
