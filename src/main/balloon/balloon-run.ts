import balloonScript from '../../../assets/balloon.sh?raw'
import {
  createGuard,
  stepGuard,
  type GuardCommand,
  type GuardInput,
  type GuardState,
} from '#core/balloon/guard'
import { noProcess } from '#core/balloon/plan'
import { createProof } from '#core/balloon/proof'
import { parseScriptLine } from '#core/balloon/script-line'
import type { BalloonProof, BalloonStep, ProofReading, StopReason } from '#core/balloon/types'
import { AppError } from '#core/errors'
import { isSameProcess } from '#core/process-key'
import {
  emptyProofReading,
  readHost,
  readPatient,
  readProofSide,
  type PatientSource,
} from './balloon-readings'
import { readGroupUse } from './group-reading'
import type { MadePlan } from './make-plan'
import { toScriptArguments } from './script-arguments'

/** Of the script: until it says that it runs, until it ended after `deflate`, and how long it may say nothing. */
const localLimits = { readyMs: 5000, deflateMs: 4000, silenceMs: 5000 }
/** Over a link a session has to be opened first, and lines wait behind others. */
const remoteLimits = { readyMs: 20_000, deflateMs: 8000, silenceMs: 10_000 }
/** A walk of the patient's page tables is spaced by twenty times what the last one cost: 5 % while the run lasts. */
const leastLookMs = 300
const lookSpacing = 20
const stateMs = 1000
/** The watchdog on the host looks at its clock once a second where sleep takes no fractions. */
const watchdogSlackMs = 2000
/** ssh's own exit status: the connection ended, not the script. */
const linkEndedCode = 255

export interface RunOptions {
  source: PatientSource
  made: MadePlan
  /** Between two heartbeats, and how long the script lives without one, ms. */
  beatMs: number
  watchdogMs: number
  readHeapInuse(): number | null | Promise<number | null>
  /** The run's owner lives. A run without owner is let go. */
  isOwned(): boolean
  onStep(step: BalloonStep): void
}

export interface BalloonRun {
  /** Gives all memory back now. */
  deflate(reason: StopReason): void
  /** Resolves when the memory is back and the shell has ended; rejects with AppError when the script could not run. */
  readonly done: Promise<BalloonProof>
}

