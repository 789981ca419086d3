import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toErrorValue } from '#core/errors'
import { idleDemo, type DemoState } from '#core/ipc/contract'
import { parseMeminfo } from '#core/procfs/meminfo'
import { createDemoCgroup, readCgroupRoom, type DemoCgroup } from './demo-cgroup'
import { startDemoChild, type DemoChild } from './demo-child'
import { chooseDemoSize, type DemoSize } from './demo-size'
import { buildGoService, findExecutable, findGo } from './go-service-build'

export interface DemoOptions {
  /** Holds assets/demo and e2e/hosts/go/service. */
  resourcesDir: string
  /** Where the built service is kept. */
  cacheDir: string
  onState: (state: DemoState) => void
  /** Who may play the service, first that works; all of them unless told. */
  players?: readonly DemoPlayer[]
}

export type DemoPlayer = 'go' | 'python3' | 'perl'

/** Reproduces the incident: a service with much LazyFree, in a memory cgroup of its own where one can be made. */
export interface Demo {
  readonly state: DemoState
  /** Answers at once; how it goes on comes through onState. Does nothing while one runs. */
  start(): DemoState
  /** Resolves when the service has ended and its cgroup is gone. */
  stop(): Promise<void>
}

interface Command {
  kind: DemoPlayer
  command: string[]
  environment: NodeJS.ProcessEnv
}

export function createDemo(options: DemoOptions): Demo {
  let state = idleDemo
  let child: DemoChild | null = null
  let cgroup: DemoCgroup | null = null
  /** Counts starts and stops: what belongs to an older one is put away. */
  let turn = 0
  let abort = new AbortController()
  let working: Promise<void> = Promise.resolve()

  function change(part: Partial<DemoState>): void {
    state = { ...state, ...part }
    options.onState(state)
  }

  async function putAway(): Promise<void> {
    const [oldChild, oldCgroup] = [child, cgroup]
    child = null
    cgroup = null
    await oldChild?.end()
    await oldCgroup?.remove()
  }

  async function play(own: number): Promise<void> {
    const size = await readDemoSize()
    for (const player of options.players ?? (['go', 'python3', 'perl'] as const)) {
      const command = await prepare(player, size, {
        ...options,
        signal: abort.signal,
        onBuild: () => change({ phase: 'building', kind: 'go' }),
      })
      if (turn !== own) return
      if (command === null) continue
      change({ phase: 'starting', kind: command.kind })
      if (await tryStart(command, size, own)) return
      if (turn !== own) return
    }
    throw new AppError('unsupported', 'no go, python3 or perl', { hint: 'demo.noPlayer' })
  }

  async function tryStart(command: Command, size: DemoSize, own: number): Promise<boolean> {
    cgroup = await createDemoCgroup(size.limitBytes)
    let started: DemoChild
    try {
      started = await startDemoChild({ ...command, cgroupDir: cgroup?.dir ?? null, signal: abort.signal })
    } catch (error) {
      await putAway()
      const isCgroup = error instanceof AppError && error.code === 'permission-denied'
      if (!isCgroup || turn !== own) return false
      started = await startDemoChild({ ...command, cgroupDir: null, signal: abort.signal })
    }
    child = started
    if (turn !== own) return false
    started.onExit(() => {
      if (turn === own) void endedByItself(own)
    })
    change({
      phase: 'running',
      key: started.key,
      endpointUrl: started.endpointUrl,
      cgroupLimitBytes: cgroup?.limitBytes ?? null,
    })
    return true
  }

  async function endedByItself(own: number): Promise<void> {
    await putAway()
    if (turn === own)
      change({ ...idleDemo, phase: 'failed', error: { code: 'gone', message: 'ended', hint: 'demo.ended' } })
  }

  return {
    get state() {
      return state
    },
    start() {
      if (state.phase !== 'idle' && state.phase !== 'failed') return state
      const own = ++turn
      abort = new AbortController()
      change({ ...idleDemo, phase: 'starting' })
      working = working
        .then(() => (turn === own ? play(own) : undefined))
        .catch(async (error: unknown) => {
          await putAway()
          if (turn === own) change({ ...idleDemo, phase: 'failed', error: toErrorValue(error) })
        })
        .then(() => (turn === own ? undefined : putAway()))
      return state
    },
    async stop() {
      turn++
      abort.abort()
      await working
      await putAway()
      if (state.phase !== 'idle') change(idleDemo)
    },
  }
}

async function readDemoSize(): Promise<DemoSize> {
  if (process.platform !== 'linux') throw new AppError('unsupported', 'not Linux', { hint: 'demo.notLinux' })
  const { memAvailableBytes } = parseMeminfo(await readFile('/proc/meminfo', 'utf8'))
  const room = await readCgroupRoom()
  const availableBytes = Math.min(memAvailableBytes ?? 0, room ?? Infinity)
  const size = chooseDemoSize(availableBytes)
  if (size === null) {
    throw new AppError('unsupported', 'too little memory', {
      hint: 'demo.noMemory',
      params: { availableBytes },
    })
  }
  return size
}

/** What to run for a player; null: it is not here, or does not work. */
async function prepare(
  player: DemoPlayer,
  size: DemoSize,
  options: Pick<DemoOptions, 'resourcesDir' | 'cacheDir'> & { signal: AbortSignal; onBuild: () => void },
): Promise<Command | null> {
  const environment: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LC_ALL: 'C' }
  if (player !== 'go') {
    const program = findExecutable(player)
    if (program === null) return null
    const script = join(
      options.resourcesDir,
      'assets',
      'demo',
      player === 'perl' ? 'stand-in.pl' : 'stand-in.py',
    )
    return {
      kind: player,
      command: [program, script, String(size.totalMib), String(size.keepMib)],
      environment,
    }
  }
  const go = findGo()
  if (go === null) return null
  const sourceDir = join(options.resourcesDir, 'e2e', 'hosts', 'go', 'service')
  try {
    const binary = await buildGoService({ ...options, go, sourceDir })
    const sizes = ['-alloc-mib', String(size.totalMib), '-keep-mib', String(size.keepMib)]
    return {
      kind: 'go',
      command: [binary, ...sizes],
      environment: { ...environment, GODEBUG: 'madvdontneed=0' },
    }
  } catch {
    // A toolchain that can't build it leaves the stand-in, which says that it is no Go.
    return null
  }
}
