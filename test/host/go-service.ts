import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessKey } from '#core/process-key'
import type { MemoryGroup } from './memory-group'

const source = fileURLToPath(new URL('../../e2e/hosts/go/service', import.meta.url))

export const hasGo = existsSync('/usr/bin/go') || existsSync('/usr/local/go/bin/go')

/** Builds the Go service of e2e/hosts/go. Must be removed. */
export function buildGoService(): { path: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'ballonet-go-'))
  const path = join(dir, 'service')
  execFileSync('go', ['build', '-o', path, '.'], { cwd: source, env: { ...process.env, CGO_ENABLED: '0' } })
  return { path, remove: () => rmSync(dir, { recursive: true }) }
}

export interface GoService {
  key: ProcessKey
  readHeapInuse(): Promise<number>
  end(): void
}

/** Runs it inside a memory cgroup; waits until its memory is as the scenario says. Must be ended. */
export async function startGoService(
  path: string,
  args: string[],
  godebug: string,
  group: MemoryGroup,
): Promise<GoService> {
  // The shell joins the group and becomes the service: all of its memory is charged there.
  const child = spawn(
    '/bin/sh',
    ['-c', 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"', 'sh', group.dir, path, ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, GODEBUG: godebug },
    },
  )
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    child.once('exit', (code) => reject(new Error(`the service ended: ${code}`)))
  })
  const { url, pid } = JSON.parse(line) as { url: string; pid: number }
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return {
    key: { pid, startTimeTicks: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) },
    async readHeapInuse() {
      const answer = await fetch(new URL('/debug/vars', url))
      return ((await answer.json()) as { memstats: { HeapInuse: number } }).memstats.HeapInuse
    },
    end: () => void child.kill('SIGKILL'),
  }
}
