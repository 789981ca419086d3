import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { toErrorValue } from '#core/errors'
import { createBalloonRunner, type BalloonRunner } from '#main/balloon/balloon-runner'
import { createSampler } from '#main/sampling/create-sampler'
import type { Sampler } from '#main/sampling/sampler'
import { openTarget } from '#main/targets/open-target'
import type { Target } from '#main/targets/target'
import type { ClientCommand, ClientEvent } from './client-messages'

// The backend's parts in a process of their own, which tests stop, kill, and put on the other side of a slow link.
// One JSON object a line each way; it ends with its standard input.

function tell(event: ClientEvent): void {
  process.stdout.write(`${JSON.stringify({ ...event, toldAtMs: Date.now() })}\n`)
}

let target: Target | null = null
let sampler: Sampler | null = null
let runner: BalloonRunner | null = null
const connecting = new AbortController()
// A turn of the loop that took longer than this is seen.
const loop = monitorEventLoopDelay({ resolution: 10 })
loop.enable()

function getTarget(): Target {
  if (target === null) throw new Error('no target was opened')
  return target
}

async function getSampler(): Promise<Sampler> {
  sampler ??= await createSampler(getTarget())
  return sampler
}

async function open({ spec, limits }: ClientCommand & { do: 'open' }): Promise<unknown> {
  const opened = await openTarget(spec, {
    signal: connecting.signal,
    limits,
    onStep: (step) => tell({ kind: 'step', step }),
  })
  target = opened
  const tellConnection = (): void => tell({ kind: 'connection', connection: opened.connection })
  opened.onChange(tellConnection)
  opened.onReboot(() => tell({ kind: 'reboot' }))
  return { host: opened.host, capabilities: opened.capabilities }
}

async function watch(pid: number): Promise<unknown> {
  const from = await getSampler()
  const key = await from.findKey(pid)
  if (key === null) throw new Error(`there is no process ${pid}`)
  await from.watch(key, {
    sample: (sample) =>
      tell({
        kind: 'sample',
        pid,
        startTimeTicks: sample.key.startTimeTicks,
        atMs: sample.atMs,
        rssBytes: sample.rssBytes,
        lazyFreeBytes: sample.rollup?.lazyFreeBytes ?? null,
      }),
    gone: () => tell({ kind: 'gone', pid }),
    facts: () => undefined,
    rollupAsk: () => undefined,
  })
  return key
}

async function runBalloon(command: ClientCommand & { do: 'balloon' }): Promise<unknown> {
  runner = createBalloonRunner({
    target: getTarget(),
    onState: ({ phase, step, proof, error }) =>
      tell({
        kind: 'balloon',
        phase,
        balloonBytes: step?.balloonBytes ?? 0,
        stopReason: proof?.stopReason ?? step?.stopReason ?? null,
        error,
      }),
    ...(command.watchdogMs === undefined ? {} : { watchdogMs: command.watchdogMs }),
  })
  const key = await (await getSampler()).findKey(command.pid)
  if (key === null) throw new Error(`there is no process ${command.pid}`)
  await runner.start(key, command.settings, command.acceptedRisks)
  return null
}

async function obey(command: ClientCommand): Promise<unknown> {
  switch (command.do) {
    case 'open':
      return open(command)
    case 'cancel':
      connecting.abort()
      return null
    case 'watch':
      return watch(command.pid)
    case 'table': {
      const request = { columns: command.columns, visibleRowIds: [] }
      ;(await getSampler()).subscribeTable(request, ({ count }) => tell({ kind: 'table', count }))
      return null
    }
    case 'balloon':
      return runBalloon(command)
    case 'deflate':
      runner?.deflate('person')
      return null
    case 'poll': {
      const { stat, reads } = await getTarget().poll({ stat: command.stat, reads: command.reads })
      return {
        count: stat?.count ?? null,
        pids: [...(stat?.pids.subarray(0, 20) ?? [])],
        reads: reads.map(toShort),
      }
    }
    case 'read':
      return (await getTarget().read(command.reads, { timeoutMs: command.timeoutMs })).map(toShort)
    case 'reconnect':
      getTarget().reconnect()
      return null
    case 'usage': {
      const longestTurnMs = loop.max / 1e6
      loop.reset()
      // Of getrusage it would be that of the parent where that had more when it forked.
      const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
      return { longestTurnMs, peakRssBytes: Number(kibibytes) * 1024 }
    }
    case 'close':
      await runner?.dispose()
      await sampler?.dispose()
      await target?.dispose()
      // Another one may be opened.
      target = sampler = runner = null
      return null
  }
}

/** Sizes instead of contents: the tests look at what came back, not at each byte. */
function toShort(result: Awaited<ReturnType<Target['read']>>[number]) {
  return result.ok
    ? {
        ok: true as const,
        sizeBytes: result.value.bytes.length,
        text: Buffer.from(result.value.bytes.subarray(0, 100)).toString(),
      }
    : { ok: false as const, code: result.error.code }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, ...command } = JSON.parse(line) as ClientCommand & { id: number }
    obey(command).then(
      (value) => tell({ kind: 'answer', id, value }),
      (error: unknown) => tell({ kind: 'answer', id, error: toErrorValue(error) }),
    )
  })
  .on('close', () => process.exit(0))
