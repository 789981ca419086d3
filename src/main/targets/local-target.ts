import { existsSync } from 'node:fs'
import { AppError } from '#core/errors'
import { createBlockingReads } from './blocking-reads'
import { createFdBudget } from './fd-budget'
import { createKeptFiles } from './kept-files'
import { alwaysConnected } from './always-connected'
import { readLocalHostFacts } from './local-host'
import { openSocket } from './local-socket'
import { runScriptProcess } from './script-process'
import { createStatPoller } from './stat-poller'
import type { ScriptRun, Target } from './target'

const defaultTimeoutMs = 10_000

export interface LocalTargetOptions {
  /** Where /proc and /sys are; other folders for recorded trees. */
  procPath?: string
  sysPath?: string
}

/** This machine, when it runs Linux. Throws AppError `unsupported` where there is no /proc. Must be disposed. */
export function openLocalTarget(options: LocalTargetOptions = {}): Target {
  const { procPath = '/proc', sysPath = '/sys' } = options
  if (!existsSync(procPath)) throw new AppError('unsupported', `there is no ${procPath}`)

  const isLive = procPath === '/proc'
  const toLocalPath = (path: string): string => {
    if (path.startsWith('/proc/')) return procPath + path.slice('/proc'.length)
    if (path.startsWith('/sys/')) return sysPath + path.slice('/sys'.length)
    return path
  }
  const host = readLocalHostFacts(procPath, sysPath)
  const budget = createFdBudget()
  const statPoller = createStatPoller(procPath, budget)
  const keptFiles = createKeptFiles(toLocalPath, budget)
  const blockingReads = createBlockingReads(toLocalPath)
  const scripts = new Set<ScriptRun>()
  let isDisposed = false

  function assertOpen(): void {
    if (isDisposed) throw new AppError('cancelled', 'the target was closed')
  }

  return {
    id: isLive ? 'local' : `local:${procPath}`,
    spec: 'local',
    label: host.hostname ?? 'local',
    host,
    capabilities: {
      live: isLive,
      seek: false,
      smaps: true,
      pressure: existsSync(`${procPath}/pressure/memory`),
      cgroup: host.cgroupVersion !== null,
      endpoint: isLive,
      balloon: isLive,
      elevate: false,
      remote: false,
    },
    ...alwaysConnected,
    // eslint-disable-next-line @typescript-eslint/require-await -- a remote target answers later, this one at once
    async poll(request) {
      assertOpen()
      const atMs = Date.now()
      const startMs = performance.now()
      const stat = request.stat ? statPoller.poll() : null
      const reads = keptFiles.read(request.reads)
      return { atMs, costMs: performance.now() - startMs, stat, reads }
    },
    async read(requests, { timeoutMs = defaultTimeoutMs } = {}) {
      assertOpen()
      return blockingReads.read(requests, timeoutMs)
    },
    connect: openSocket,
    runScript(script, args) {
      assertOpen()
      const run = runScriptProcess(script, args)
      scripts.add(run)
      run.onExit(() => scripts.delete(run))
      return run
    },
    async dispose() {
      if (isDisposed) return
      isDisposed = true
      statPoller.close()
      keptFiles.close()
      blockingReads.close()
      await Promise.all([...scripts].map(endScript))
    },
  }
}

function endScript(run: ScriptRun): Promise<void> {
  return new Promise((resolve) => {
    run.onExit(() => resolve())
    run.end()
  })
}
