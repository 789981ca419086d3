import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { AppError } from '#core/errors'
import { parsePidStat } from '#core/procfs/pid-stat'
import type { ProcessKey } from '#core/process-key'

/** A running service of the demo. It ends with its standard input, so also when this process is killed. */
export interface DemoChild {
  key: ProcessKey
  endpointUrl: string | null
  onExit(listener: () => void): void
  /** Closes its input, then SIGKILL; resolves when it has ended. */
  end(): Promise<void>
}

const readyTimeoutMs = 60_000
const endTimeoutMs = 2000
const joinFailedCode = 97

/** Joins the group by itself before it becomes the service, so that all of its memory is counted there. */
const joinAndRun = `
echo 300 > /proc/self/oom_score_adj 2>/dev/null
if [ -n "$1" ]; then echo $$ > "$1/cgroup.procs" || exit ${joinFailedCode}; fi
shift
exec "$@"`

/**
 * Starts a program that prints {"url","pid"} when it is ready. Rejects with AppError `failed` when it ends before, and
 * `permission-denied` when it can't join the cgroup.
 */
export async function startDemoChild(options: {
  command: readonly string[]
  cgroupDir: string | null
  environment: NodeJS.ProcessEnv
  /** Ends a start that is under way; one that runs is ended by `end`. */
  signal?: AbortSignal
}): Promise<DemoChild> {
  const child = spawn('/bin/sh', ['-c', joinAndRun, 'sh', options.cgroupDir ?? '', ...options.command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.environment,
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.on('error', () => undefined)
  const end = async (): Promise<void> => {
    child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs)
    await ended
    clearTimeout(timer)
  }
  const kill = (): void => void child.kill('SIGKILL')
  options.signal?.addEventListener('abort', kill, { once: true })
  try {
    const { url, pid } = await readReadyLine(child)
    const { startTimeTicks } = parsePidStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return {
      key: { pid, startTimeTicks },
      endpointUrl: url,
      onExit: (listener) => void ended.then(listener),
      end,
    }
  } catch (error) {
    child.kill('SIGKILL')
    if (child.pid !== undefined) await ended
    throw error
  } finally {
    options.signal?.removeEventListener('abort', kill)
  }
}

function readReadyLine(child: ChildProcess): Promise<{ url: string | null; pid: number }> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    const timer = setTimeout(
      () => reject(new AppError('timeout', 'the demo service is not ready')),
      readyTimeoutMs,
    )
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-400)),
    )
    const lines = createInterface({ input: child.stdout! })
    lines.once('line', (line) => {
      clearTimeout(timer)
      try {
        const { url, pid } = JSON.parse(line) as { url: unknown; pid: unknown }
        // The program may have been started by a wrapper of its own (pyenv): it says who it is.
        if (typeof pid !== 'number') throw new Error('no pid')
        resolve({ url: typeof url === 'string' ? url : null, pid })
      } catch {
        reject(new AppError('parse', 'the demo service said something else'))
      }
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(new AppError('failed', error.message))
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      if (code === joinFailedCode) reject(new AppError('permission-denied', 'the cgroup can not be joined'))
      else reject(new AppError('failed', `the demo service ended (${code ?? signal}): ${complaint.trim()}`))
    })
  })
}