/** One run: the script on the target, the guard that decides, and the readings that it decides by. */
export async function startBalloonRun(options: RunOptions): Promise<BalloonRun> {
  const { source, made } = options
  const { target } = source
  const { plan } = made
  const limits = target.capabilities.remote ? remoteLimits : localLimits
  const heap = async (): Promise<number | null> => options.readHeapInuse()
  const before = await readProofSide(source, plan.target, await heap())
  const startedAtMs = Date.now()
  let guard: GuardState = createGuard(plan, startedAtMs)
  let held: ProofReading | null = null
  let patient = { rssBytes: before.reading.rssBytes, lazyFreeBytes: before.reading.lazyFreeBytes }
  let memAvailableBytes = before.reading.memAvailableBytes
  let heapInuseBytes = before.reading.heapInuseBytes
  let lastStep = { phase: '', balloonBytes: -1, atMs: 0 }
  let isDeflateSent = false
  let endReason: string | null = null
  let deflateTimer: NodeJS.Timeout | undefined
  let heardAtMs = performance.now()
  let beatAtMs = performance.now()
  let isGivenUp = false
  let stopWaiting = (): void => undefined

  const script = target.runScript(
    balloonScript,
    toScriptArguments(made, options.watchdogMs, target.host.pageSizeBytes),
  )

  function feed(input: GuardInput): void {
    const { state, commands } = stepGuard(guard, input)
    guard = state
    for (const command of commands) obey(command)
    emitStep(input.atMs)
  }

  function obey(command: GuardCommand): void {
    if (command.kind === 'grow') script.write(`grow ${command.bytes}\n`)
    else if (command.isUrgent) sendDeflate()
    else void readHeld().finally(sendDeflate)
  }

  /** What the proof compares with: read while the balloon is still there. */
  async function readHeld(): Promise<void> {
    held = (await readProofSide(source, plan.target, await heap())).reading
  }

  function sendDeflate(): void {
    if (isDeflateSent) return
    isDeflateSent = true
    script.write('deflate\n')
    deflateTimer = setTimeout(() => script.end(0), limits.deflateMs)
  }

  function emitStep(atMs: number): void {
    const { phase, balloonBytes } = guard
    if (phase === lastStep.phase && balloonBytes === lastStep.balloonBytes && atMs - lastStep.atMs < stateMs)
      return
    lastStep = { phase, balloonBytes, atMs }
    options.onStep({
      atMs,
      phase,
      balloonBytes,
      availableBytes: guard.availableBytes,
      memAvailableBytes,
      psiSomePercent: guard.psiSomePercent,
      rssBytes: patient.rssBytes,
      lazyFreeBytes: patient.lazyFreeBytes,
      heapInuseBytes,
      stopReason: guard.stopReason,
    })
  }

  function beat(): void {
    script.write('look\n')
    beatAtMs = performance.now()
  }

  let isPulsing = false
  async function pulse(): Promise<void> {
    // No heartbeat without an owner: should this side be too slow to say `deflate`, the script's watchdog does it.
    if (!options.isOwned()) feed({ kind: 'stop', atMs: Date.now(), reason: 'watchdog' })
    else if (!isDeflateSent) beat()
    // Every heartbeat is answered. A script that says nothing for so long can't hold its floor: it was stopped, starves, or
    // is not reached.
    if (performance.now() - heardAtMs > limits.silenceMs) {
      feed({
        kind: 'stop',
        atMs: Date.now(),
        reason: target.capabilities.remote ? 'link-lost' : 'script-ended',
      })
      script.end(0)
    }
    if (isPulsing) return
    isPulsing = true
    try {
      const [host, used] = await Promise.all([
        readHost(target),
        plan.domain.kind === 'cgroup' && made.group !== null ? readGroupUse(target, made.group) : null,
      ])
      memAvailableBytes = host.meminfo?.memAvailableBytes ?? memAvailableBytes
      const memFreeBytes = host.meminfo?.memFreeBytes ?? null
      feed({
        kind: 'reading',
        atMs: Date.now(),
        reading: {
          freeBytes:
            plan.domain.kind === 'cgroup'
              ? used && Math.max(0, plan.domain.limitBytes - used)
              : memFreeBytes && Math.max(0, memFreeBytes - made.lowWatermarkBytes),
          psiSomeTotalUs: host.pressure?.some?.totalUs ?? null,
          pswpout: host.vmstat?.pswpout ?? null,
        },
      })
    } finally {
      isPulsing = false
    }
  }

  async function lookAtPatient(): Promise<void> {
    while (guard.phase === 'ramp' || guard.phase === 'hold') {
      const reading = await readPatient(source, plan.target, 5000).catch(ignoreTimeout)
      if (reading === null) return feed({ kind: 'stop', atMs: Date.now(), reason: 'target-gone' })
      let costMs = 0
      if (reading !== 'timeout') {
        heapInuseBytes = await heap()
        patient = reading
        costMs = reading.rollup?.costMs ?? 0
        // A walk that did not come back in time says nothing: the last value stays, with its age.
        if (reading.lazyFreeBytes !== null) {
          feed({ kind: 'reading', atMs: Date.now(), reading: { lazyFreeBytes: reading.lazyFreeBytes } })
        }
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(leastLookMs, lookSpacing * costMs)))
    }
  }

  const stopAfterError = (error?: unknown): void => {
    const isLinkLost = target.capabilities.remote && isLinkError(error)
    feed({ kind: 'stop', atMs: Date.now(), reason: isLinkLost ? 'link-lost' : 'error' })
  }
  const pulseTimer = setInterval(() => void pulse().catch(stopAfterError), options.beatMs)
  const readyTimer = setTimeout(() => {
    stopAfterError()
    script.end(0)
  }, limits.readyMs)
  if (!isSameProcess(plan.target, noProcess)) void lookAtPatient().catch(stopAfterError)

  script.onLine((line) => {
    const message = parseScriptLine(line)
    if (message === null) return
    clearTimeout(readyTimer)
    heardAtMs = performance.now()
    if (message.kind === 'end') endReason = message.reason
    feed({ kind: 'script', atMs: Date.now(), message })
    // Closes the input; a shell that does not end by itself is killed.
    if (message.kind === 'end') script.end(1000)
  })

  const done = new Promise<BalloonProof>((resolve, reject) => {
    script.onExit(({ code, stderr }) => {
      clearInterval(pulseTimer)
      clearTimeout(readyTimer)
      clearTimeout(deflateTimer)
      const endedAtMs = Date.now()
      if (target.capabilities.remote && endReason === null && isLinkEnd(code)) {
        feed({ kind: 'stop', atMs: endedAtMs, reason: 'link-lost' })
      }
      feed({ kind: 'script-exit', atMs: endedAtMs })
      if (guard.peakBytes === 0 && guard.stopReason === 'error') {
        reject(new AppError('failed', `the balloon's script ended: ${endReason ?? stderr.trim()}`))
        return
      }
      finish().then(resolve, reject)
    })
  })

  const isLinkEnd = (code: number | null): boolean =>
    code === null || code === linkEndedCode || target.connection.phase !== 'connected'

  /** A script that did not say that it ended is there until its watchdog misses the last heartbeat. */
  async function waitForWatchdog(): Promise<void> {
    const restMs = beatAtMs + options.watchdogMs + watchdogSlackMs - performance.now()
    if (restMs <= 0 || isGivenUp) return
    await new Promise<void>((resolve) => {
      stopWaiting = resolve
      setTimeout(resolve, restMs)
    })
  }

  async function readLast(): Promise<ProofReading> {
    try {
      return (await readProofSide(source, plan.target, await heap())).reading
    } catch (error) {
      if (guard.stopReason === 'link-lost') return emptyProofReading(Date.now())
      throw error
    }
  }

  async function finish(): Promise<BalloonProof> {
    if (guard.stopReason === 'link-lost' && endReason === null) await waitForWatchdog()
    const endedAtMs = Date.now()
    const last = await readLast()
    const after = held === null ? last : { ...held, memAvailableBytes: last.memAvailableBytes }
    return createProof(before.reading, after, {
      target: plan.target,
      comm: before.comm ?? '',
      startedAtMs,
      endedAtMs,
      domain: plan.domain,
      peakBytes: guard.peakBytes,
      stopReason: guard.stopReason ?? 'script-ended',
      pageSizeBytes: target.host.pageSizeBytes,
      freeFirstBytes: plan.freeFirstBytes,
      evictedCacheBytes: plan.evictedCacheBytes,
      floorBytes: plan.settings.floorBytes,
    })
  }

  return {
    done,
    deflate(reason) {
      // Nobody waits for a host that is not reached: its watchdog needs no one.
      isGivenUp = true
      stopWaiting()
      feed({ kind: 'stop', atMs: Date.now(), reason })
      // Also while the last numbers are being read: nobody waits for numbers.
      sendDeflate()
    },
  }
}

function isLinkError(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'unreachable' || error.code === 'timeout')
}

/** One look that did not come back in time says nothing. */
function ignoreTimeout(error: unknown): 'timeout' {
  if (error instanceof AppError && error.code === 'timeout') return 'timeout'
  throw error
}
